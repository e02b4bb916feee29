/** What is measured of one server; each measurement with a fresh server and application, so that memory and warm code of one say nothing about the other. */
import type { Child, Usage } from "../child.ts";
import { probe, type Latency } from "./prober.ts";
import { startCallee, startLoad, type Load } from "./load.ts";
import type { ServerKind } from "../../cti-box/sip-engine/testing/server-process.ts";
import { ports, startServer, type Cores, type Running } from "./servers.ts";

/** A step is passed with at most this share of calls failed, and this share of messages sent again. */
export const mostFailed = 0.001;
export const mostRepeated = 0.005;
const sampleMs = 500;
/** Calls a second that come before a step, so that its figures are those of code that has been compiled. */
export const warmUpRate = 100;

export type Step = {
  rate: number;
  calls: number;
  failed: number;
  retransmissions: number;
  cpuServer: number;
  cpuApplication: number;
  peakServerBytes: number;
  peakApplicationBytes: number;
  passed: boolean;
};

/** `seconds` of calls at `rate` a second, after `warmUpCalls` that are not counted. Processor time in seconds per 1,000 calls. */
export async function measureCalls(
  server: ServerKind,
  cores: Cores,
  { rate, seconds, warmUpCalls = 0 }: { rate: number; seconds: number; warmUpCalls?: number },
): Promise<Step> {
  return withServer(server, cores, async (running) => {
    const calling = { scenario: "caller.xml", core: cores.caller };
    if (warmUpCalls > 0) await underLoad(running, { ...calling, rate: warmUpRate, count: warmUpCalls });
    const before = usageOf(running);
    const load = await underLoad(running, { ...calling, rate, count: rate * seconds });
    const after = usageOf(running);
    const perThousand = (one: Usage, other: Usage): number =>
      ((other.cpuSeconds - one.cpuSeconds) / load.calls) * 1_000;
    return {
      rate,
      calls: load.calls,
      failed: load.failed,
      retransmissions: load.retransmissions,
      cpuServer: perThousand(before.server, after.server),
      cpuApplication: perThousand(before.application, after.application),
      peakServerBytes: after.server.peakBytes,
      peakApplicationBytes: after.application.peakBytes,
      passed:
        load.calls >= rate * seconds &&
        load.failed <= load.calls * mostFailed &&
        // Seven messages of a call on each side.
        load.retransmissions <= load.calls * 7 * mostRepeated &&
        load.seconds < seconds * 1.05 + 5,
    };
  });
}

/** The way of an INVITE from the caller to the callee while calls come at `rate`. */
export async function measureLatency(
  server: ServerKind,
  cores: Cores,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<Latency> {
  return withServer(server, cores, async (running) => {
    const load = underLoad(running, { scenario: "caller.xml", rate, count: rate * (seconds + 5), core: cores.caller });
    await probe(ports.sip, { count: 20, everyMs: 100 });
    const latency = await probe(ports.sip, { count: seconds * 20, everyMs: 50 });
    await load;
    return latency;
  });
}

export type Registrations = { users: number; failed: number; shareOfCore: number; shareOfApplication: number };

/** `users` that register anew every 60 s: what share of a core the server needs. */
export async function measureRegistrations(
  server: ServerKind,
  cores: Cores,
  { users, seconds }: { users: number; seconds: number },
): Promise<Registrations> {
  return withServer(server, cores, async (running) => {
    const rate = Math.round(users / 60);
    const before = usageOf(running);
    const load = await underLoad(running, {
      scenario: "register.xml",
      rate,
      count: rate * seconds,
      core: cores.caller,
      users,
    });
    const after = usageOf(running);
    return {
      users,
      failed: load.failed,
      shareOfCore: (after.server.cpuSeconds - before.server.cpuSeconds) / load.seconds,
      shareOfApplication: (after.application.cpuSeconds - before.application.cpuSeconds) / load.seconds,
    };
  });
}

/** `dialogs`: those that were up when memory was read. */
export type IdleDialogs = { dialogs: number; serverBytes: number; applicationBytes: number };

/** `dialogs` confirmed calls legs on which nothing happens; memory is read when the last transaction of their beginning is over. */
export async function measureIdleDialogs(
  server: ServerKind,
  cores: Cores,
  { dialogs }: { dialogs: number },
): Promise<IdleDialogs> {
  return withServer(server, cores, async (running) => {
    const calls = dialogs / 2;
    const rate = 300;
    const load = startLoad({ scenario: "caller-stays.xml", rate, count: calls, core: cores.caller });
    try {
      // All calls are up, and 64·T1 have passed since the last; they stay for 75 s.
      await pause((calls / rate) * 1_000 + 36_000);
      const { server: used, application } = usageOf(running);
      return {
        dialogs: load.standing() * 2,
        serverBytes: used.residentBytes,
        applicationBytes: application.residentBytes,
      };
    } finally {
      await load.close();
    }
  });
}

async function withServer<Result>(
  server: ServerKind,
  cores: Cores,
  measure: (running: Running) => Promise<Result>,
): Promise<Result> {
  const running = await startServer(server, cores);
  let callee: Child | null = null;
  try {
    callee = startCallee(cores.callee);
    await pause(sampleMs);
    return await measure(running);
  } finally {
    await callee?.close();
    await running.close();
  }
}

async function underLoad(
  running: Running,
  wanted: Load,
): Promise<Awaited<ReturnType<ReturnType<typeof startLoad>["result"]>>> {
  const load = startLoad(wanted);
  try {
    const result = await load.result();
    if (running.server.hasEnded) throw new Error(`the server ended under load:\n${running.server.output}`);
    return result;
  } finally {
    await load.close();
  }
}

function usageOf({ server, application }: Running): { server: Usage; application: Usage } {
  return { server: server.usage(), application: application.usage() };
}

/** A measurement needs time to pass; tests never do. */
function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
