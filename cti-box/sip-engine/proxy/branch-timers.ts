/** The timers of a proxied request's branches: provisional and final timeout, timer C. */
import type { BranchTimer } from "./response-state.ts";

const kinds: readonly BranchTimer[] = ["provisional", "final", "c"];

export class BranchTimers {
  readonly #running = new Map<string, NodeJS.Timeout>();
  readonly #fired: (branch: number, timer: BranchTimer) => void;

  constructor(fired: (branch: number, timer: BranchTimer) => void) {
    this.#fired = fired;
  }

  /** Starts it anew where it runs already. */
  start(branch: number, timer: BranchTimer, afterMs: number): void {
    this.stop(branch, timer);
    const fire = (): void => {
      this.#running.delete(`${timer}${branch}`);
      this.#fired(branch, timer);
    };
    this.#running.set(`${timer}${branch}`, setTimeout(fire, afterMs));
  }

  stop(branch: number, timer: BranchTimer): void {
    const key = `${timer}${branch}`;
    clearTimeout(this.#running.get(key));
    this.#running.delete(key);
  }

  stopAllOf(branch: number): void {
    for (const timer of kinds) this.stop(branch, timer);
  }

  close(): void {
    for (const timer of this.#running.values()) clearTimeout(timer);
    this.#running.clear();
  }
}
