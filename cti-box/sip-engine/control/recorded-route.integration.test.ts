/** Calls through a real Kamailio that stays on the way, on both sides of the application: every request in the dialog follows the route set, from either side. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { joinCalls } from "../testing/back-to-back.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { hasKamailio, RecordingRouter } from "../testing/recording-router.ts";
import { freePort, hasSipp, runScenario } from "../testing/sipp/run-scenario.ts";

const canRun = hasKamailio && hasSipp;
if (!canRun && process.env["CI"] !== undefined) throw new Error("needed here: apt-get install kamailio sip-tester");

let application: ConnectedApplication;
let router: RecordingRouter;
beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 25);
  if (canRun) router = await RecordingRouter.start(`127.0.0.1:${portOf(application.engine, "udp")}`);
});
afterEach(async () => {
  if (canRun) await router.close();
  await application.close();
});

describe.skipIf(!canRun)("through a router that records its route", () => {
  it.each([
    // Each call has two sides, and each side's requests pass the router once: the counts are those of one call.
    ["the caller hangs up", "caller-hangs-up", "callee-is-hung-up", { ACK: 2, BYE: 2 }],
    ["the callee hangs up", "caller-is-hung-up", "callee-hangs-up", { ACK: 2, BYE: 2 }],
    ["INFO, a hold from each side", "caller-talks", "callee-talks", { ACK: 6, BYE: 2, INFO: 2, INVITE: 4 }],
    ["the caller gives up while it rings", "caller-gives-up", "callee-is-cancelled", {}],
    ["the callee is busy", "caller-is-refused", "callee-refuses", {}],
  ])("%s", async (...[, caller, callee, followed]) => {
    const calls = 3;
    const port = await freePort();
    joinCalls(application.srf, `sip:200@127.0.0.1:${port}`, { proxy: `sip:127.0.0.1:${router.port}` });
    const results = await Promise.all([
      runScenario({ name: callee, port, calls }),
      runScenario({ name: caller, target: `127.0.0.1:${router.port}`, port: await freePort(), calls }),
    ]);
    expect(results.map(({ code, report }) => ({ code, report }))).toEqual([
      { code: 0, report: "" },
      { code: 0, report: "" },
    ]);
    for (const [method, times] of Object.entries(followed))
      await expect.poll(() => router.followed(method), { message: router.log }).toBeGreaterThanOrEqual(times * calls);
    await expect
      .poll(() => application.engine.load(), { timeout: 10_000 })
      .toEqual({ transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 });
  });
});
