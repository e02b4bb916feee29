/** The list of calls: what a card shows, and that a later call never overwrites an earlier one. */
import { describe, expect, test } from "vitest";
import { boxCard } from "../../../../testing/fake-ports.ts";
import { applyCallsEvent } from "./apply-calls-event.ts";
import { cardStateOf } from "./call.ts";
import type { CallEntry, MyPart } from "./call.ts";
import type { CallsEvent } from "./apply-calls-event.ts";

const caller = { number: "+393315550123", displayName: null, isWithheld: false };
const nowMs = 5;

function after(...events: CallsEvent[]): readonly CallEntry[] {
  return events.reduce(applyCallsEvent, [] as readonly CallEntry[]);
}

function card(callId: string, myState: MyPart): CallsEvent {
  return { type: "box-card", card: boxCard(callId, myState), nowMs };
}

const rings = (callId: string): CallsEvent => ({ type: "line-ringing", callId, caller, nowMs });
const opens = (callId: string): CallsEvent => ({ type: "line-open", callId, nowMs });
const ends = (callId: string, how: "over" | "elsewhere" = "over"): CallsEvent => ({
  type: "line-ended",
  callId,
  how,
  nowMs,
});

describe("one call", () => {
  test.each<[string, CallsEvent[], string[]]>([
    ["the box says it first", [card("a", { kind: "ringing" })], ["ringing"]],
    ["the telephone says it first", [rings("a"), card("a", { kind: "ringing" })], ["ringing"]],
    ["answered here", [rings("a"), opens("a"), card("a", { kind: "talking" })], ["talking"]],
    ["held by the box", [rings("a"), opens("a"), card("a", { kind: "holding" })], ["held"]],
    ["answered on another device", [card("a", { kind: "talking" })], ["detached"]],
    [
      "answered on another device, line first",
      [rings("a"), card("a", { kind: "ringing" }), ends("a", "elsewhere"), card("a", { kind: "talking" })],
      ["detached"],
    ],
    [
      "answered on another device, box first",
      [rings("a"), card("a", { kind: "talking" }), ends("a", "elsewhere")],
      ["detached"],
    ],
    [
      "moved to another device",
      [rings("a"), opens("a"), card("a", { kind: "talking" }), ends("a", "elsewhere")],
      ["detached"],
    ],
    [
      "moved to another device, and over there",
      [
        rings("a"),
        opens("a"),
        card("a", { kind: "talking" }),
        ends("a", "elsewhere"),
        card("a", { kind: "gone", why: "ended" }),
      ],
      ["ended"],
    ],
    [
      "taken by a colleague while it rang",
      [
        rings("a"),
        card("a", { kind: "ringing" }),
        ends("a", "elsewhere"),
        card("a", { kind: "gone", why: "answered-elsewhere" }),
      ],
      [],
    ],
    ["the caller gave up", [rings("a"), card("a", { kind: "gone", why: "caller-gave-up" })], []],
    ["the ring was withdrawn on the line only", [rings("a"), ends("a")], []],
    ["it ended after the answer", [rings("a"), opens("a"), card("a", { kind: "gone", why: "ended" })], ["ended"]],
    [
      "given to another office",
      [rings("a"), opens("a"), ends("a"), card("a", { kind: "gone", why: "transferred" })],
      ["transferred"],
    ],
    ["dismissed", [rings("a"), opens("a"), ends("a"), { type: "call-dismissed", callId: "a" }], []],
    [
      "an answer that failed rings again",
      [rings("a"), { type: "line-answering", callId: "a" }, { type: "line-answer-failed", callId: "a" }],
      ["ringing"],
    ],
    ["a call of one's own", [card("a", { kind: "dialling", stage: "own-phone" })], ["dialling"]],
    [
      "the own phone answered, the citizen rings",
      [
        rings("a"),
        { type: "line-answering", callId: "a" },
        opens("a"),
        card("a", { kind: "dialling", stage: "ringing" }),
      ],
      ["dialling"],
    ],
    [
      "a citizen who is busy stays on the screen",
      [card("a", { kind: "dialling", stage: "calling" }), card("a", { kind: "gone", why: "callee-busy" })],
      ["ended"],
    ],
    ["gone and never seen here", [card("a", { kind: "gone", why: "no-answer" })], []],
  ])("%s", (_name, events, states) => {
    expect(after(...events).map(cardStateOf)).toEqual(states);
  });
});

describe("a parked call that is taken up again where its card still is", () => {
  const parked = [
    rings("a"),
    opens("a"),
    card("a", { kind: "talking" }),
    ends("a"),
    card("a", { kind: "gone", why: "ended" }),
  ];
  test.each<[string, CallsEvent[]]>([
    ["the box says it first", [card("a", { kind: "ringing" }), rings("a"), opens("a"), card("a", { kind: "talking" })]],
    [
      "the telephone says it first",
      [rings("a"), card("a", { kind: "ringing" }), opens("a"), card("a", { kind: "talking" })],
    ],
    [
      "a snapshot says it",
      [{ type: "box-snapshot", cards: [boxCard("a", { kind: "talking" })], nowMs }, rings("a"), opens("a")],
    ],
  ])("is a call like any other: %s", (_who, events) => {
    expect(after(...parked).map((entry) => [cardStateOf(entry), entry.endedAtMs])).toEqual([["ended", nowMs]]);
    const back = after(...parked, ...events);
    expect(back.map((entry) => [cardStateOf(entry), entry.endedAtMs])).toEqual([["talking", null]]);
  });

  test("rings, although the earlier line was over", () => {
    expect(after(...parked, card("a", { kind: "ringing" })).map(cardStateOf)).toEqual(["ringing"]);
  });
});

describe("two calls", () => {
  test("the second one is added below and changes nothing of the first", () => {
    const first = after(rings("a"), opens("a"), card("a", { kind: "talking" }));
    const both = [rings("b"), card("b", { kind: "ringing" })].reduce(applyCallsEvent, first);
    expect(both.map((entry) => [entry.callId, cardStateOf(entry)])).toEqual([
      ["a", "talking"],
      ["b", "ringing"],
    ]);
    expect(both[0]).toBe(first[0]);
  });

  test("after a lost connection the calls that the box no longer mentions are over", () => {
    const before = after(card("a", { kind: "talking" }), rings("b"), opens("b"), card("b", { kind: "talking" }));
    const snapshot: CallsEvent = { type: "box-snapshot", cards: [boxCard("c", { kind: "ringing" })], nowMs };
    const states = applyCallsEvent(before, snapshot).map((entry) => [entry.callId, cardStateOf(entry)]);
    // b still has its line here: the box will say more.
    expect(states).toEqual([
      ["a", "ended"],
      ["b", "talking"],
      ["c", "ringing"],
    ]);
  });
});
