import { expect, test } from "vitest";
import { q850OfLegEnd, statusOfLegEnd } from "./leg-end-causes.ts";
import type { LegEndReason } from "./call-effect.ts";

test.each([
  ["declined", 603, 21],
  ["busy", 486, 17],
  ["unknown-number", 404, 1],
  ["no-answer", 480, 19],
  ["no-operator", 480, 19],
  ["out-of-hours", 480, 20],
  ["queue-full", 486, 17],
  ["callback-requested", 480, 16],
  ["caller-gone", 487, 16],
  ["failure", 503, 41],
] as const)("who is turned away because of %s hears %i, with cause %i", (reason, status, q850) => {
  expect([statusOfLegEnd(reason), q850OfLegEnd[reason]]).toEqual([status, q850]);
});

test("an office that only has nobody free never looks like one that is down (503)", () => {
  const ours: LegEndReason[] = ["no-operator", "out-of-hours", "queue-full", "no-answer", "busy", "declined"];
  expect(ours.map(statusOfLegEnd)).not.toContain(503);
});
