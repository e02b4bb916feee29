/**
 * The fuzzer for more than 5 million inputs, another seed each run (LA2_FUZZ_SEED repeats one; LA2_FUZZ_INPUTS is the share of the inputs, 1 for all of them):
 * no exception escapes, every promise is kept (what is written reads back, a stream is cut the same way however it comes in), memory stays where it was.
 */
import { describe, expect, it } from "vitest";
import { runFuzz } from "../testing/fuzz/run-fuzz.ts";
import { targets, type TargetName } from "../testing/fuzz/targets.ts";

const share = Number(process.env["LA2_FUZZ_INPUTS"] ?? 1);
const seed = Number(process.env["LA2_FUZZ_SEED"] ?? Math.floor(Date.now() / 1_000) % 1_000_000);
const inputs: Record<TargetName, number> = {
  messages: 800_000,
  "header-values": 1_500_000,
  "stream-framing": 400_000,
  "control-framing": 1_000_000,
  "dns-replies": 500_000,
  "handler-answers": 500_000,
  "engine-sip": 150_000,
  "engine-control": 100_000,
  "engine-websocket": 100_000,
};
/** What the JavaScript engine keeps of code and words grows for a while; a leak of ten bytes an input would be more. */
const mostGrowthBytes = 4_000_000;
const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(1)} MB`;

describe(`the fuzzer, seed ${seed}`, () => {
  it.concurrent.each(Object.keys(targets) as TargetName[])("%s", async (target) => {
    const wanted = Math.ceil(inputs[target] * share);
    const report = await runFuzz(target, { inputs: wanted, seed });
    const { early, end } = report.heapBytes;
    process.stdout.write(
      `fuzz ${target}: ${report.inputs} inputs in ${Math.round(report.seconds)} s, ${report.corpus} kept, ${report.blocks} blocks, heap ${megabytes(early)} and ${megabytes(end)}\n`,
    );
    expect(report.failure).toBeNull();
    expect(report.inputs).toBeGreaterThanOrEqual(wanted);
    expect(end - early).toBeLessThan(mostGrowthBytes);
  });
});
