/** Frames of the control protocol: `<length in bytes>#<payload>`, nothing between (control protocol §1). */

export const largestFrame = 1024 * 1024;
/** Before the secret was told: no more than `authenticate` needs. */
export const largestFrameBefore = 2 * 1024;

const hash = 0x23;
const mostDigits = 8;

export type FrameResult = { kind: "frame"; payload: Buffer } | { kind: "broken"; reason: string };

export class FrameReader {
  /** What came and is not read yet; joined only when a whole frame is there, so that a long one is copied once. */
  #parts: Buffer[] = [];
  #length = 0;
  /** With fewer bytes there is no use in looking. */
  #wanted = 1;

  /**
   * Every complete frame, one at a time: `limit` is asked for each, because handling one may change what the next may be.
   * After `broken` the stream cannot be trusted and has to be closed.
   */
  *push(chunk: Buffer, limit: () => number = () => largestFrame): Generator<FrameResult, void> {
    this.#parts.push(chunk);
    this.#length += chunk.length;
    while (this.#length >= this.#wanted) {
      const frame = this.#next(limit());
      if (frame === null) return;
      yield frame;
      if (frame.kind === "broken") return;
    }
  }

  #next(largest: number): FrameResult | null {
    const pending = this.#parts.length === 1 && this.#parts[0] ? this.#parts[0] : Buffer.concat(this.#parts);
    this.#keep(pending, 1);
    let length = 0;
    let digits = 0;
    for (; digits < mostDigits && digits < pending.length && pending[digits] !== hash; digits += 1) {
      const digit = (pending[digits] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) return { kind: "broken", reason: "the length is no number" };
      length = length * 10 + digit;
    }
    if (pending[digits] !== hash || digits === mostDigits) {
      this.#wanted = pending.length + 1;
      return pending.length >= mostDigits ? { kind: "broken", reason: "the length is too long" } : null;
    }
    if (digits === 0 || length === 0 || length > largest)
      return { kind: "broken", reason: "the length is out of range" };
    const end = digits + 1 + length;
    if (pending.length < end) {
      this.#wanted = end;
      return null;
    }
    this.#keep(pending.subarray(end), 1);
    return { kind: "frame", payload: pending.subarray(digits + 1, end) };
  }

  #keep(rest: Buffer, wanted: number): void {
    this.#parts = rest.length === 0 ? [] : [rest];
    this.#length = rest.length;
    this.#wanted = wanted;
  }
}

/** Payload split at its first CRLF: meta fields and the SIP message, if one follows. */
export function splitPayload(payload: Buffer): { fields: string[]; message: Buffer | null } {
  const end = lineEndOf(payload);
  const meta = payload.toString("utf8", 0, end === -1 ? payload.length : end);
  return { fields: meta.split("|"), message: end === -1 ? null : payload.subarray(end + 2) };
}

function lineEndOf(payload: Buffer): number {
  let at = payload.indexOf(0x0d);
  while (at !== -1 && payload[at + 1] !== 0x0a) at = payload.indexOf(0x0d, at + 1);
  return at;
}
