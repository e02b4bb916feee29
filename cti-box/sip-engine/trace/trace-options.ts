/** Options of the trace, checked with the engine's others. */

export type TraceOptions = {
  /** Memory for messages (1 to 1024 MB, default 32): some 30,000 of them, a thousand calls. */
  megabytes?: number;
};

/** What is wrong with them, in words for people. */
export function problemsOfTrace({ megabytes = 1 }: TraceOptions): string[] {
  const isUsable = Number.isInteger(megabytes) && megabytes >= 1 && megabytes <= 1_024;
  return isUsable ? [] : [`trace-size: ${megabytes} is not between 1 and 1024 megabytes`];
}
