/**
 * What is written down about a running playground (running.json in its folder): who owns it, which processes belong to it, and its plan. Other commands
 * (`la2 citizen`, `la2 links`, `la2 stop`) find it by this file; a start finds by it that an earlier run was only half stopped.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isStillRunning, markOf, type ProcessMark } from "../programs/process-mark.ts";
import type { PlaygroundPlan } from "./plan.ts";

export type RunRecord = {
  state: "starting" | "running";
  owner: ProcessMark;
  programs: (ProcessMark & { name: string })[];
  plan: PlaygroundPlan;
};

export type EarlierRun =
  | { kind: "none" }
  | { kind: "running"; record: RunRecord }
  /** Its owner is gone, some of its programs are not. */
  | { kind: "half-stopped"; record: RunRecord; left: RunRecord["programs"] };

const fileOf = (directory: string): string => join(directory, "running.json");

/** Looks at the folder's record and at which of its processes still run. */
export function findEarlierRun(directory: string): EarlierRun {
  let record: RunRecord;
  try {
    record = JSON.parse(readFileSync(fileOf(directory), "utf8")) as RunRecord;
  } catch {
    // No file, or half a file of a start that was cut short: nothing that could be found by it.
    return { kind: "none" };
  }
  if (isStillRunning(record.owner)) return { kind: "running", record };
  const left = record.programs.filter(isStillRunning);
  return left.length > 0 ? { kind: "half-stopped", record, left } : { kind: "none" };
}

export function writeRunRecord(
  plan: PlaygroundPlan,
  state: RunRecord["state"],
  programs: readonly { name: string; pid: number }[],
): void {
  const record: RunRecord = {
    state,
    owner: markOf(process.pid),
    programs: programs.map(({ name, pid }) => ({ name, ...markOf(pid) })),
    plan,
  };
  mkdirSync(plan.directory, { recursive: true, mode: 0o700 });
  const file = fileOf(plan.directory);
  // Written beside and renamed: a reader never sees half of it. It holds secrets of this run.
  writeFileSync(`${file}.new`, JSON.stringify(record, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeRunRecord(directory: string): void {
  rmSync(fileOf(directory), { force: true });
}
