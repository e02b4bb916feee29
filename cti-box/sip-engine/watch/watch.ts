/**
 * Owner of those who watch the engine. What sees messages is there before the sockets, so that nothing passes unseen; the page of measurements
 * is opened when there is something to measure, and closed first.
 */
import { Capture } from "../capture/capture.ts";
import type { ControlServer } from "../control/control-server.ts";
import type { BoundedLog } from "../log.ts";
import { writeMetrics } from "../metrics/engine-metrics.ts";
import { MessageCounters } from "../metrics/message-counters.ts";
import { openMetricsServer } from "../metrics/metrics-server.ts";
import type { PageServer } from "../metrics/page-server.ts";
import { ProcessGauges } from "../metrics/process-gauges.ts";
import { Trace } from "../trace/trace.ts";
import type { TraceAnswer, TraceQuery } from "../trace/traced-call.ts";
import type { EngineCore } from "../user-agent/engine-core.ts";
import { joinTaps, type MessageTap } from "./tap.ts";
import type { WatchOptions } from "./watch-options.ts";

type Watched = { core: EngineCore; control: ControlServer; secrets: readonly string[] };

export class Watch {
  /** What every message passes; null: nobody watches. */
  readonly tap: MessageTap | null;
  readonly #options: WatchOptions;
  readonly #capture: Capture | null;
  readonly #trace: Trace | null;
  readonly #messages: MessageCounters | null;
  #page: { server: PageServer; gauges: ProcessGauges } | null = null;

  constructor(options: WatchOptions, log: BoundedLog) {
    const { metrics, capture, trace } = options;
    this.#options = options;
    this.#capture = capture === undefined ? null : new Capture(capture, log);
    this.#trace = trace === undefined ? null : new Trace(trace);
    this.#messages = metrics === undefined ? null : new MessageCounters();
    const taps = [this.#messages?.tap, this.#capture?.tap, this.#trace?.tap];
    this.tap = joinTaps(taps.filter((tap) => tap !== undefined));
  }

  /** Port of the page of measurements; null: there is none. */
  get metricsPort(): number | null {
    return this.#page?.server.port ?? null;
  }

  /** Opens the page of measurements. Rejects when its address cannot be opened; the message names it. */
  async serve({ core, control, secrets }: Watched): Promise<void> {
    const { metrics } = this.#options;
    const messages = this.#messages;
    if (metrics === undefined || messages === null) return;
    const gauges = new ProcessGauges();
    const pages = {
      metrics: () =>
        writeMetrics({
          core,
          control,
          messages,
          process: gauges,
          capture: this.#capture?.counters ?? null,
          traced: this.#trace?.size ?? null,
        }),
      trace: (query: TraceQuery) => this.trace(query),
      secrets,
    };
    try {
      this.#page = { server: await openMetricsServer(metrics, pages), gauges };
    } catch (error) {
      gauges.close();
      throw error;
    }
  }

  trace(query: TraceQuery): TraceAnswer {
    return this.#trace?.answer(query) ?? { state: "off" };
  }

  async close(): Promise<void> {
    const page = this.#page;
    this.#page = null;
    this.#capture?.close();
    page?.gauges.close();
    await page?.server.close();
  }
}
