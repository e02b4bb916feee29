/** The benchmark of the SIP engine: steps of calls until one is not passed, then latency, registrations and idle dialogs; another server in the same table. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeMachine } from "../machine.ts";
import { recordIn } from "../record.ts";
import { measureCalls, measureIdleDialogs, measureLatency, measureRegistrations } from "./measurements.ts";
import { plotOf } from "./plot.ts";
import { markdownOf, type Report, type ServerFigures } from "./report.ts";
import { thisEngine, type ServerKind } from "../../cti-box/sip-engine/testing/server-process.ts";
import { coresOf, type Cores } from "./servers.ts";

export type SipBenchmark = {
  seconds: number;
  rates: readonly number[];
  peers: readonly (ServerKind & { version: string })[];
  only: readonly Part[];
  /** Folder for sip.md, sip.json and sip.svg. */
  out: string;
  /** Also put the figures into docs/performance.md and its plot. */
  record: boolean;
  command: string;
};

export const parts = ["calls", "latency", "registrations", "idle"] as const;
export type Part = (typeof parts)[number];

const latencyRate = 300;
const registeredUsers = 10_000;
const idleDialogs = 20_000;

export async function runSipBenchmark(wanted: SipBenchmark): Promise<Report> {
  const machine = describeMachine();
  const cores = coresOf(machine.cores);
  const report: Report = { machine, command: wanted.command, seconds: wanted.seconds, servers: [] };
  for (const server of [{ ...thisEngine, version: "this tree" }, ...wanted.peers]) {
    const figures: ServerFigures = {
      name: server.name,
      version: server.version,
      steps: [],
      latency: null,
      registrations: null,
      idle: null,
    };
    report.servers.push(figures);
    await measure(server, { cores, wanted, figures });
    // Written after each server: a run that is cut has shown something.
    write(report, wanted);
  }
  return report;
}

async function measure(
  server: ServerKind,
  { cores, wanted, figures }: { cores: Cores; wanted: SipBenchmark; figures: ServerFigures },
): Promise<void> {
  const say = (text: string): void => void process.stdout.write(`${server.name}: ${text}\n`);
  const { seconds, only } = wanted;
  for (const rate of only.includes("calls") ? wanted.rates : []) {
    const step = await measureCalls(server, cores, { rate, seconds });
    figures.steps.push(step);
    const cpu = (step.cpuServer + step.cpuApplication).toFixed(2);
    say(
      `${rate} calls/s: ${step.failed} of ${step.calls} failed, ${step.retransmissions} messages sent again, ${cpu} CPU-s per 1,000 calls`,
    );
    if (!step.passed) break;
  }
  if (only.includes("latency")) {
    figures.latency = { ...(await measureLatency(server, cores, { rate: latencyRate, seconds })), rate: latencyRate };
    say(
      `an INVITE takes ${figures.latency.medianMs.toFixed(2)} ms at the median at ${latencyRate} calls/s, ${figures.latency.p99Ms.toFixed(2)} ms for 99 of 100`,
    );
  }
  if (only.includes("registrations")) {
    figures.registrations = await measureRegistrations(server, cores, { users: registeredUsers, seconds });
    say(
      `${registeredUsers} users that register every 60 s take ${(figures.registrations.shareOfCore * 100).toFixed(1)} % of a core`,
    );
  }
  if (only.includes("idle")) {
    figures.idle = await measureIdleDialogs(server, cores, { dialogs: idleDialogs });
    say(`${figures.idle.dialogs} idle dialogs take ${(figures.idle.serverBytes / 1_000_000).toFixed(0)} MB`);
  }
}

function write(report: Report, { out, record }: SipBenchmark): void {
  mkdirSync(out, { recursive: true });
  const markdown = markdownOf(report);
  writeFileSync(join(out, "sip.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(out, "sip.md"), markdown);
  writeFileSync(join(out, "sip.svg"), plotOf(report));
  if (!record) return;
  recordIn("sip", markdown);
  writeFileSync(new URL("../../docs/performance.svg", import.meta.url), plotOf(report));
}
