/** Owner of those who watch the engine: opened before its sockets, so that no message passes unseen, and closed after them. */
import { Capture } from "../capture/capture.ts";
import type { BoundedLog } from "../log.ts";
import { joinTaps, type MessageTap } from "./tap.ts";
import type { WatchOptions } from "./watch-options.ts";

export class Watch {
  /** What every message passes; null: nobody watches. */
  readonly tap: MessageTap | null;
  readonly #capture: Capture | null;

  constructor(options: WatchOptions, log: BoundedLog) {
    const { capture } = options;
    this.#capture = capture === undefined ? null : new Capture(capture, log);
    this.tap = joinTaps([this.#capture?.tap].filter((tap) => tap !== undefined));
  }

  close(): void {
    this.#capture?.close();
  }
}
