/** Which parts of the engine's code ran, block by block, as the JavaScript engine counts them. */
import { Session, type Profiler } from "node:inspector";

/** Tests and what they are made of do not count. */
const counted = (url: string): boolean => url.includes("/sip-engine/") && !url.includes("/testing/");

export class Coverage {
  readonly #session = new Session();
  readonly #seen = new Set<string>();

  constructor() {
    this.#session.connect();
    this.#session.post("Profiler.enable");
    this.#session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  }

  /** How many different blocks, each with one of four frequencies, have run so far. */
  get size(): number {
    return this.#seen.size;
  }

  /** Whether something ran since the last look that never ran before, or never as often. */
  isNew(): boolean {
    const before = this.#seen.size;
    for (const { scriptId, url, functions } of this.#taken()) {
      if (!counted(url)) continue;
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges)
          if (count > 0)
            this.#seen.add(`${scriptId}:${startOffset}-${endOffset}:${Math.min(3, Math.floor(Math.log2(count) / 3))}`);
    }
    return this.#seen.size > before;
  }

  close(): void {
    this.#session.post("Profiler.stopPreciseCoverage");
    this.#session.disconnect();
  }

  /** The call-back is called before `post` returns. */
  #taken(): Profiler.ScriptCoverage[] {
    let taken: Profiler.ScriptCoverage[] = [];
    this.#session.post("Profiler.takePreciseCoverage", (error, { result }) => {
      if (error) throw error;
      taken = result;
    });
    return taken;
  }
}
