/** Owner of those who watch the engine: opened before its sockets, so that no message passes unseen, and closed after them. */
import { Capture } from "../capture/capture.ts";
import type { BoundedLog } from "../log.ts";
import { Trace } from "../trace/trace.ts";
import type { TraceAnswer, TraceQuery } from "../trace/traced-call.ts";
import { joinTaps, type MessageTap } from "./tap.ts";
import type { WatchOptions } from "./watch-options.ts";

export class Watch {
  /** What every message passes; null: nobody watches. */
  readonly tap: MessageTap | null;
  readonly #capture: Capture | null;
  readonly #trace: Trace | null;

  constructor(options: WatchOptions, log: BoundedLog) {
    const { capture, trace } = options;
    this.#capture = capture === undefined ? null : new Capture(capture, log);
    this.#trace = trace === undefined ? null : new Trace(trace);
    this.tap = joinTaps([this.#capture?.tap, this.#trace?.tap].filter((tap) => tap !== undefined));
  }

  trace(query: TraceQuery): TraceAnswer {
    return this.#trace?.answer(query) ?? { state: "off" };
  }

  close(): void {
    this.#capture?.close();
  }
}
