/** Time that jumps to what is due next. */
export class VirtualTime {
  nowMs = 0;
  /** In the order in which it comes. */
  private readonly due: { atMs: number; run: () => void }[] = [];

  /** `run` comes after what is due at the same time already; returns the way to stop it. */
  after(delayMs: number, run: () => void): () => void {
    const planned = { atMs: this.nowMs + delayMs, run };
    const later = this.due.findIndex(({ atMs }) => atMs > planned.atMs);
    this.due.splice(later === -1 ? this.due.length : later, 0, planned);
    return () => {
      const index = this.due.indexOf(planned);
      if (index !== -1) this.due.splice(index, 1);
    };
  }

  isMoreDue(): boolean {
    return this.due.length > 0;
  }

  /** Runs until nothing is to come. Throws when that is never. */
  run(): void {
    for (let steps = 0; this.due.length > 0; steps += 1) {
      if (steps > 200_000) throw new Error("this never comes to rest");
      const next = this.due.shift();
      this.nowMs = next?.atMs ?? this.nowMs;
      next?.run();
    }
  }
}
