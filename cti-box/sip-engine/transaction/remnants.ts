/**
 * What is left of transactions whose work is done: for as long as copies of their messages may still come (timers J, L and M of RFC 3261 and RFC 6026) a name and
 * at most an answer are kept instead of the whole transaction with its request and timers. All live equally long, so one timer and one queue serve them all: at a
 * thousand calls a second there are a hundred thousand of them.
 */
import { noBody } from "../message/sip-message.ts";
import type { Written } from "../message/write-message.ts";
import type { Flow } from "../transport/flow.ts";

/** What answers a copy of a request; null: copies are silently taken in. */
export type ServerRemnant = { back: Flow; answer: Written } | null;

/** An INVITE of ours that was accepted and acknowledged. */
export type ClientRemnant = {
  dialogId: string;
  /** Tag of the peer whose 2xx made the dialog. */
  remoteTag: string;
  cseq: number;
  /** As it was sent, for a second branch of a fork; null inside a dialog, where there is none. */
  invite: Written | null;
};

export class Remnants<What> {
  readonly #keptMs: number;
  readonly #now: () => number;
  readonly #known = new Map<string, What>();
  /** In the order in which they end; those before `#first` are gone. */
  #queue: { key: string; untilMs: number }[] = [];
  #first = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(keptMs: number, now: () => number = () => performance.now()) {
    this.#keptMs = keptMs;
    this.#now = now;
  }

  get size(): number {
    return this.#known.size;
  }

  add(key: string, what: What): void {
    this.#known.set(key, what);
    this.#queue.push({ key, untilMs: this.#now() + this.#keptMs });
    this.#timer ??= setTimeout(() => this.#expire(), this.#keptMs);
  }

  get(key: string): What | undefined {
    return this.#known.get(key);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#known.clear();
    this.#queue = [];
    this.#first = 0;
  }

  #expire(): void {
    const now = this.#now();
    let next = this.#queue[this.#first];
    for (; next !== undefined && next.untilMs <= now; next = this.#queue[this.#first]) {
      this.#known.delete(next.key);
      this.#first += 1;
    }
    if (this.#first > 1_024 && this.#first * 2 > this.#queue.length) {
      this.#queue.splice(0, this.#first);
      this.#first = 0;
    }
    // A tick of its own for each millisecond would be a timer for each again.
    this.#timer =
      next === undefined ? null : setTimeout(() => this.#expire(), Math.max(next.untilMs - now, this.#keptMs / 64));
    if (next === undefined) this.close();
  }
}

/** With its body in memory of its own: a slice of a shared buffer would keep all of that buffer alive. */
export function ownCopy({ head, body }: Written): Written {
  if (body.length === 0) return { head, body: noBody };
  const copy = Buffer.allocUnsafeSlow(body.length);
  body.copy(copy);
  return { head, body: copy };
}
