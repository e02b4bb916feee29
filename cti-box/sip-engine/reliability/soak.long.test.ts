/**
 * Soak: 200,000 calls of every kind through one engine, sipp on both sides and drachtio-srf between. What is on the engine's heap after a full collection may not
 * have grown by more than 5 % since the first 20,000. LA2_SOAK_CALLS makes it shorter while something is looked for.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SoakProcesses } from "../testing/soak/processes.ts";
import { freePort, hasSipp, runScenario } from "../testing/sipp/run-scenario.ts";

if (!hasSipp) throw new Error("sipp is needed here: apt-get install sip-tester");

const calls = Number(process.env["LA2_SOAK_CALLS"] ?? 200_000);
const firstCalls = calls / 10;
const callsPerSecond = Number(process.env["LA2_SOAK_RATE"] ?? 300);
const mostGrowth = 0.05;
/** A busy machine makes sipp miss a message now and then. */
const mostFailed = 0.001;

/** Which calls, and how many of a hundred. */
const kinds = [
  { caller: "caller-hangs-up", callee: "callee-is-hung-up", share: 0.8 },
  { caller: "caller-is-hung-up", callee: "callee-hangs-up", share: 0.1 },
  { caller: "caller-gives-up", callee: "callee-is-cancelled", share: 0.04 },
  { caller: "caller-is-refused", callee: "callee-refuses", share: 0.04 },
  { caller: "caller-talks", callee: "callee-talks", share: 0.02 },
] as const;

let processes: SoakProcesses;
beforeAll(async () => {
  processes = await SoakProcesses.start();
});
afterAll(() => processes.close());

type Counted = { successful: number; failed: number };

/** All kinds at once until `count` calls are over. */
async function callThrough(count: number): Promise<Counted> {
  const deadlineSeconds = Math.ceil(count / callsPerSecond) * 2 + 120;
  const runs = kinds.flatMap(async ({ caller, callee, share }) => {
    const [port, from] = [await freePort(), await freePort()];
    const some = {
      calls: Math.round(count * share),
      deadlineSeconds,
      pauseMs: 500,
      againMs: 500,
      network: "bad",
    } as const;
    const answers = runScenario({ ...some, name: callee, port });
    const perSecond = Math.max(1, Math.round(callsPerSecond * share));
    const target = `127.0.0.1:${processes.sipPort}`;
    const asks = runScenario({ ...some, name: caller, target, port: from, service: String(port), perSecond });
    return Promise.all([asks, answers]);
  });
  const results = await Promise.all(runs);
  // A sipp that ended early has said why.
  for (const [index, [asks, answers]] of results.entries())
    for (const [side, { code, successful, failed, report }] of Object.entries({ asks, answers }))
      if (code !== 0)
        process.stdout.write(
          `${kinds[index]?.caller} ${side}: code ${code}, ${successful} well, ${failed} failed\n${report.slice(-1_500)}\n`,
        );
  return {
    successful: results.reduce((sum, [asks]) => sum + asks.successful, 0),
    failed: results.reduce((sum, [asks, answers]) => sum + Math.max(asks.failed, answers.failed), 0),
  };
}

const megabytes = (bytes: number): string => `${(bytes / 1_000_000).toFixed(2)} MB`;

describe("soak", () => {
  it(`after ${calls} calls the engine holds no more than after the first ${firstCalls}`, async () => {
    const startedMs = performance.now();
    let failed = 0;
    const measured: Awaited<ReturnType<SoakProcesses["heaps"]>>[] = [];
    for (const count of [firstCalls, calls - firstCalls]) {
      const counted = await callThrough(count);
      expect(counted.successful + counted.failed).toBe(count);
      expect(counted.failed).toBeLessThanOrEqual(count * mostFailed);
      failed += counted.failed;
      // Copies of the last messages are waited for 32 s.
      await expect
        .poll(() => processes.load(), { timeout: 90_000, interval: 500 })
        .toEqual({ transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 });
      measured.push(await processes.heaps());
    }
    const [first, last] = measured;
    if (first === undefined || last === undefined) throw new Error("not measured");
    const growth = last.engine.usedBytes / first.engine.usedBytes - 1;
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    process.stdout.write(
      `soak: ${calls} calls in ${seconds} s, ${failed} failed; engine ${megabytes(first.engine.usedBytes)} after ${firstCalls}, ${megabytes(last.engine.usedBytes)} at the end (${(growth * 100).toFixed(1)} %), ` +
        `resident ${megabytes(first.engine.residentBytes)} and ${megabytes(last.engine.residentBytes)}; ` +
        `application ${megabytes(first.application.usedBytes)} and ${megabytes(last.application.usedBytes)}\n`,
    );
    expect(growth).toBeLessThan(mostGrowth);
  });
});
