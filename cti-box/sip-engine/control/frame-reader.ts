/** Frames of the control protocol: `<length in bytes>#<payload>`, nothing between (control protocol §1). */

export const largestFrame = 1024 * 1024;
/** Before the secret was told: no more than `authenticate` needs. */
export const largestFrameBefore = 2 * 1024;

export type FrameResult = { kind: "frame"; payload: Buffer } | { kind: "broken"; reason: string };

export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /**
   * Every complete frame, one at a time: `limit` is asked for each, because handling one may change what the next may be.
   * After `broken` the stream cannot be trusted and has to be closed.
   */
  *push(chunk: Buffer, limit: () => number = () => largestFrame): Generator<FrameResult, void> {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    for (;;) {
      const frame = this.#next(limit());
      if (frame === null) return;
      yield frame;
      if (frame.kind === "broken") return;
    }
  }

  #next(largest: number): FrameResult | null {
    const digits = this.#pending.subarray(0, 8).indexOf(0x23);
    const lengthText = this.#pending.toString("latin1", 0, digits === -1 ? Math.min(8, this.#pending.length) : digits);
    if (!/^\d*$/.test(lengthText)) return { kind: "broken", reason: "the length is no number" };
    if (digits === -1) return this.#pending.length >= 8 ? { kind: "broken", reason: "the length is too long" } : null;
    const length = Number(lengthText);
    if (digits === 0 || length === 0 || length > largest)
      return { kind: "broken", reason: "the length is out of range" };
    const end = digits + 1 + length;
    if (this.#pending.length < end) return null;
    const payload = this.#pending.subarray(digits + 1, end);
    this.#pending = this.#pending.subarray(end);
    return { kind: "frame", payload };
  }
}

/** Payload split at its first CRLF: meta fields and the SIP message, if one follows. */
export function splitPayload(payload: Buffer): { fields: string[]; message: Buffer | null } {
  const end = payload.indexOf("\r\n");
  const meta = payload.toString("utf8", 0, end === -1 ? payload.length : end);
  return { fields: meta.split("|"), message: end === -1 ? null : payload.subarray(end + 2) };
}
