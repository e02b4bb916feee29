/** What an operator asks for by a code on a desk phone. */
import { describe, expect, test } from "vitest";
import { plainHandling } from "./call-handling.ts";
import { handlingAfter, isFeatureCode, readFeatureCode } from "./feature-codes.ts";
import type { OperatorId } from "../call/ids.ts";
import type { FeatureCommand } from "./feature-codes.ts";

test.each<[string, FeatureCommand | null]>([
  ["*37*202#", { kind: "recall", wish: "on", user: "202" }],
  ["*37*202", { kind: "recall", wish: "on", user: "202" }],
  ["*37*anna.bianchi#", { kind: "recall", wish: "on", user: "anna.bianchi" }],
  ["*37#", { kind: "recall", wish: "on", user: null }],
  ["#37#", { kind: "recall", wish: "off", user: null }],
  ["*21*203#", { kind: "forward", when: "always", user: "203" }],
  ["#21#", { kind: "forward", when: "always", user: null }],
  ["*67*203", { kind: "forward", when: "busy", user: "203" }],
  ["*61*203#", { kind: "forward", when: "noAnswer", user: "203" }],
  ["*26#", { kind: "do-not-disturb", wish: "on" }],
  ["#26#", { kind: "do-not-disturb", wish: "off" }],
  ["*43#", { kind: "call-waiting", wish: "on" }],
  ["*8*202#", { kind: "pick-up", user: "202" }],
  ["*21#", null],
  ["#21*203#", null],
  ["*26*203#", null],
  ["*8#", null],
  ["#8*202#", null],
  ["*99#", null],
  ["*37*#", null],
  ["**37#", null],
  ["37", null],
  ["", null],
])("%s", (dialled, command) => {
  expect(readFeatureCode(dialled)).toEqual(command);
});

test("extensions, numbers and offices are no codes", () => {
  expect(["*37#", "#26#", "*"].map(isFeatureCode)).toEqual([true, true, true]);
  expect(["202", "+390655501234", "x_test2", "anna", ""].map(isFeatureCode)).toEqual(Array(5).fill(false));
});

describe("forwarding and do not disturb", () => {
  const bruno = "bruno" as OperatorId;
  const target = { kind: "operator", operatorId: bruno } as const;

  test("only what the code is for changes", () => {
    const busy = handlingAfter(plainHandling, { kind: "forward", when: "busy", user: "202" }, bruno);
    expect(busy).toEqual({ ...plainHandling, busy: target });
    expect(handlingAfter(busy, { kind: "do-not-disturb", wish: "on" }, null)).toEqual({ ...busy, doNotDisturb: true });
    expect(handlingAfter(busy, { kind: "call-waiting", wish: "on" }, null)).toEqual({ ...busy, callWaiting: true });
    expect(handlingAfter(busy, { kind: "forward", when: "busy", user: null }, null)).toEqual(plainHandling);
  });

  test("without an answer: after twenty seconds, or as it was set on the page", () => {
    const command = { kind: "forward", when: "noAnswer", user: "202" } as const;
    expect(handlingAfter(plainHandling, command, bruno).noAnswer).toEqual({ target, afterSeconds: 20 });
    const set = {
      ...plainHandling,
      noAnswer: { target: { kind: "queue", queueId: "urp" }, afterSeconds: 40 },
    } as const;
    expect(handlingAfter(set, command, bruno).noAnswer).toEqual({ target, afterSeconds: 40 });
  });
});
