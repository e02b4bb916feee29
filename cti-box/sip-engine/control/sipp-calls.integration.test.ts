/** Whole calls between sipp and sipp through a drachtio-srf application on the engine, on a good and on a bad network. */
import { once } from "node:events";
import { connect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { joinCalls } from "../testing/back-to-back.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { LossyRelay } from "../testing/lossy-relay.ts";
import { freePort, hasSipp, runScenario } from "../testing/sipp/run-scenario.ts";
import { nothingLeftIn } from "../testing/nothing-left.ts";

if (!hasSipp && process.env["CI"] !== undefined) throw new Error("sipp is needed here: apt-get install sip-tester");

let application: ConnectedApplication;
let engineAt: string;

async function start(t1Ms: number): Promise<void> {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], t1Ms);
  engineAt = `127.0.0.1:${portOf(application.engine, "udp")}`;
}
afterEach(() => application.close());

const nothingLeft = (): Promise<void> => nothingLeftIn(application.engine, { timeout: 20_000, interval: 100 });

const good = { code: 0, report: "" };

/** Until somebody listens on that TCP port. */
async function accepting(port: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const socket = connect(port, "127.0.0.1");
        const isOpen = await once(socket, "connect").then(
          () => true,
          () => false,
        );
        socket.destroy();
        return isOpen;
      },
      { timeout: 20_000 },
    )
    .toBe(true);
}

describe.skipIf(!hasSipp)("sipp to sipp", () => {
  it.each([
    ["the caller hangs up", "caller-hangs-up", "callee-is-hung-up"],
    ["the callee hangs up", "caller-is-hung-up", "callee-hangs-up"],
    ["the caller gives up while it rings, and the callee hears it", "caller-gives-up", "callee-is-cancelled"],
    ["the callee is busy", "caller-is-refused", "callee-refuses"],
    ["INFO, a hold from each side", "caller-talks", "callee-talks"],
  ])("%s: five calls as both sides expect, and nothing left", async (_name, caller, callee) => {
    await start(25);
    const port = await freePort();
    joinCalls(application.srf, `sip:200@127.0.0.1:${port}`);
    const results = await Promise.all([
      runScenario({ name: callee, port, calls: 5 }),
      runScenario({ name: caller, target: engineAt, port: await freePort(), calls: 5 }),
    ]);
    expect(results.map(({ code, report }) => ({ code, report }))).toEqual([good, good]);
    await nothingLeft();
  });

  it.each([
    ["the caller hangs up", "caller-hangs-up", "callee-is-hung-up"],
    ["the callee hangs up", "caller-is-hung-up", "callee-hangs-up"],
    ["the caller gives up while it rings", "caller-gives-up", "callee-is-cancelled"],
    ["the callee is busy", "caller-is-refused", "callee-refuses"],
    ["INFO, a hold from each side", "caller-talks", "callee-talks"],
  ])("over TCP on both sides, %s: five calls, and nothing left", async (...[, caller, callee]) => {
    await start(25);
    const port = await freePort();
    const transport = "tcp";
    joinCalls(application.srf, `sip:200@127.0.0.1:${port};transport=tcp`);
    const called = runScenario({ name: callee, port, transport, calls: 5 });
    // sipp that could not start says why, instead of a listener that never comes.
    const ended = called.then((result) => Promise.reject(new Error(`sipp ended early: ${JSON.stringify(result)}`)));
    await Promise.race([accepting(port), ended]);
    ended.catch(() => undefined);
    const results = await Promise.all([
      called,
      runScenario({ name: caller, target: engineAt, port: await freePort(), transport, calls: 5 }),
    ]);
    expect(results.map(({ code, report }) => ({ code, report }))).toEqual([good, good]);
    await nothingLeft();
  });

  it("a callee that asks for a digest (MD5) gets credentials that are right", async () => {
    await start(25);
    const port = await freePort();
    joinCalls(application.srf, `sip:200@127.0.0.1:${port}`, { auth: { username: "box", password: "secret" } });
    const results = await Promise.all([
      runScenario({ name: "callee-challenges", port }),
      runScenario({ name: "caller-hangs-up", target: engineAt, port: await freePort() }),
    ]);
    expect(results.map(({ code, report }) => ({ code, report }))).toEqual([good, good]);
    await nothingLeft();
  });

  it.each([
    ["the caller", "caller-hangs-up", "callee-is-hung-up"],
    ["the callee", "caller-is-hung-up", "callee-hangs-up"],
  ])(
    "100 calls that %s ends, on a network that loses a tenth, delays a fifth and doubles a twentieth: all complete",
    async (...[, callerName, calleeName]) => {
      await start(100);
      const calleePort = await freePort();
      const badness = { lost: 0.1, late: 0.2, doubled: 0.05 };
      const engine = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
      const callerSide = await LossyRelay.open(engine, { ...badness, seed: 1 });
      const calleeSide = await LossyRelay.open({ host: "127.0.0.1", port: calleePort }, { ...badness, seed: 2 });
      const counts = joinCalls(application.srf, `sip:200@127.0.0.1:${calleeSide.port}`);
      try {
        const [callee, caller] = await Promise.all([
          runScenario({ name: calleeName, port: calleePort, calls: 100, network: "bad" }),
          runScenario({
            name: callerName,
            target: `127.0.0.1:${callerSide.port}`,
            port: await freePort(),
            calls: 100,
            pauseMs: 500,
            network: "bad",
          }),
        ]);
        expect({ ...caller, report: caller.report }).toMatchObject({ successful: 100, failed: 0, code: 0 });
        expect(callee).toMatchObject({ successful: 100, failed: 0, code: 0 });
        expect(counts.failures).toEqual(new Map());
        expect(callerSide.counts.lost + calleeSide.counts.lost).toBeGreaterThan(50);
        await nothingLeft();
      } finally {
        callerSide.close();
        calleeSide.close();
      }
    },
    120_000,
  );
});
