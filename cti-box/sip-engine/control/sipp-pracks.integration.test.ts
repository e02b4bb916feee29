/** Whole calls between sipp and sipp in which both sides speak 100rel, PRACK and UPDATE with a B2BUA on the engine, on a good and on a bad network. */
import { afterEach, describe, expect, it } from "vitest";
import { joinCalls } from "../testing/back-to-back.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { LossyRelay } from "../testing/lossy-relay.ts";
import { freePort, hasSipp, runScenario } from "../testing/sipp/run-scenario.ts";
import { nothingLeftIn } from "../testing/nothing-left.ts";

if (!hasSipp && process.env["CI"] !== undefined) throw new Error("sipp is needed here: apt-get install sip-tester");

let application: ConnectedApplication;
afterEach(() => application.close());

const nothingLeft = (): Promise<void> => nothingLeftIn(application.engine, { timeout: 30_000, interval: 100 });

/** What both sides say about 100rel is passed on. */
const passing = { proxyRequestHeaders: ["supported"], proxyResponseHeaders: ["require"] };

describe.skipIf(!hasSipp)("sipp to sipp with PRACK on both sides", () => {
  it("five calls as both sides expect, with an UPDATE before the answer, and nothing left", async () => {
    application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], 25);
    const port = await freePort();
    joinCalls(application.srf, `sip:200@127.0.0.1:${port}`, passing);
    const target = `127.0.0.1:${portOf(application.engine, "udp")}`;
    const results = await Promise.all([
      runScenario({ name: "callee-is-pracked", port, calls: 5 }),
      runScenario({ name: "caller-pracks", target, port: await freePort(), calls: 5 }),
    ]);
    expect(results.map(({ successful, failed }) => ({ successful, failed }))).toEqual([
      { successful: 5, failed: 0 },
      { successful: 5, failed: 0 },
    ]);
    await nothingLeft();
  });

  it("50 calls on a network that loses a tenth, delays a fifth and doubles a twentieth: all complete", async () => {
    application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], 100);
    const calleePort = await freePort();
    const badness = { lost: 0.1, late: 0.2, doubled: 0.05 };
    const engine = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
    const callerSide = await LossyRelay.open(engine, { ...badness, seed: 3 });
    const calleeSide = await LossyRelay.open({ host: "127.0.0.1", port: calleePort }, { ...badness, seed: 4 });
    const counts = joinCalls(application.srf, `sip:200@127.0.0.1:${calleeSide.port}`, passing);
    try {
      const [callee, caller] = await Promise.all([
        runScenario({ name: "callee-is-pracked", port: calleePort, calls: 50, network: "bad" }),
        runScenario({
          name: "caller-pracks",
          target: `127.0.0.1:${callerSide.port}`,
          port: await freePort(),
          calls: 50,
          pauseMs: 500,
          network: "bad",
        }),
      ]);
      expect(caller).toMatchObject({ successful: 50, failed: 0 });
      expect(callee).toMatchObject({ successful: 50, failed: 0 });
      expect(counts.failures).toEqual(new Map());
      expect(callerSide.counts.lost + calleeSide.counts.lost).toBeGreaterThan(25);
      await nothingLeft();
    } finally {
      callerSide.close();
      calleeSide.close();
    }
  }, 120_000);
});
