/** A clock that stands still until a test moves it. */
import type { Clock } from "../src/application/ports.ts";

export class HandMovedClock implements Clock {
  private nowMs = 1_700_000_000_000;
  private readonly pending = new Set<{ atMs: number; run: () => void }>();

  now(): number {
    return this.nowMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.pending.add(timer);
    return () => this.pending.delete(timer);
  }

  /** Moves on, running what becomes due in its order. */
  move(byMs: number): void {
    const untilMs = this.nowMs + byMs;
    for (;;) {
      const due = [...this.pending].filter((one) => one.atMs <= untilMs).toSorted((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.pending.delete(due);
      this.nowMs = due.atMs;
      due.run();
    }
    this.nowMs = untilMs;
  }

  timers(): number {
    return this.pending.size;
  }
}
