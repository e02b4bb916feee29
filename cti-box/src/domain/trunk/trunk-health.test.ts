/** When a carrier counts as gone and as back. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { afterProbe, isWell, unprobed } from "./trunk-health.ts";
import type { ProbeAnswer } from "./trunk-health.ts";

/** `+` an answer, `-` silence. */
function stateAfter(probes: string): string {
  const answers = probes
    .split("")
    .map((sign): ProbeAnswer => (sign === "+" ? { kind: "answered", status: 200 } : { kind: "silent" }));
  return answers.reduce((health, answer, index) => afterProbe(health, answer, index + 1), unprobed(0)).state;
}

it.each([
  ["", "unknown"],
  ["+", "up"],
  ["--", "unknown"],
  ["--+", "up"],
  ["---", "down"],
  ["+--", "up"],
  ["+--+--", "up"],
  ["+---", "down"],
  ["---+", "down"],
  ["---+-+", "down"],
  ["---++", "up"],
])("%j: %s", (probes, state) => {
  expect(stateAfter(probes)).toBe(state);
});

it.each([
  [200, true],
  [404, true],
  [405, true],
  [501, true],
  [408, false],
  [500, false],
  [503, false],
])("an answer %i says well: %s", (status, well) => {
  expect(isWell({ kind: "answered", status })).toBe(well);
});

it("answers and silences in turn never change a known state", () => {
  fc.assert(
    fc.property(fc.nat(40), (rounds) => {
      expect(stateAfter(`+${"-+".repeat(rounds)}`)).toBe("up");
      expect(stateAfter(`---${"+-".repeat(rounds)}`)).toBe("down");
    }),
  );
});
