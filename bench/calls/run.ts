/** The benchmark of the whole box: steps of calls until one is not passed, each beside the bare engine at the same rate in the same minutes; then the memory of calls that stand. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "../machine.ts";
import { recordIn } from "../record.ts";
import { measureCalls } from "../sip/measurements.ts";
import { coresOf } from "../sip/servers.ts";
import { thisEngine } from "../../cti-box/sip-engine/testing/server-process.ts";
import type { BoxForm } from "./box.ts";
import { measureBoxCalls, measureStandingCalls } from "./measurements.ts";
import { callsMarkdown, type CallsReport } from "./report.ts";

export type CallsBenchmark = {
  form: BoxForm;
  /** Before each step, by the box and by the bare engine. */
  warmUpCalls: number;
  seconds: number;
  rates: readonly number[];
  /** Calls that are up at once for the memory of one; 0: not measured. */
  standing: number;
  out: string;
  /** Also put the figures into docs/performance.md. */
  record: boolean;
  command: string;
};

export async function runCallsBenchmark(wanted: CallsBenchmark): Promise<CallsReport> {
  const { form, seconds, warmUpCalls, command } = wanted;
  const machine = describeMachine();
  const cores = coresOf(machine.cores);
  const report: CallsReport = { machine, form, command, seconds, warmUpCalls, steps: [], standing: null };
  for (const rate of wanted.rates) {
    const box = await measureBoxCalls(cores, { form, rate, seconds, warmUpCalls });
    const bare = await measureCalls(thisEngine, cores, { rate, seconds, warmUpCalls });
    report.steps.push({ box, bare });
    const bareCpu = bare.cpuServer + bare.cpuApplication;
    say(
      `${rate} calls/s: ${box.failed} of ${box.calls} failed, ${box.retransmissions} messages sent again, ${box.answeredEvents} answers told; ${box.cpuBox.toFixed(2)} CPU-s per 1,000 calls, ${(box.cpuBox / bareCpu).toFixed(2)} times the bare engine and application`,
    );
    if (!box.passed) break;
  }
  if (wanted.standing > 0) {
    report.standing = await measureStandingCalls(cores, { form, calls: wanted.standing });
    say(`${report.standing.calls} calls up take ${(report.standing.bytesPerCall / 1_000).toFixed(0)} kB each`);
  }
  const markdown = callsMarkdown(report);
  mkdirSync(wanted.out, { recursive: true });
  const name = form === "embedded" ? "calls" : `calls-${form}`;
  writeFileSync(join(wanted.out, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(wanted.out, `${name}.md`), markdown);
  if (wanted.record) recordIn(name, markdown);
  return report;
}

function say(text: string): void {
  process.stdout.write(`box: ${text}\n`);
}
