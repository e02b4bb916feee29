/** Options of those who watch: counts, capture, trace. Checked with the engine's others. */
import { problemsOfCapture, type CaptureOptions } from "../capture/capture-options.ts";
import { problemsOfMetrics, type MetricsOptions } from "../metrics/metrics-options.ts";
import { problemsOfTrace, type TraceOptions } from "../trace/trace-options.ts";

export type WatchOptions = {
  /** Measurements for Prometheus, over HTTP. */
  metrics?: MetricsOptions;
  /** Copies of all messages to a capture server. */
  capture?: CaptureOptions;
  /** The last messages are kept, so that a call can be shown as a ladder. */
  trace?: TraceOptions;
};

/** What is wrong with them, in words for people. */
export function problemsOfWatch({ metrics, capture, trace = {} }: WatchOptions): string[] {
  return [...problemsOfMetrics(metrics), ...problemsOfCapture(capture), ...problemsOfTrace(trace)];
}
