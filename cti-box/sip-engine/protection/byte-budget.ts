/**
 * No reflection: to datagram sources that have proved nothing, never more bytes are sent than came from such sources, headers of the network included.
 *
 * Every message of a stranger brings credit of its own size; its answers are paid from it first. What is left over when its transaction ends goes into a pool
 * (bounded, empty at the start), which pays for what a stranger's own credit does not: repeated finals, ringing. So the sum can not be exceeded, whoever forges what.
 *
 * A provisional answer makes the caller stop repeating its INVITE, and with that its credit stops growing. So it is only sent where enough stays for a final answer
 * and its repetitions; until then the caller repeats the INVITE, and each copy tries again.
 */

/** IPv4 and UDP header. */
const packetBytes = 28;
export const poolLimitBytes = 256 * 1024;
/** What repetitions leave in the pool for first answers, and ringing for both. */
const keptFor = { final: 0, repeat: 4 * 1024, provisional: 16 * 1024 } as const;
/** Messages of the request's size that have to be left after a provisional answer. Trying is worth less than ringing. */
const keptMessages = { trying: 4.4, provisional: 3.3 } as const;

export type AnswerKind = "trying" | "provisional" | "final" | "repeat";

export class BytePool {
  #bytes = 0;

  get bytes(): number {
    return this.#bytes;
  }

  deposit(bytes: number): void {
    this.#bytes = Math.min(poolLimitBytes, this.#bytes + bytes);
  }

  /** False where less than `kept` would be left. */
  take(bytes: number, kept: number): boolean {
    if (this.#bytes - bytes < kept) return false;
    this.#bytes -= bytes;
    return true;
  }
}

export class ByteBudget {
  readonly #pool: BytePool;
  #credit: number;
  #largest: number;
  #use: "arriving" | "kept" = "arriving";

  /** `received`: bytes of the message that opens it. */
  constructor(pool: BytePool, received: number) {
    this.#pool = pool;
    this.#credit = received + packetBytes;
    this.#largest = this.#credit;
  }

  /** A transaction lives on this credit from now on. */
  keep(): void {
    this.#use = "kept";
  }

  /** The message has been dealt with. */
  settle(): void {
    if (this.#use === "arriving") this.release();
  }

  /** Bytes that its own messages have left. */
  get received(): number {
    return this.#credit - packetBytes;
  }

  /** A copy of the request: its credit is added. */
  addFrom(copy: ByteBudget): void {
    this.#credit += copy.#credit;
    copy.#credit = 0;
  }

  /** May these bytes leave? Then they are paid for. */
  spend(bytes: number, kind: AnswerKind): boolean {
    const cost = bytes + packetBytes;
    const kept = kind === "trying" || kind === "provisional" ? this.#largest * keptMessages[kind] : 0;
    if (this.#credit - cost >= kept) {
      this.#credit -= cost;
      return true;
    }
    if (kind === "trying") return false;
    if (kind === "provisional") return this.#pool.take(cost, keptFor.provisional);
    // Its own credit first, the rest from the pool.
    const missing = Math.max(0, cost - this.#credit);
    if (!this.#pool.take(missing, keptFor[kind])) return false;
    this.#credit = Math.max(0, this.#credit - cost);
    return true;
  }

  /** Nothing of its own is needed any more. Copies that still come bring their own. */
  release(): void {
    this.#pool.deposit(this.#credit);
    this.#credit = 0;
  }
}
