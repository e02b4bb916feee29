/** Writes what the demo did to demo-report/: report.md for people, report.json for programs, beside the screenshots. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectDirectory } from "../playground/folders.ts";
import { type DemoRun, isOnTarget, round } from "./demo-run.ts";

export const reportDirectory = join(projectDirectory, "demo-report");

export const pictureOf = (name: string): string => join(reportDirectory, `${name}.png`);

/** Empties the folder, so that no picture of an earlier run is taken for one of this run. */
export function openReport(): void {
  rmSync(reportDirectory, { recursive: true, force: true });
  mkdirSync(reportDirectory, { recursive: true });
}

export type ReportFacts = {
  audio: string;
  betweenOffices: string;
  node: string;
  pictures: readonly { file: string; words: string }[];
};

export function writeReport(run: DemoRun, facts: ReportFacts): void {
  const outcome = run.hasPassed ? "passed" : "failed";
  const { audio, betweenOffices, node } = facts;
  const json = {
    outcome,
    at: new Date().toISOString(),
    audio,
    betweenOffices,
    node,
    steps: run.steps,
    measures: run.measures,
  };
  writeFileSync(join(reportDirectory, "report.json"), `${JSON.stringify(json, null, 2)}\n`);
  const lines = [
    `# Demo ${outcome}`,
    "",
    `Audio: ${audio}. Between the offices: ${betweenOffices}. Node ${node}.`,
    "",
    "| | Step | Time | |",
    "|---|---|---:|---|",
    ...run.steps.map(
      ({ name, outcome, ms, words }) =>
        `| ${outcome === "passed" ? "✓" : "✗"} | ${name} | ${Math.round(ms)} ms | ${words} |`,
    ),
    "",
    "| | Number | Measured | Target |",
    "|---|---|---:|---:|",
    ...run.measures.map((measure) => {
      const { name, value, unit, target } = measure;
      const goal = target === 0 ? "0" : `< ${target} ${unit}`;
      return `| ${isOnTarget(measure) ? "✓" : "✗"} | ${name} | ${value === null ? "–" : `${round(value)} ${unit}`} | ${goal} |`;
    }),
    "",
    ...facts.pictures
      .filter(({ file }) => existsSync(join(reportDirectory, file)))
      .map(({ file, words }) => `![${words}](${file})`),
    "",
  ];
  writeFileSync(join(reportDirectory, "report.md"), lines.join("\n"));
}
