/** Calls that a drachtio-srf application passes on, between two sipp, over several transports, a bad network, and Kamailios that stay on the way. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { LossyRelay } from "../testing/lossy-relay.ts";
import { hasKamailio, RecordingRouter } from "../testing/recording-router.ts";
import { freePort, hasSipp, runScenario, type Scenario } from "../testing/sipp/run-scenario.ts";

const isMissing = !hasSipp || !hasKamailio;
if (isMissing && process.env["CI"] !== undefined) throw new Error("needed here: apt-get install sip-tester kamailio");

const idle = { transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 };

type Results = { connected: boolean; finalStatus: number; responses: { msgs: { status: number }[] }[] };

let application: ConnectedApplication;
let results: Results[];
let failures: unknown[];
beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 25);
  results = [];
  failures = [];
});
afterEach(async () => {
  await expect.poll(() => application.engine.load(), { timeout: 15_000 }).toMatchObject(idle);
  await application.close();
});

function passOnTo(target: string): void {
  application.srf.invite((req) => {
    const passed = application.srf.proxyRequest(req, target, { remainInDialog: true, provisionalTimeout: "10s" });
    (passed as unknown as Promise<Results>).then(
      (result) => results.push(result),
      (error: unknown) => failures.push(error),
    );
  });
}

async function bothGoWell(...scenarios: Scenario[]): Promise<void> {
  const ran = await Promise.all(scenarios.map((scenario) => runScenario(scenario)));
  // On a bad network sipp reports what came late or twice: no call may fail of it.
  const isGood = scenarios.every(({ network }) => network !== "bad");
  expect(ran.map(({ code, failed, report }) => ({ code, failed, report: isGood ? report : "" }))).toEqual(
    scenarios.map(() => ({ code: 0, failed: 0, report: "" })),
  );
  expect(failures).toEqual([]);
}

const kinds = [
  ["the caller hangs up", "caller-hangs-up", "callee-is-hung-up", 200],
  ["the callee hangs up", "caller-is-hung-up", "callee-hangs-up", 200],
  ["INFO, a hold from each side", "caller-talks", "callee-talks", 200],
  ["the caller gives up while it rings", "caller-gives-up", "callee-is-cancelled", 487],
  ["the callee is busy", "caller-is-refused", "callee-refuses", 486],
] as const;

describe.skipIf(isMissing)("sipp to sipp", () => {
  it.each(kinds)("%s: five calls as both sides expect, and the application knows how each went", async (...kind) => {
    const [, caller, callee, status] = kind;
    const calls = 5;
    const port = await freePort();
    passOnTo(`sip:200@127.0.0.1:${port}`);
    const target = `127.0.0.1:${portOf(application.engine, "udp")}`;
    await bothGoWell({ name: callee, port, calls }, { name: caller, target, port: await freePort(), calls });
    await expect.poll(() => results.map(({ finalStatus }) => finalStatus)).toEqual(Array(calls).fill(status));
    expect(results.every(({ connected }) => connected === (status === 200))).toBe(true);
  });

  it.each([
    ["TCP to TCP", "tcp", "tcp"],
    ["UDP to TCP", "udp", "tcp"],
    ["TCP to UDP", "tcp", "udp"],
  ] as const)("%s: a hold from each side, hanging up from each side, giving up", async (...[, here, there]) => {
    let current = "";
    application.srf.invite((req) => {
      application.srf.proxyRequest(req, current, { remainInDialog: true });
    });
    for (const [, caller, callee] of kinds.slice(0, 4)) {
      const port = await freePort();
      const target = `127.0.0.1:${portOf(application.engine, "udp")}`;
      current = `sip:200@127.0.0.1:${port};transport=${there}`;
      await bothGoWell(
        { name: callee, port, calls: 2, transport: there },
        { name: caller, target, port: await freePort(), calls: 2, transport: here },
      );
    }
  });

  it.each([
    ["the caller ends", "caller-hangs-up", "callee-is-hung-up"],
    ["the callee ends", "caller-is-hung-up", "callee-hangs-up"],
  ])(
    "100 calls that %s, on a network that loses a tenth, delays a fifth and doubles a twentieth: all complete",
    async (...kind) => {
      const [, caller, callee] = kind;
      await application.close();
      application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 100);
      const calls = 100;
      const bad = { lost: 0.1, late: 0.2, doubled: 0.05, seed: 42 };
      const engine = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
      const relay = await LossyRelay.open(engine, bad);
      const port = await freePort();
      passOnTo(`sip:200@127.0.0.1:${port}`);
      const target = `127.0.0.1:${engine.port}`;
      await bothGoWell(
        { name: callee, port, calls, network: "bad" },
        { name: caller, target, through: `127.0.0.1:${relay.port}`, port: await freePort(), calls, network: "bad" },
      );
      relay.close();
      expect(relay.counts.lost).toBeGreaterThan(20);
      expect(results.filter(({ connected }) => connected).length).toBe(calls);
    },
  );
});

describe.skipIf(isMissing)("with a Kamailio that stays on the way", () => {
  const counts = [{ ACK: 1, BYE: 1 }, { ACK: 1, BYE: 1 }, { ACK: 3, BYE: 1, INFO: 1, INVITE: 2 }, {}, {}];

  it.each(kinds.map((kind, index) => [...kind, counts[index] ?? {}] as const))(
    "before the engine: %s",
    async (...[, caller, callee, , followed]) => {
      const router = await RecordingRouter.start(`127.0.0.1:${portOf(application.engine, "udp")}`);
      const calls = 3;
      const port = await freePort();
      passOnTo(`sip:200@127.0.0.1:${port}`);
      const target = `127.0.0.1:${router.port}`;
      await bothGoWell({ name: callee, port, calls }, { name: caller, target, port: await freePort(), calls });
      for (const [method, times] of Object.entries(followed))
        await expect.poll(() => router.followed(method), { message: router.log }).toBeGreaterThanOrEqual(times * calls);
      await router.close();
    },
  );

  it.each(kinds.map((kind, index) => [...kind, counts[index] ?? {}] as const))(
    "after the engine: %s",
    async (...[, caller, callee, , followed]) => {
      const port = await freePort();
      const router = await RecordingRouter.start(`127.0.0.1:${port}`);
      const calls = 3;
      passOnTo(`sip:200@127.0.0.1:${router.port}`);
      const target = `127.0.0.1:${portOf(application.engine, "udp")}`;
      await bothGoWell({ name: callee, port, calls }, { name: caller, target, port: await freePort(), calls });
      for (const [method, times] of Object.entries(followed))
        await expect.poll(() => router.followed(method), { message: router.log }).toBeGreaterThanOrEqual(times * calls);
      await router.close();
    },
  );
});
