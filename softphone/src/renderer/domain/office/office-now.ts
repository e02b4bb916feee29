/** What the box tells of the others: colleagues and their states, which offices are open, parked calls, and citizens to be called back. */
import type { ParkedCall, TransferTarget } from "../call/call.ts";
import type { Directory, OfficeEntry, OperatorState } from "../session/session.ts";

export type Colleague = { login: string; displayName: string; state: OperatorState };
/** A colleague whom this operator waits for, until then. */
export type AwaitedColleague = { login: string; until: string };
export type OpenOffice = { officeId: string; openState: OfficeEntry["openState"] };
/** A citizen who keeps a place in one of this operator's queues. `in-line`: for a free operator; `waiting`: for opening hours, or after a call in vain. */
export type PendingCallback = {
  callId: string;
  queueId: string;
  number: string;
  since: string;
  state: "waiting" | "in-line" | "calling";
};

export type OfficeNow = {
  colleagues: readonly Colleague[];
  recalls: readonly AwaitedColleague[];
  offices: readonly OpenOffice[];
  parked: readonly ParkedCall[];
  callbacks: readonly PendingCallback[];
};

export type OfficeNews =
  | { topic: "colleagues"; items: readonly Colleague[] }
  | { topic: "colleague-state"; login: string; state: OperatorState }
  | { topic: "recalls"; items: readonly AwaitedColleague[] }
  | { topic: "offices"; items: readonly OpenOffice[] }
  | { topic: "parked-calls"; items: readonly ParkedCall[] }
  | { topic: "callbacks"; items: readonly PendingCallback[] };

export const nothingKnown: OfficeNow = { colleagues: [], recalls: [], offices: [], parked: [], callbacks: [] };

export function applyOfficeNews(now: OfficeNow, news: OfficeNews): OfficeNow {
  switch (news.topic) {
    case "colleagues":
      return { ...now, colleagues: news.items };
    case "colleague-state": {
      const { login, state } = news;
      return { ...now, colleagues: now.colleagues.map((one) => (one.login === login ? { ...one, state } : one)) };
    }
    case "recalls":
      return { ...now, recalls: news.items };
    case "offices":
      return { ...now, offices: news.items };
    case "parked-calls":
      return { ...now, parked: news.items };
    case "callbacks":
      return { ...now, callbacks: news.items };
  }
}

/** What a colleague is called; the login where the box has not told. */
export function nameOfColleague({ colleagues }: Pick<OfficeNow, "colleagues">, login: string): string {
  return colleagues.find((one) => one.login === login)?.displayName ?? login;
}

/** What the target is called while nothing better is known; colleagues by their names. */
export function targetName(target: TransferTarget, office: Pick<OfficeNow, "colleagues">): string {
  switch (target.kind) {
    case "office":
      return target.officeId;
    case "operator":
      return nameOfColleague(office, target.operatorLogin);
    case "number":
      return target.number;
  }
}

/** What was found in the directory, as it is now. */
export function asItIsNow(found: Directory, { colleagues, recalls, offices }: OfficeNow): Directory {
  return {
    ...found,
    offices: found.offices.map((office) => {
      const openState = offices.find(({ officeId }) => officeId === office.officeId)?.openState;
      return openState === undefined ? office : { ...office, openState };
    }),
    operators: found.operators.map((operator) => {
      const state = colleagues.find(({ login }) => login === operator.login)?.state;
      // Before the box has told of anybody, what was found counts.
      if (state === undefined) return operator;
      return { ...operator, state, recallUntil: recalls.find(({ login }) => login === operator.login)?.until ?? null };
    }),
  };
}
