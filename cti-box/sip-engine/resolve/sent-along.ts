/**
 * A request on its ways (RFC 3263 §4.3): one transaction for each target that is tried, a new branch each time, one outcome for whoever asked.
 *
 *   on a way ─ 101-199, 2xx-6xx but 503 ─────────────────────────▶ told; stays with this target, a later 503 is told as well
 *       │  ├── 503, refused, not sent, no answer in 64·T1 ──┬─ another target ─▶ on its way
 *       │  │                                                └─ none, or cancelled ─▶ told
 *       └─ no sign of life in 8·T1, another target ─▶ left behind: the other target is tried; should this one speak after all, its INVITE is cancelled, and a
 *                                                     2xx of its is acknowledged and hung up
 */
import { HeaderList } from "../message/header-list.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { cancelOf, ClientTransaction, type ClientOutcome } from "../transaction/client-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { startSilently } from "../user-agent/cancel.ts";
import { newBranch, type Context } from "../user-agent/context.ts";
import { endForked } from "../user-agent/repeated-answers.ts";
import type { Ways } from "./ways.ts";

/** The request for a way: Via, Contact and the like name the flow. Null: it cannot be built for it. */
export type BuildFor = (flow: Flow, branch: string) => SipRequest | null;

export type SentOrder = {
  /** The name towards the application: the same for every target. */
  id: string;
  request: SipRequest;
  flow: Flow;
  branch: string;
  others: Ways | null;
  /** The same request for another target; null: this target only. */
  build: BuildFor | null;
  /** Answers of the target that is stayed with, and the end when no target is left. */
  outcome: (outcome: ClientOutcome, transaction: ClientTransaction) => void;
  /** This transaction is the one in force from now on; called before anything is sent. */
  inForce: (transaction: ClientTransaction) => void;
  /** False: no other target may be tried any more (it was cancelled). */
  mayMoveOn: () => boolean;
  /** A target that was left behind accepted an INVITE after all; default: acknowledged and ended along its own route. */
  hangUp?: (late: { request: SipRequest; response: SipResponse; flow: Flow }) => void;
  /** Nothing of it is left. */
  released: () => void;
};

export type Sent = {
  /** The first transaction, in force and not yet started. */
  first: ClientTransaction;
  /** No transaction is at work, the next target is being connected to. */
  isBetween: () => boolean;
};

/** Makes the first transaction and puts it in force; the caller starts it. */
export function sendAlong(context: Context, order: SentOrder): Sent {
  const along = new SentAlong(context, order);
  return { first: along.begin(), isBetween: () => along.isBetween };
}

const signOfLifeT1s = 8;

class SentAlong {
  readonly #context: Context;
  readonly #order: SentOrder;
  #current: ClientTransaction | null = null;
  /** Whether another target may still be tried, or what was heard has been told. */
  #stage: "trying" | "settled" = "trying";
  #patience: NodeJS.Timeout | null = null;
  /** Those left behind that have been cancelled. */
  readonly #cancelled = new WeakSet<ClientTransaction>();
  /** How many transactions are not yet released. */
  #living = 0;
  /** Connections to a next target under way. */
  #connecting = 0;

  constructor(context: Context, order: SentOrder) {
    this.#context = context;
    this.#order = order;
  }

  get isBetween(): boolean {
    return this.#connecting > 0 && this.#stage === "trying";
  }

  begin(): ClientTransaction {
    const { request, flow, branch } = this.#order;
    return this.#put({ request, flow, branch });
  }

