/** What the figures were made on: without it they mean nothing. */
import { execFileSync } from "node:child_process";
import { cpus, release, totalmem } from "node:os";

export type Machine = {
  date: string;
  processor: string;
  cores: number;
  memoryGib: number;
  system: string;
  versions: Record<string, string>;
};

/** Cores that a benchmark with a core for each of its four processes needs. */
const coresForAbsoluteFigures = 4;

export function describeMachine(): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 2 ** 30),
    // Without what a distributor or a host appends to it.
    system: `Linux ${/^[\d.]+/.exec(release())?.[0] ?? release()}`,
    versions: { node: process.version, sipp: versionOf("sipp", ["-v"], /SIPp v(\S+?)[-,\s]/) },
  };
}

/** The version that a program tells; "not installed" when it does not run. Several programs tell it with an exit code of their own. */
function versionOf(program: string, words: string[], pattern: RegExp): string {
  try {
    return (
      pattern.exec(execFileSync(program, words, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }))?.[1] ??
      "unknown"
    );
  } catch (error) {
    const said = (error as { stdout?: string }).stdout ?? "";
    return pattern.exec(said)?.[1] ?? "not installed";
  }
}

/** What stands above every table. `seconds`: length of a step. */
export function headingOf(machine: Machine, { command, seconds }: { command: string; seconds: number }): string[] {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  const isSmall = machine.cores < coresForAbsoluteFigures;
  const lines = [
    `Measured on ${machine.date}: ${machine.processor}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}; ${versions.join(", ")}.`,
    `Command: \`${command}\`; steps of ${seconds} s, each process on a core of its own${isSmall ? " was NOT possible" : ""}.`,
    "",
  ];
  if (!isSmall) return lines;
  const need = `This machine has fewer than ${coresForAbsoluteFigures} cores: the absolute figures mean little. Compare the servers of this run with each other only.`;
  return [...lines, `**${need}**`, ""];
}
