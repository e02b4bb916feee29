/**
 * The tests that the package `drachtio-srf` publishes in its own `test` folder, run from there against the engine: sipp of this machine on loopback takes the place of the containers.
 * Passes are counted, not failures: a published chain stops at its first failure without saying so. `LA2_DRACHTIO_COMMAND` names another server that is then held to the same numbers.
 */
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, type ExpectStatic } from "vitest";
import { otherServer, thisEngine, type ServerKind } from "../../cti-box/sip-engine/testing/server-process.ts";
import { packageFolder } from "./package-copy.ts";
import { leftOut, publishedFiles, type PublishedFile } from "./published-files.ts";
import type { Fact } from "./reports.ts";
import { TestBed } from "./test-bed.ts";

const programs = ["sipp", "/usr/sbin/dnsmasq"];
const missing = programs.filter((program) => spawnSync(program, ["--version"]).error !== undefined);
if (missing.length > 0 && process.env["CI"] !== undefined) throw new Error(`needed here: ${missing.join(", ")}`);

/** More than any file allows itself (`patience` in `tape.ts`). uas.js waits 32 s for an ACK that never comes (64·T1); the others are shorter, and all run side by side. */
const runMs = 260_000;
/** Servers and callees start on a machine that may be busy. */
const startMs = 60_000;

const other = otherServer();

function publishedText(file: string): string {
  return readFileSync(join(packageFolder, "test", file), "utf8");
}

it("every file of the published folder is either run or left out for a reason", () => {
  const known = [...publishedFiles.map(({ file }) => file), ...Object.keys(leftOut), "scenarios", "scripts"];
  const there = readdirSync(join(packageFolder, "test")).filter((file) => !file.endsWith(".yaml"));
  expect(there.filter((file) => !known.includes(file))).toEqual([]);
  expect(publishedFiles.map(({ file }) => file).filter((file) => !there.includes(file))).toEqual([]);
});

it.each(publishedFiles)("$file holds $assertions assertions", ({ file, assertions }) => {
  const lines = publishedText(file).split("\n");
  // Not `fail` and `error`: these are reached when something went wrong.
  const asserting = lines.filter((line) => /^(?!\s*\/\/).*\bt\.(pass|ok|throws|doesNotThrow)\(/.test(line));
  expect(asserting).toHaveLength(assertions);
});

describe.skipIf(missing.length > 0)("against this engine", () => {
  it.concurrent.for(publishedFiles)(
    "$file: $assertions assertions are reached and hold",
    { timeout: startMs + runMs + 45_000 },
    async (published, { expect }) => judge(thisEngine, { published, expect }),
  );
});

describe.skipIf(other === null)(
  other === null ? "LA2_DRACHTIO_COMMAND names no other server: not run against one" : `against ${other.name}`,
  () => {
    it.concurrent.for(publishedFiles)(
      "$file: $assertions assertions are reached and hold",
      { timeout: startMs + runMs + 45_000 },
      async (published, { expect }) => judge(other ?? thisEngine, { published, expect }),
    );
  },
);

/** `expect` of the test itself: tests that run side by side cannot share one. */
type Judgement = { published: PublishedFile; expect: ExpectStatic };

async function judge(kind: ServerKind, { published, expect }: Judgement): Promise<void> {
  const bed = await TestBed.open(kind, published);
  try {
    const facts = await bed.run(published.file, runMs);
    const wrong = facts.filter(isWrong);
    expect(wrong, `${JSON.stringify(wrong, null, 2)}\n${bed.output}`).toEqual([]);
    const reached = facts.filter((fact) => fact.kind === "assertion").map(({ name }) => name);
    expect(reached, reached.join("\n")).toHaveLength(published.assertions);
    expect(facts.filter(({ kind }) => kind === "test-ended")).toHaveLength(1);
    expect(endedScenarios(facts)).toEqual(published.scenarios);
    await expect
      .poll(() => calleesOf(bed, published), { timeout: 40_000, interval: 250, message: bed.output })
      .toEqual(kind === thisEngine ? allOf(published) : published.callees);
    const open = kind === thisEngine ? {} : published.abandoned;
    const failed = Object.entries(bed.counts()).filter(
      ([name, { failed }]) => failed > 0 && !published.failing?.[name] && !open?.[name],
    );
    expect(failed, bed.output).toEqual([]);
  } finally {
    await bed.close();
  }
}

function isWrong(fact: Fact): boolean {
  if (fact.kind === "sipp-ended") return fact.code !== 0;
  return fact.kind === "unhandled-rejection" || (fact.kind === "assertion" && !fact.holds);
}

function endedScenarios(facts: Fact[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const fact of facts) if (fact.kind === "sipp-ended") counts[fact.scenario] = (counts[fact.scenario] ?? 0) + 1;
  return counts;
}

/** What the callees count in the end. */
function allOf({ callees, abandoned = {} }: PublishedFile): Record<string, number> {
  const all = { ...callees };
  for (const [name, calls] of Object.entries(abandoned)) all[name] = (all[name] ?? 0) + calls;
  return all;
}

/** Callees with calls that went well. */
function calleesOf(bed: TestBed, { failing = {} }: PublishedFile): Record<string, number> {
  const counted = Object.entries(bed.counts()).map(([name, { successful }]) => [name, successful] as const);
  return Object.fromEntries(counted.filter(([name, successful]) => successful > 0 && !(name in failing)));
}
