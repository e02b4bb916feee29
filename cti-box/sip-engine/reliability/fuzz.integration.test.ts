/** The fuzzer on everything that reads what strangers send, 100,000 inputs in all; `fuzz.long.test.ts` goes on for 5 million. */
import { describe, expect, it } from "vitest";
import { runFuzz } from "../testing/fuzz/run-fuzz.ts";
import { targets, type TargetName } from "../testing/fuzz/targets.ts";

const inputs: Record<TargetName, number> = {
  messages: 12_000,
  "header-values": 25_000,
  "stream-framing": 10_000,
  "control-framing": 18_000,
  "dns-replies": 10_000,
  "handler-answers": 10_000,
  "engine-sip": 6_000,
  "engine-control": 5_000,
  "engine-websocket": 4_000,
};
/** Code that runs for the first time and what the corpus has grown by stay in memory; a leak of 400 bytes an input would be more. */
const mostGrowthBytes = 4_000_000;
/** Together they take less than half a minute of two idle cores. */
const deadlineMs = 300_000;

describe("the fuzzer", () => {
  it.concurrent.each(Object.keys(targets) as TargetName[])(
    "%s",
    async (target) => {
      const report = await runFuzz(target, { inputs: inputs[target], seed: 1 });
      expect(report.failure).toBeNull();
      expect(report.inputs).toBeGreaterThanOrEqual(inputs[target]);
      expect(report.heapBytes.end - report.heapBytes.early).toBeLessThan(mostGrowthBytes);
    },
    deadlineMs,
  );
});
