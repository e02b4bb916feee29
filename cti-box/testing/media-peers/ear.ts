/** What a peer heard lately: decoded samples with their arrival, and ways to wait for a tone to be there or to be gone. Never sleeps: packets drive it. */
import { detectTone, keyIn, SAMPLE_RATE, toneShare } from "./tones.ts";

const KEPT_MS = 4000;
const WINDOW_MS = 200;

type Piece = { atMs: number; samples: number[] };
type Waiter = { check: () => boolean; done: () => void };

export class Ear {
  private pieces: Piece[] = [];
  private readonly waiters = new Set<Waiter>();

  /** Samples at 8000 per second. */
  take(samples: number[]): void {
    const atMs = performance.now();
    this.pieces.push({ atMs, samples });
    while ((this.pieces[0]?.atMs ?? atMs) < atMs - KEPT_MS) this.pieces.shift();
    this.wake();
  }

  /** What was heard so far counts no more. */
  forget(): void {
    this.pieces = [];
  }

  /** Samples that arrived within the last `windowMs`. */
  lately(windowMs = WINDOW_MS): number[] {
    const since = performance.now() - windowMs;
    return this.pieces.filter(({ atMs }) => atMs >= since).flatMap(({ samples }) => samples);
  }

  /** Resolves when the tone fills the last 200 ms. */
  async hearsTone(frequencyHz: number, deadlineMs = 5000): Promise<void> {
    await this.until(
      () => {
        const samples = this.lately();
        return samples.length >= (SAMPLE_RATE * WINDOW_MS) / 1000 / 2 && detectTone(samples, frequencyHz);
      },
      { what: `${frequencyHz} Hz to be heard`, deadlineMs },
    );
  }

  /** Resolves when the tone is gone from the last 200 ms, be it by silence, another sound, or no packets at all. */
  async losesTone(frequencyHz: number, deadlineMs = 5000): Promise<void> {
    await this.until(() => !detectTone(this.lately(), frequencyHz), {
      what: `${frequencyHz} Hz to be gone`,
      deadlineMs,
    });
  }

  /** Share of the tone in everything heard during the next `forMs`: for proving that it stays away. */
  async shareDuring(frequencyHz: number, forMs: number): Promise<number> {
    await new Promise((done) => setTimeout(done, forMs));
    return toneShare(this.lately(forMs), frequencyHz);
  }

  /** The usual share of the tone in pieces of 100 ms during the next `forMs`: a gap or a shift of its phase in between does not count. */
  async usualShareDuring(frequencyHz: number, forMs: number): Promise<number> {
    await new Promise((done) => setTimeout(done, forMs));
    const samples = this.lately(forMs);
    const size = SAMPLE_RATE / 10;
    const shares = Array.from({ length: Math.floor(samples.length / size) }, (_, piece) =>
      toneShare(samples.slice(piece * size, (piece + 1) * size), frequencyHz),
    ).toSorted((one, other) => one - other);
    return shares[Math.floor(shares.length / 2)] ?? 0;
  }

  /** Resolves when these keys have sounded, each as a run of packets with its two tones. */
  async hearsKeys(expected: string, deadlineMs = 3000): Promise<void> {
    await this.until(
      () =>
        this.soundedKeys()
          .replaceAll(/(.)\1*/g, "$1")
          .replaceAll("-", "") === expected,
      {
        what: `the keys ${expected}`,
        deadlineMs,
      },
    );
  }

  /** Milliseconds of keys in what is kept. */
  heardOfKeysMs(): number {
    return this.soundedKeys().replaceAll("-", "").length * 20;
  }

  /** One letter for each packet of 20 ms; `-`: no key. */
  private soundedKeys(): string {
    return this.pieces.map(({ samples }) => keyIn(samples) ?? "-").join("");
  }

  private async until(check: () => boolean, { what, deadlineMs }: { what: string; deadlineMs: number }): Promise<void> {
    if (check()) return;
    await new Promise<void>((resolve, reject) => {
      // Silence may mean that no packet ever comes, so time looks too, not only packets.
      const look = setInterval(() => this.wake(), 50);
      const settle = (finish: () => void): void => {
        clearInterval(look);
        clearTimeout(deadline);
        this.waiters.delete(waiter);
        finish();
      };
      const waiter: Waiter = { check, done: () => settle(resolve) };
      const deadline = setTimeout(() => {
        const heard = this.lately().length;
        settle(() =>
          reject(new Error(`waited ${deadlineMs} ms for ${what}; ${heard} samples in the last ${WINDOW_MS} ms`)),
        );
      }, deadlineMs);
      this.waiters.add(waiter);
    });
  }

  private wake(): void {
    for (const waiter of this.waiters) if (waiter.check()) waiter.done();
  }
}
