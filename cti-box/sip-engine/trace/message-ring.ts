/**
 * The last messages that passed, by Call-ID: bounded in bytes, in messages, and in messages of one Call-ID. The oldest leave first. All bytes stand in one block that
 * is written round and round, so that keeping a message makes no garbage but a small entry.
 */

export type RingLimits = { bytes: number; messages: number; messagesOfOneCall: number };

export type Passed = {
  callId: string;
  /** Microseconds since the epoch. */
  atUs: number;
  direction: "received" | "sent";
  protocol: string;
  local: { address: string; port: number };
  remote: { address: string; port: number };
};

type Entry = Passed & { start: number; length: number; isLeftOut: boolean };
type Call = { entries: Entry[]; leftOut: number };

export type KeptCall = {
  callId: string;
  /** Messages of it that are not kept any more. */
  leftOut: number;
  messages: (Passed & { bytes: Buffer })[];
};

/** Of a message that is longer, the beginning is kept. */
const longestMessage = 65_536;

export class MessageRing {
  readonly #limits: RingLimits;
  readonly #block: Buffer;
  readonly #entries: (Entry | undefined)[];
  /** In the order of their first kept message. */
  readonly #calls = new Map<string, Call>();
  #write = 0;
  #first = 0;
  #count = 0;

  constructor(limits: RingLimits) {
    this.#limits = limits;
    this.#block = Buffer.allocUnsafeSlow(Math.max(limits.bytes, longestMessage));
    this.#entries = Array.from({ length: limits.messages });
  }

  /** Messages kept now. */
  get size(): number {
    return this.#count;
  }

  /** Call-IDs, the one that began last first. */
  callIds(): string[] {
    return [...this.#calls.keys()].toReversed();
  }

  add(passed: Passed, bytes: Buffer): void {
    const length = Math.min(bytes.length, longestMessage);
    if (this.#count === this.#entries.length) this.#dropOldest();
    const start = this.#room(length);
    bytes.copy(this.#block, start, 0, length);
    this.#write = start + length;
    const entry: Entry = { ...passed, start, length, isLeftOut: false };
    this.#entries[(this.#first + this.#count) % this.#entries.length] = entry;
    this.#count += 1;
    const call = this.#calls.get(passed.callId);
    if (call === undefined) this.#calls.set(passed.callId, { entries: [entry], leftOut: 0 });
    else {
      call.entries.push(entry);
      if (call.entries.length > this.#limits.messagesOfOneCall) this.#leaveOut(call);
    }
  }

  get(callId: string): KeptCall | null {
    const call = this.#calls.get(callId);
    if (call === undefined) return null;
    const messages = call.entries.map(({ start, length, isLeftOut: _isLeftOut, ...passed }) => ({
      ...passed,
      bytes: Buffer.from(this.#block.subarray(start, start + length)),
    }));
    return { callId, leftOut: call.leftOut, messages };
  }

  /** Where so many bytes can be written in one piece; whatever stands there is dropped, and it is always the oldest. */
  #room(length: number): number {
    let start = this.#write;
    if (start + length > this.#block.length) {
      while (this.#oldest !== undefined && this.#oldest.start >= this.#write) this.#dropOldest();
      start = 0;
    }
    for (let oldest = this.#oldest; oldest !== undefined; oldest = this.#oldest) {
      if (oldest.start >= start + length || oldest.start + oldest.length <= start) break;
      this.#dropOldest();
    }
    return start;
  }

  get #oldest(): Entry | undefined {
    return this.#count === 0 ? undefined : this.#entries[this.#first];
  }

  #dropOldest(): void {
    const entry = this.#oldest;
    if (entry === undefined) return;
    this.#entries[this.#first] = undefined;
    this.#first = (this.#first + 1) % this.#entries.length;
    this.#count -= 1;
    const call = this.#calls.get(entry.callId);
    if (entry.isLeftOut || call === undefined) return;
    // The oldest of all is the oldest of its call.
    this.#leaveOut(call);
    if (call.entries.length === 0) this.#calls.delete(entry.callId);
  }

  #leaveOut(call: Call): void {
    const entry = call.entries.shift();
    if (entry !== undefined) entry.isLeftOut = true;
    call.leftOut += 1;
  }
}
