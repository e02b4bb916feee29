/** One frame of the control protocol towards an application, `<length in bytes>#<payload>`: as parts until it is written, because then its bytes are made only once. */
import type { Written } from "../message/write-message.ts";

export type Frame = {
  readonly meta: string;
  /** What follows the meta line; null: nothing. */
  readonly message: Written | null;
};

/** No letter of a string takes more bytes in UTF-8. */
const largestLetter = 3;
/** Length of the longest prefix and the line end behind the meta line. */
const around = 16;

/** Bytes that a frame takes at most. */
export function largestSize({ meta, message }: Frame): number {
  const letters = meta.length + (message?.head.length ?? 0);
  return letters * largestLetter + (message?.body.length ?? 0) + around;
}

/** Puts the frame into `buffer` from `at` on, where there is room for {@link largestSize}; returns where it ends. */
export function putFrame(frame: Frame, buffer: Buffer, at: number): number {
  const { meta, message } = frame;
  // As long as all letters are ASCII, which they nearly always are.
  const likely = message === null ? meta.length : meta.length + 2 + message.head.length + message.body.length;
  const start = at + digitsOf(likely) + 1;
  const end = putPayload(frame, buffer, start);
  const length = end - start;
  const shift = digitsOf(length) - digitsOf(likely);
  if (shift > 0) buffer.copyWithin(start + shift, start, end);
  putLength(length, buffer, start + shift - 1);
  return end + shift;
}

function putPayload({ meta, message }: Frame, buffer: Buffer, start: number): number {
  let end = start + buffer.write(meta, start);
  if (message === null) return end;
  buffer[end] = 0x0d;
  buffer[end + 1] = 0x0a;
  end += 2;
  end += buffer.write(message.head, end);
  if (message.body.length > 0) end += message.body.copy(buffer, end);
  return end;
}

/** Writes the digits from behind, and `#` at `hash`. */
function putLength(length: number, buffer: Buffer, hash: number): void {
  buffer[hash] = 0x23;
  let at = hash - 1;
  for (let rest = length; rest > 0; rest = Math.floor(rest / 10)) {
    buffer[at] = 0x30 + (rest % 10);
    at -= 1;
  }
}

function digitsOf(length: number): number {
  let digits = 1;
  for (let limit = 10; length >= limit; limit *= 10) digits += 1;
  return digits;
}
