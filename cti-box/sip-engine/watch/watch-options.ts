/** Options of those who watch: counts, capture, trace. Checked with the engine's others. */
import { problemsOfCapture, type CaptureOptions } from "../capture/capture-options.ts";

export type WatchOptions = {
  /** Copies of all messages to a capture server. */
  capture?: CaptureOptions;
};

/** What is wrong with them, in words for people. */
export function problemsOfWatch({ capture }: WatchOptions): string[] {
  return problemsOfCapture(capture);
}