  #put(sent: { request: SipRequest; flow: Flow; branch: string }): ClientTransaction {
    const { clients, timers, counters } = this.#context;
    const key = `${sent.branch}|${sent.request.method}`;
    const transaction = new ClientTransaction({
      id: this.#order.id,
      ...sent,
      timers,
      counters,
      outcome: (outcome) => this.#hear(transaction, outcome),
      released: () => {
        clients.delete(key);
        this.#released(transaction);
      },
    });
    clients.set(key, transaction);
    this.#living += 1;
    this.#current = transaction;
    this.#order.inForce(transaction);
    this.#waitForLife(transaction);
    return transaction;
  }

  #waitForLife(transaction: ClientTransaction): void {
    if (!this.#hasOthers()) return;
    const afterMs = this.#context.timers.t1 * signOfLifeT1s;
    this.#patience = setTimeout(() => this.#leaveBehind(transaction), afterMs).unref();
  }

  #hasOthers(): boolean {
    return this.#order.build !== null && (this.#order.others?.remaining ?? 0) > 0;
  }

  #hear(transaction: ClientTransaction, outcome: ClientOutcome): void {
    if (transaction !== this.#current) return this.#hearLate(transaction, outcome);
    this.#stopWaiting();
    const failure = failureOf(outcome);
    if (failure === null) this.#order.others?.answered(transaction.flow);
    else this.#order.others?.failed(transaction.flow, failure.retryAfterSeconds);
    const tell = (): void => {
      if (outcome.kind !== "response" || outcome.response.status > 100) this.#stage = "settled";
      this.#order.outcome(outcome, transaction);
    };
    if (failure === null || this.#stage === "settled" || !this.#hasOthers() || !this.#order.mayMoveOn()) tell();
    else this.#moveOn(() => this.#stage === "trying" && this.#order.mayMoveOn(), tell);
  }

  #leaveBehind(transaction: ClientTransaction): void {
    this.#patience = null;
    const isWanted = (): boolean => transaction === this.#current && isSilent(transaction) && this.#order.mayMoveOn();
    if (!isWanted()) return;
    this.#order.others?.failed(transaction.flow, null);
    // Without another target after all, this one is waited for as long as any.
    this.#moveOn(isWanted, () => undefined);
  }

  /** The next target, if it is still wanted once it can be reached; `orElse` where there is none. */
  #moveOn(isWanted: () => boolean, orElse: () => void): void {
    const take = (flow: Flow | null): void => {
      const branch = newBranch();
      const request = flow !== null && isWanted() ? (this.#order.build?.(flow, branch) ?? null) : null;
      if (flow === null || request === null) orElse();
      else this.#put({ request, flow, branch }).start();
    };
    const next = this.#order.others?.next() ?? null;
    if (!(next instanceof Promise)) return take(next);
    this.#connecting += 1;
    void next.then((flow) => {
      this.#connecting -= 1;
      take(flow);
      this.#endIfOver();
    });
  }

  /** A target that was left behind speaks: nobody waits for it any more. */
  #hearLate(transaction: ClientTransaction, outcome: ClientOutcome): void {
    if (outcome.kind !== "response" || transaction.request.method !== "INVITE") return;
    const { response, flow } = outcome;
    if (response.status >= 300) return;
    if (response.status >= 200) this.#hangUp({ request: transaction.request, response, flow });
    else if (!this.#cancelled.has(transaction)) {
      this.#cancelled.add(transaction);
      const cancel = cancelOf(transaction.request, new HeaderList());
      startSilently(this.#context, cancel, { flow: transaction.flow, branch: transaction.branch });
      transaction.cancelSent();
    }
  }

  #hangUp(late: { request: SipRequest; response: SipResponse; flow: Flow }): void {
    if (this.#order.hangUp === undefined) void endForked(this.#context, late);
    else this.#order.hangUp(late);
  }

  #stopWaiting(): void {
    if (this.#patience !== null) clearTimeout(this.#patience);
    this.#patience = null;
  }

  #released(transaction: ClientTransaction): void {
    this.#living -= 1;
    if (transaction === this.#current) this.#stopWaiting();
    this.#endIfOver();
  }

  #endIfOver(): void {
    if (this.#living === 0 && this.#connecting === 0) this.#order.released();
  }
}

function isSilent({ state }: ClientTransaction): boolean {
  return state === "calling" || state === "trying";
}

/** What lets another target be tried; null: this one has spoken. */
function failureOf(outcome: ClientOutcome): { retryAfterSeconds: number | null } | null {
  if (outcome.kind !== "response") return { retryAfterSeconds: null };
  return outcome.response.status === 503 ? { retryAfterSeconds: retryAfterOf(outcome.response) } : null;
}

/** RFC 3261 §20.33; null: not said. */
function retryAfterOf(response: SipResponse): number | null {
  const seconds = /^\s*(\d{1,9})/.exec(response.headers.first("retry-after") ?? "")?.[1];
  return seconds === undefined ? null : Number(seconds);
}
