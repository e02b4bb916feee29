/**
 * 1,000 calls over a network that loses a tenth of the datagrams, delays a fifth out of order and doubles a twentieth, on the caller's and on the callee's side, with the
 * timers of RFC 3261: every call ends as both sides expect, nobody is called or answered twice, and 64 s later the engine holds nothing.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AnswerBook } from "../testing/answer-book.ts";
import { joinCalls, type BackToBack } from "../testing/back-to-back.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { LossyRelay } from "../testing/lossy-relay.ts";
import { freePort, hasSipp, runScenario } from "../testing/sipp/run-scenario.ts";

if (!hasSipp) throw new Error("sipp is needed here: apt-get install sip-tester");

const badness = { lost: 0.1, late: 0.2, doubled: 0.05 };
/** 64·T1, twice. */
const nothingLeftAfterMs = 64_000;
const kinds = [
  { caller: "caller-hangs-up", callee: "callee-is-hung-up", calls: 500 },
  { caller: "caller-is-hung-up", callee: "callee-hangs-up", calls: 300 },
  { caller: "caller-is-refused", callee: "callee-refuses", calls: 200 },
] as const;
const allCalls = kinds.reduce((sum, { calls }) => sum + calls, 0);

let application: ConnectedApplication;
let counts: BackToBack;
beforeAll(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"]);
  counts = joinCalls(application.srf, (uri) => `sip:callee@127.0.0.1:${/^sip:(\d+)@/.exec(uri)?.[1] ?? "9"}`);
});
afterAll(() => application.close());

type Book = { callers: AnswerBook; callees: AnswerBook };

async function callThrough(kind: (typeof kinds)[number], { seed, books }: { seed: number; books: Book }) {
  const engine = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
  const [port, from] = [await freePort(), await freePort()];
  const atCallers = await LossyRelay.open(engine, { ...badness, seed }, (bytes) => books.callers.see(bytes));
  const callee = { host: "127.0.0.1", port };
  const atCallees = await LossyRelay.open(callee, { ...badness, seed: seed + 1 }, (bytes) => books.callees.see(bytes));
  const run = { calls: kind.calls, network: "bad", againMs: 500, deadlineSeconds: 240 } as const;
  try {
    const [asks, answers] = await Promise.all([
      runScenario({
        ...run,
        name: kind.caller,
        target: `127.0.0.1:${atCallers.port}`,
        port: from,
        service: String(atCallees.port),
        pauseMs: 500,
        perSecond: kind.calls / 50,
      }),
      runScenario({ ...run, name: kind.callee, port }),
    ]);
    return { asks, answers, datagrams: sumOf(atCallers.counts, atCallees.counts) };
  } finally {
    atCallers.close();
    atCallees.close();
  }
}

const sumOf = (one: LossyRelay["counts"], other: LossyRelay["counts"]): LossyRelay["counts"] => ({
  passed: one.passed + other.passed,
  lost: one.lost + other.lost,
  late: one.late + other.late,
  doubled: one.doubled + other.doubled,
});

describe("a bad network", () => {
  it(`${allCalls} calls complete or end cleanly, none twice, and nothing is left`, async () => {
    const books = { callers: new AnswerBook(), callees: new AnswerBook() };
    const results = await Promise.all(kinds.map((kind, index) => callThrough(kind, { seed: 10 * index + 1, books })));
    for (const [index, { calls }] of kinds.entries()) {
      expect(results[index]?.asks).toMatchObject({ successful: calls, failed: 0, code: 0 });
      expect(results[index]?.answers).toMatchObject({ successful: calls, failed: 0, code: 0 });
    }
    expect(Object.fromEntries(counts.failures)).toEqual({ 486: kinds[2].calls });
    expect(books.callers.twice).toEqual([]);
    expect(books.callees.twice).toEqual([]);
    const answered = allCalls - kinds[2].calls;
    expect([books.callers.calls, books.callers.answered]).toEqual([allCalls, answered]);
    expect([books.callees.calls, books.callees.answered]).toEqual([allCalls, answered]);
    const endedMs = performance.now();
    await expect
      .poll(() => application.engine.load(), { timeout: nothingLeftAfterMs, interval: 200 })
      .toEqual({ transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 });
    const { passed, lost, late, doubled } = results.map((each) => each.datagrams).reduce(sumOf);
    process.stdout.write(
      `bad network: ${allCalls} calls, ${passed} datagrams passed, ${lost} lost, ${late} late, ${doubled} doubled; nothing left ${Math.round((performance.now() - endedMs) / 1_000)} s after the last call\n`,
    );
    expect(lost / (lost + passed)).toBeGreaterThan(0.08);
  });
});
