/**
 * 2xx answers of ours to INVITEs, until their ACK comes (RFC 3261 §13.3.1.4, RFC 6026): repeated at T1, doubling up to T2; after 64·T1 without ACK
 * the call is given up.
 */
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { TimerValues } from "../transaction/timers.ts";

type Waiting = { transaction: ServerTransaction; cseq: number; repeat: NodeJS.Timeout | null; giveUp: NodeJS.Timeout };

export class AcceptedInvites {
  readonly #timers: TimerValues;
  /** By dialog; a dialog has one unacknowledged INVITE at most, a re-INVITE comes after the ACK. */
  readonly #waiting = new Map<string, Waiting>();

  constructor(timers: TimerValues) {
    this.#timers = timers;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** The 2xx was sent once; repeat it until `acknowledge`. */
  await(dialogId: string, transaction: ServerTransaction, givenUp: () => void): void {
    this.forget(dialogId);
    const cseq = Number.parseInt(transaction.request.headers.first("cseq") ?? "0", 10);
    const giveUp = setTimeout(() => {
      this.forget(dialogId);
      givenUp();
    }, this.#timers.timeout);
    const waiting: Waiting = { transaction, cseq, repeat: null, giveUp };
    this.#waiting.set(dialogId, waiting);
    // The 2xx is repeated on every transport: a proxy on the way may speak UDP on its other side.
    this.#repeatAfter(waiting, this.#timers.t1);
  }

  isWaiting(dialogId: string): boolean {
    return this.#waiting.has(dialogId);
  }

  /** The transaction that this ACK acknowledges, or null when none waits for it. */
  acknowledge(dialogId: string, cseq: number): ServerTransaction | null {
    const waiting = this.#waiting.get(dialogId);
    if (waiting === undefined || waiting.cseq !== cseq) return null;
    this.forget(dialogId);
    return waiting.transaction;
  }

  forget(dialogId: string): void {
    const waiting = this.#waiting.get(dialogId);
    if (waiting === undefined) return;
    if (waiting.repeat) clearTimeout(waiting.repeat);
    clearTimeout(waiting.giveUp);
    this.#waiting.delete(dialogId);
  }

  close(): void {
    for (const dialogId of this.#waiting.keys()) this.forget(dialogId);
  }

  #repeatAfter(waiting: Waiting, afterMs: number): void {
    waiting.repeat = setTimeout(() => {
      waiting.transaction.repeat();
      this.#repeatAfter(waiting, Math.min(afterMs * 2, this.#timers.t2));
    }, afterMs);
  }
}
