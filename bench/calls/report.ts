/** The figures of the whole box as Markdown, beside those of the bare engine with the benchmark's application. */
import { headingOf, type Machine } from "../machine.ts";
import type { Step } from "../sip/measurements.ts";
import type { BoxForm } from "./box.ts";
import type { BoxStep, StandingCalls } from "./measurements.ts";

export type CallsReport = {
  machine: Machine;
  form: BoxForm;
  warmUpCalls: number;
  command: string;
  seconds: number;
  /** `bare`: null where it was not asked for. */
  steps: { box: BoxStep; bare: Step | null }[];
  standing: StandingCalls | null;
};

export function callsMarkdown({ machine, command, seconds, warmUpCalls, steps, standing }: CallsReport): string {
  const head =
    "| calls/s | calls | failed | sent again | answers told by events | box: CPU-s per 1,000 calls | bare engine and application | times | box: memory at most, MB | passed |";
  const rows = steps.map(({ box, bare }) => {
    const bareCpu = bare === null ? null : bare.cpuServer + bare.cpuApplication;
    const beside = bareCpu === null ? " – | – " : ` ${bareCpu.toFixed(2)} | ${(box.cpuBox / bareCpu).toFixed(2)} `;
    const counts = `${box.rate} | ${box.calls} | ${box.failed} | ${box.retransmissions} | ${box.answeredEvents}`;
    return `| ${counts} | ${box.cpuBox.toFixed(2)} |${beside}| ${(box.peakBytes / 1_000_000).toFixed(0)} | ${box.passed ? "yes" : "**no**"} |`;
  });
  const memory =
    standing === null
      ? []
      : [
          `${standing.calls} calls up at once take ${(standing.bytesPerCall / 1_000).toFixed(0)} kB each (${(standing.residentBytes / 1_000_000).toFixed(0)} MB in all, ${standing.calls + 50} operators' telephones included).`,
          "",
        ];
  const warmUp =
    warmUpCalls === 0 ? [] : [`Before each step ${warmUpCalls} calls that are not counted, with either program.`, ""];
  const table = [head, "|---|---|---|---|---|---|---|---|---|---|", ...rows, ""];
  return [...headingOf(machine, { command, seconds }), ...warmUp, ...table, ...memory].join("\n");
}
