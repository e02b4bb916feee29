import { readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Measure, StepResult } from "../../bin/demo/demo-run.ts";
import { playgroundDirectory, projectDirectory } from "../../bin/playground/folders.ts";
import { freeBasePort, runLa2 } from "./la2-process.ts";

type Report = { steps: StepResult[]; measures: Measure[] };

test("the demo does the whole main job with real sound, and its report says so", async () => {
  const basePort = await freeBasePort();
  const demo = runLa2(["demo", "--calls", "3", "--port", String(basePort)]);
  await demo.ended;
  const folder = join(projectDirectory, "demo-report");
  const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as Report;

  // The times are judged by the demo's own exit code on a quiet machine; here only what must hold on any.
  expect(report.steps.filter(({ outcome }) => outcome !== "passed")).toEqual([]);
  expect(report.steps.length).toBeGreaterThanOrEqual(17);
  expect(report.measures.map(({ value }) => value)).not.toContain(null);
  expect(report.measures.find(({ unit }) => unit === "legs")?.value).toBe(0);
  for (const picture of [
    "anna-ringing.png",
    "bruno-ringing.png",
    "anna-after-transfer.png",
    "bruno-after-transfer.png",
  ]) {
    expect(statSync(join(folder, picture)).size).toBeGreaterThan(10_000);
  }
  rmSync(playgroundDirectory(basePort), { recursive: true, force: true });
});
