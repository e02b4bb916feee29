/** Which of a carrier's calls a trunk takes. */
import { expect, it } from "vitest";
import { bringsNumber, isFull, statusWhenFull } from "./trunk.ts";

it.each([
  [[], "+390695550100", true],
  [["+390695550100"], "+390695550100", true],
  [["+390695550100"], "+3906955501001", false],
  [["+39069555*"], "+390695550100", true],
  [["+39069555*"], "+39069556", false],
  [["+390695550100", "+39800*"], "+39800123456", true],
])("numbers %j: %s is brought: %s", (numbers, number, isBrought) => {
  expect(bringsNumber({ numbers }, number)).toBe(isBrought);
});

it("is full when as many calls are there as it may carry", () => {
  expect([0, 1, 2, 3].map((calls) => isFull({ capacity: 2 }, calls))).toEqual([false, false, true, true]);
  expect(isFull({ capacity: null }, 1_000_000)).toBe(false);
});

it("tells the carrier to try elsewhere, or its caller that all is busy", () => {
  expect(statusWhenFull({ whenFull: "unavailable" })).toBe(503);
  expect(statusWhenFull({ whenFull: "busy" })).toBe(486);
});
