/** Which callers are offered to which office. */
import { describe, expect, test } from "vitest";
import { planOffers } from "./plan-offers.ts";
import type { LendingOffice, WaitingCaller } from "./plan-offers.ts";
import type { CallId } from "../call/ids.ts";

const nowMs = 1_000_000;
const caller = (name: string, change: Partial<WaitingCaller> = {}): WaitingCaller => ({
  callId: name as CallId,
  sinceMs: nowMs - 10_000,
  expectedMs: null,
  offer: "may-be-offered",
  asked: [],
  ...change,
});
const office = (officeId: string, change: Partial<LendingOffice> = {}): LendingOffice => ({
  officeId,
  capacity: 2,
  topics: [],
  languages: ["it"],
  hours: null,
  lent: 0,
  restsUntilMs: 0,
  ...change,
});
const closed = { timeZone: "Europe/Rome", weekly: {}, holidays: "none", patronDay: null, closures: [] } as const;

function plan(
  line: readonly WaitingCaller[],
  offices: readonly LendingOffice[],
  rules: { waiting?: number; waitMs?: number; topic?: string; language?: string } = { waiting: 0 },
): string[] {
  const threshold = { waiting: rules.waiting ?? null, waitMs: rules.waitMs ?? null };
  const need = { topic: rules.topic ?? null, language: rules.language ?? "it" };
  return planOffers(line, offices, { threshold, need, nowMs }).map((one) => `${one.callId}→${one.officeId}`);
}

describe("threshold", () => {
  const three = [caller("first"), caller("second"), caller("third")];

  test.each([
    ["as many as may wait: nobody", { waiting: 3 }, []],
    ["two too many: the two who wait longest", { waiting: 1 }, ["first→b", "second→b"]],
    ["nobody has waited too long", { waitMs: 10_001 }, []],
    ["all have waited too long, the capacity is two", { waitMs: 10_000 }, ["first→b", "second→b"]],
    ["no threshold is over: length", { waiting: 5, waitMs: 60_000 }, []],
  ])("%s", (_what, rules, expected) => {
    expect(plan(three, [office("b")], rules)).toEqual(expected);
  });

  test("the wait that is still to come counts", () => {
    const line = [caller("first", { expectedMs: 20_000 }), caller("second", { expectedMs: 60_000 })];
    expect(plan(line, [office("b")], { waitMs: 60_000 })).toEqual(["first→b"]);
  });

  test("who is offered already counts as one less to be offered", () => {
    const line = [caller("first", { offer: "offered" }), caller("second"), caller("third")];
    expect(plan(line, [office("b")], { waiting: 2 })).toEqual([]);
    expect(plan(line, [office("b")], { waiting: 1 })).toEqual(["second→b"]);
  });

  test("who has to stay is passed over", () => {
    expect(plan([caller("first", { offer: "stays" }), caller("second")], [office("b")], { waiting: 1 })).toEqual([
      "second→b",
    ]);
  });
});

describe("the best office", () => {
  const one = [caller("first")];

  test.each<[string, LendingOffice[], object, string[]]>([
    ["most capacity left", [office("b"), office("c", { capacity: 5, lent: 2 })], {}, ["first→c"]],
    ["the name among equals", [office("c"), office("b")], {}, ["first→b"]],
    ["none with capacity left", [office("b", { lent: 2 })], {}, []],
    ["closed by its own hours", [office("b", { hours: closed })], {}, []],
    ["it has refused lately", [office("b", { restsUntilMs: nowMs + 1 })], {}, []],
    ["it rests no more", [office("b", { restsUntilMs: nowMs })], {}, ["first→b"]],
    [
      "the one for the subject",
      [office("b", { capacity: 9 }), office("c", { topics: ["casa"] })],
      { topic: "casa" },
      ["first→c"],
    ],
    ["not one for another subject", [office("c", { topics: ["casa"] })], { topic: "tasse" }, []],
    ["anything may come up: not one for a subject", [office("c", { topics: ["casa"] })], {}, []],
    ["it does not speak the language", [office("b")], { language: "en" }, []],
  ])("%s", (...[, offices, need, expected]) => {
    expect(plan(one, offices, { waiting: 0, ...need })).toEqual(expected);
  });

  test("never one that has refused this caller", () => {
    expect(plan([caller("first", { asked: ["b"] })], [office("b"), office("c", { capacity: 1 })])).toEqual(["first→c"]);
  });

  test("several callers fill one office after the other, never beyond what is declared", () => {
    const line = ["one", "two", "three", "four", "five"].map((name) => caller(name));
    const offices = [office("b", { capacity: 2, lent: 1 }), office("c", { capacity: 2 })];
    expect(plan(line, offices)).toEqual(["one→c", "two→b", "three→c"]);
  });
});
