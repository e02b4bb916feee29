/** Where a citizen goes whom somebody has already talked to: before those who are new. */
import type { Call, CallPhase } from "./call.ts";

export function headOfLine({ startedAtMs }: Call, atMs: number): CallPhase {
  return { kind: "queued", wait: { sinceMs: startedAtMs, priority: "returned" }, enteredAtMs: atMs };
}
