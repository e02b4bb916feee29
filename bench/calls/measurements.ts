/** What is measured of the whole box. Each measurement has a fresh one. */
import { startLoad, type Load, type RunningLoad } from "../sip/load.ts";
import { mostFailed, mostRepeated } from "../sip/measurements.ts";
import { publicNumber, startBox } from "./box.ts";
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

/** `seconds` of calls at `rate` a second: a citizen through the carrier, the queue, an operator's telephone rings and answers, a second, the citizen hangs up. */
export async function measureBoxCalls(
  cores: Cores,
  { rate, seconds }: { rate: number; seconds: number },
): Promise<BoxStep> {
  const running = await startBox({ operators: Math.ceil(rate * operatorsPerCallASecond) + 10, cores });
  try {
    const before = running.box.usage();
    const load = citizensCall(cores, { scenario: "caller.xml", rate, count: rate * seconds });
    try {
      const result = await load.result();
      if (running.box.hasEnded) throw new Error(`the box ended under load:\n${running.box.output}`);
      const after = running.box.usage();
      const { calls, failed, retransmissions } = result;
      return {
        rate,
        calls,
        failed,
        retransmissions,
        answeredEvents: running.events.count("call-answered"),
        cpuBox: ((after.cpuSeconds - before.cpuSeconds) / calls) * 1_000,
        peakBytes: after.peakBytes,
        passed:
          calls >= rate * seconds &&
          failed <= calls * mostFailed &&
          running.events.count("call-answered") >= calls - failed &&
          retransmissions <= calls * 7 * mostRepeated &&
          result.seconds < seconds * 1.05 + 5,
      };
    } finally {
      await load.close();
    }
  } finally {
    await running.close();
  }
}

/** `calls`: those that were up when memory was read; `bytesPerCall` over the box with its operators registered and no call. */
export type StandingCalls = { calls: number; bytesPerCall: number; residentBytes: number };

/** Memory of `calls` calls that are up and on which nothing happens. */
export async function measureStandingCalls(cores: Cores, { calls }: { calls: number }): Promise<StandingCalls> {
  const running = await startBox({ operators: calls + 50, cores });
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

/** A thousand citizens call the office's number over the carrier's trunk. */
function citizensCall(cores: Cores, load: Pick<Load, "scenario" | "rate" | "count">): RunningLoad {
  const userLine = (index: number): string => `+39065550${String(index).padStart(4, "0")};`;
  return startLoad({ ...load, called: publicNumber, users: 1_000, userLine, core: cores.caller });
}
