/** The figures as Markdown, with what they were made on and by. */
import { headingOf, type Machine } from "../machine.ts";
import type { IdleDialogs, Registrations, Step } from "./measurements.ts";
import type { Latency } from "./prober.ts";

export type ServerFigures = {
  name: string;
  version: string;
  steps: Step[];
  latency: (Latency & { rate: number }) | null;
  registrations: Registrations | null;
  idle: IdleDialogs | null;
};

export type Report = { machine: Machine; command: string; seconds: number; servers: ServerFigures[] };

export function markdownOf(report: Report): string {
  const lines = headingOf(report.machine, report);
  lines.push(...callTable(report), "", ...otherTable(report));
  return `${lines.join("\n")}\n`;
}

function callTable({ servers }: Report): string[] {
  const head =
    "| server | calls/s | calls | failed | sent again | CPU-s per 1,000 calls (server + application) | memory at most, MB (server + application) | passed |";
  const rows = servers.flatMap(({ name, steps }) =>
    steps.map((step) => {
      const cpu = `${(step.cpuServer + step.cpuApplication).toFixed(2)} (${step.cpuServer.toFixed(2)} + ${step.cpuApplication.toFixed(2)})`;
      const memory = `${megabytes(step.peakServerBytes + step.peakApplicationBytes)} (${megabytes(step.peakServerBytes)} + ${megabytes(step.peakApplicationBytes)})`;
      return `| ${name} | ${step.rate} | ${step.calls} | ${step.failed} | ${step.retransmissions} | ${cpu} | ${memory} | ${step.passed ? "yes" : "**no**"} |`;
    }),
  );
  return [head, "|---|---|---|---|---|---|---|---|", ...rows];
}

function otherTable({ servers }: Report): string[] {
  const rows = servers.map(({ name, version, latency, registrations, idle }) => {
    const way =
      latency === null
        ? ""
        : `median ${latency.medianMs.toFixed(2)}, p90 ${latency.p90Ms.toFixed(2)}, p99 ${latency.p99Ms.toFixed(2)} (${latency.samples} INVITEs, ${latency.lost} lost, at ${latency.rate}/s)`;
    const share =
      registrations === null
        ? ""
        : `${(registrations.shareOfCore * 100).toFixed(1)} % (${registrations.users} users, ${registrations.failed} failed)`;
    const memory = idle === null ? "" : `${megabytes(idle.serverBytes)} (${idle.dialogs} dialogs)`;
    return `| ${name} | ${version} | ${way} | ${share} | ${memory} |`;
  });
  const head =
    "| server | version | INVITE in → INVITE out, ms | registrations every 60 s: of a core | idle dialogs: MB |";
  return [head, "|---|---|---|---|---|", ...rows];
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(0);
}
