/** What every group of commands shares: the state, the ports, and the session that is signed in. */
import type { PhoneStore } from "./phone-store.ts";
import type { BoxLine, CrmAddress, Failure, Outcome, Ports, Telephone } from "./ports.ts";
import type { Session } from "../domain/session/session.ts";

export type Desk = {
  store: PhoneStore;
  ports: Ports;
  /** The telephone of the session; null while nobody is signed in. */
  telephone: { current: Telephone | null };
  /** The line to the box; null while nobody is signed in. */
  boxLine: { current: BoxLine | null };
  /** Calls that were dialled, picked up or answered in this page before they ring in it: their ring is answered by itself. */
  dialled: Set<string>;
};

export const noSession: Failure = { ok: false, why: "expired", detail: null };

export function sessionOf(desk: Desk): Session | null {
  const { session } = desk.store.read();
  return session.kind === "signed-in" ? session.session : null;
}

export function crmOf(desk: Desk): CrmAddress | null {
  const session = sessionOf(desk);
  if (session === null || session.crmBasePath === null) return null;
  return { token: session.token, basePath: session.crmBasePath };
}

/** Runs a command with the session's token; an expired session signs the page out. */
export async function withToken<T>(desk: Desk, run: (token: string) => Promise<Outcome<T>>): Promise<Outcome<T>> {
  const session = sessionOf(desk);
  if (session === null) return noSession;
  const outcome = await run(session.token);
  if (!outcome.ok && outcome.why === "expired" && sessionOf(desk)?.token === session.token) {
    desk.ports.storage.writeToken(null);
    desk.store.dispatch({ type: "signed-out", problem: "expired" });
  }
  return outcome;
}

/** A quiet line on the screen that says what did not work. `text` is a key of the dictionary. */
export function tellProblem(desk: Desk, text: string): void {
  const { ids, clock } = desk.ports;
  desk.store.dispatch({
    type: "notice-added",
    notice: { noticeId: ids.ulid(), kind: "problem", text, atMs: clock.nowMs() },
  });
}
