/** What is measured of the whole box. Each measurement has a fresh one. */
import { startLoad, type Load, type LoadResult, type RunningLoad } from "../sip/load.ts";
import { mostFailed, mostRepeated, warmUpRate } from "../sip/measurements.ts";
import { publicNumber, startBox, type BoxForm } from "./box.ts";
import type { Cores } from "../sip/servers.ts";

export type BoxStep = {
  rate: number;
  calls: number;
  failed: number;
  retransmissions: number;
  /** Calls that the box's events told the answer of. */
  answeredEvents: number;
  /** Seconds of a core for 1,000 calls. */
  cpuBox: number;
  peakBytes: number;
  passed: boolean;
};

/** An operator talks for a second and is rung again at once; half as many more, so that nobody waits for one. */
const operatorsPerCallASecond = 1.5;

/** `form`: how the box is installed. `warmUpCalls`: at 100 a second before the step, and not counted. */
export type BoxLoad = { form: BoxForm; rate: number; seconds: number; warmUpCalls: number };

/** `seconds` of calls at `rate` a second: a citizen through the carrier, the queue, an operator's telephone rings and answers, a second, the citizen hangs up. */
export async function measureBoxCalls(cores: Cores, { form, rate, seconds, warmUpCalls }: BoxLoad): Promise<BoxStep> {
  const operators = Math.ceil(Math.max(rate, warmUpRate) * operatorsPerCallASecond) + 10;
  const running = await startBox({ form, operators, cores });
  try {
    if (warmUpCalls > 0)
      await finished(citizensCall(cores, { scenario: "caller.xml", rate: warmUpRate, count: warmUpCalls }));
    const toldBefore = running.events.count("call-answered");
    const before = running.box.usage();
    const result = await finished(citizensCall(cores, { scenario: "caller.xml", rate, count: rate * seconds }));
    if (running.box.hasEnded) throw new Error(`the box ended under load:\n${running.box.output}`);
    const after = running.box.usage();
    const { calls, failed, retransmissions } = result;
    const answeredEvents = running.events.count("call-answered") - toldBefore;
    return {
      rate,
      calls,
      failed,
      retransmissions,
      answeredEvents,
      cpuBox: ((after.cpuSeconds - before.cpuSeconds) / calls) * 1_000,
      peakBytes: after.peakBytes,
      passed:
        calls >= rate * seconds &&
        failed <= calls * mostFailed &&
        answeredEvents >= calls - failed &&
        retransmissions <= calls * 7 * mostRepeated &&
        result.seconds < seconds * 1.05 + 5,
    };
  } finally {
    await running.close();
  }
}

/** `calls`: those that were up when memory was read; `bytesPerCall` over the box with its operators registered and no call. */
export type StandingCalls = { calls: number; bytesPerCall: number; residentBytes: number };

/** Memory of `calls` calls that are up and on which nothing happens. */
export async function measureStandingCalls(
  cores: Cores,
  { form, calls }: { form: BoxForm; calls: number },
): Promise<StandingCalls> {
  const running = await startBox({ form, operators: calls + 50, cores });
  try {
    const rate = 100;
    const before = running.box.usage().residentBytes;
    const load = citizensCall(cores, { scenario: "caller-stays.xml", rate, count: calls });
    try {
      // All calls are up, and 64·T1 have passed since the last one's beginning; they stay for 75 s.
      await new Promise((resolve) => setTimeout(resolve, (calls / rate) * 1_000 + 36_000));
      const standing = load.standing();
      const { residentBytes } = running.box.usage();
      return { calls: standing, bytesPerCall: (residentBytes - before) / standing, residentBytes };
    } finally {
      await load.close();
    }
  } finally {
    await running.close();
  }
}

async function finished(load: RunningLoad): Promise<LoadResult> {
  try {
    return await load.result();
  } finally {
    await load.close();
  }
}

/** A thousand citizens call the office's number over the carrier's trunk. */
function citizensCall(cores: Cores, load: Pick<Load, "scenario" | "rate" | "count">): RunningLoad {
  const userLine = (index: number): string => `+39065550${String(index).padStart(4, "0")};`;
  return startLoad({ ...load, called: publicNumber, users: 1_000, userLine, core: cores.caller });
}
