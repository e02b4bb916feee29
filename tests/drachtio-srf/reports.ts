/** What a published test did, one line of JSON for each fact, from the process that runs it to the test that judges it. */
import { appendFileSync, readFileSync } from "node:fs";

export type Fact =
  | { kind: "test-began" | "test-ended"; test: string }
  | { kind: "assertion"; test: string; name: string; holds: boolean; detail?: string }
  /** sipp as a caller, or as a callee that a test started itself; exit code 0: every message came as the scenario says. */
  | { kind: "sipp-ended"; scenario: string; code: number | null; report?: string }
  /** The published tests only print these, and go on. */
  | { kind: "unhandled-rejection"; detail: string };

/** What the process that runs a published test is told by its environment. */
export type Surroundings = {
  factsFile: string;
  scenariosFolder: string;
  /** First three numbers of every address, with the dot: `127.99.1.`. */
  network: string;
  /** Addresses of the servers and callees, by their name in the published test bed. */
  addresses: Record<string, string>;
};

export const surroundingsVariable = "LA2_PUBLISHED_TEST";

export function surroundings(): Surroundings {
  return JSON.parse(process.env[surroundingsVariable] ?? "{}") as Surroundings;
}

export function report(fact: Fact): void {
  appendFileSync(surroundings().factsFile, `${JSON.stringify(fact)}\n`);
}

export function factsIn(file: string): Fact[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Fact);
}
