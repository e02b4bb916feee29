/**
 * Writes frames to an application so that none is lost in it (control protocol §14).
 *
 * `drachtio-srf` handles all frames of one read in one go, before any promise continuation runs. An application that awaits `createUAS`,
 * `createUAC` or `request` puts its listeners on in such a continuation: a BYE, NOTIFY, re-INVITE or response that stands in the same read
 * as the frame that settled the promise finds no listener and is lost. Two writes are no remedy, because a busy application finds both in
 * its socket at once. A reader of Node.js takes 64 KiB in one read at most: so whatever stands that far apart is never read together, and
 * that distance is made by a frame that the application ignores. It is left out where the application has reacted to something that was
 * sent with or after the earlier frame: then it has read that one. So a busy application gets no gaps, and an idle one few (one for the BYE
 * of a caller when nothing else happened since the 200): none at all in front of a B2BUA at 20 to 400 calls a second. Of 500 callers that
 * hung up with their ACK, an application that was busy for 15 ms at a time heard 500 with the gaps and none without them. Answers to an INVITE
 * go without: createUAC and createB2BUA listen at once.
 *
 *   frame 7 (200 echo) ── ... ── frame 9 (BYE, apart from 7):  has the application reacted to 7 or later, or stands a gap behind 7?
 *        yes ─▶ written as it is           no ─▶ gap, then the frame
 */
import type { Writable } from "node:stream";
import { largestSize, putFrame, type Frame } from "./frame.ts";

/** Most that one read of a socket takes in Node.js. */
const largestRead = 65_536;
/** A reply to no command: `drachtio-srf` drops it without a word. */
const gapMeta = "00000000-0000-4000-8000-000000000000|response|00000000-0000-4000-8000-000000000000|OK\r\n";
export const gap = Buffer.from(`${largestRead + gapMeta.length}#${gapMeta}${" ".repeat(largestRead)}`);
/** What is gathered before it is written, bytes. */
const largestGathered = 64 * 1024;

export class FrameWriter {
  readonly #socket: Writable;
  #written = 0;
  /** Frames up to this number are never read together with what is written from now on. */
  #apart = 0;
  #gaps = 0;
  /** The frames of this turn of the event loop, one behind the other; null: the socket still has what was gathered last. */
  #gathered: Buffer | null = null;
  #gatheredBytes = 0;
  #isGathering = false;

  constructor(socket: Writable) {
    this.#socket = socket;
  }

  /** What is written next has the number after this one, and was not read together with anything before. */
  continueFrom(frameNumber: number): void {
    this.#written = Math.max(this.#written, frameNumber);
    this.#apart = this.#written;
  }

  /** Number of the frame written last. */
  get written(): number {
    return this.#written;
  }

  /** How often a gap had to be written. */
  get gaps(): number {
    return this.#gaps;
  }

  /** Writes the frame and returns its number. It is never read together with frame number `apartFrom`. */
  write(frame: Frame, apartFrom = 0): number {
    if (apartFrom > this.#apart) {
      this.#flush();
      this.#socket.write(gap);
      this.#apart = this.#written;
      this.#gaps += 1;
    }
    this.#gather(frame);
    this.#written += 1;
    return this.#written;
  }

  /** Writes the last frame and ends the connection. */
  end(frame: Frame): void {
    this.#gather(frame);
    this.#flush();
    this.#socket.end();
  }

  /** The application reacted to that frame: it has read it, and all before it. */
  hasRead(frameNumber: number): void {
    if (frameNumber > this.#apart) this.#apart = frameNumber;
  }

  /** All frames of one turn of the event loop leave in one call of the system: a call for each is what costs most at a thousand calls a second. */
  #gather(frame: Frame): void {
    const size = largestSize(frame);
    if (this.#gatheredBytes + size > largestGathered) this.#flush();
    if (size > largestGathered) {
      const bytes = Buffer.allocUnsafe(size);
      this.#socket.write(bytes.subarray(0, putFrame(frame, bytes, 0)));
      return;
    }
    this.#gathered ??= Buffer.allocUnsafeSlow(largestGathered);
    this.#gatheredBytes = putFrame(frame, this.#gathered, this.#gatheredBytes);
    if (this.#isGathering) return;
    this.#isGathering = true;
    setImmediate(() => {
      this.#isGathering = false;
      this.#flush();
    });
  }

  #flush(): void {
    const gathered = this.#gathered;
    if (gathered === null || this.#gatheredBytes === 0) return;
    const bytes = gathered.subarray(0, this.#gatheredBytes);
    this.#gatheredBytes = 0;
    if (this.#socket.writableLength > 0) {
      // It may wait there for long: then only as much memory as it needs.
      this.#socket.write(Buffer.from(bytes));
      return;
    }
    this.#gathered = null;
    this.#socket.write(bytes, () => (this.#gathered ??= gathered));
  }
}
