import {
  array,
  assert,
  boolean,
  constant,
  constantFrom,
  double,
  integer,
  oneof,
  option,
  property,
  record,
} from "fast-check";
import { describe, expect, it } from "vitest";
import { applySessionEvent, type SessionEffect, type SessionEvent, type SessionTimer } from "./session-timer.ts";

const at = (nowMs: number): { nowMs: number; secondMs: number } => ({ nowMs, secondMs: 1_000 });
const ours = { seconds: 1_800, refresher: "us" } as const;
const theirs = { seconds: 1_800, refresher: "them" } as const;
const endsAtMs = 1_768_000;
const waiting: SessionTimer = { kind: "waiting", agreement: ours, endsAtMs };
const pausing: SessionTimer = { kind: "pausing", agreement: ours, endsAtMs };
const asking = { seconds: 1_800, method: "UPDATE", raised: 0 } as const;
const refreshing: SessionTimer = { kind: "refreshing", agreement: ours, endsAtMs, asking };
const over: SessionTimer = { kind: "over" };
const off: SessionTimer = { kind: "off" };
const agreed = (agreement: typeof ours | typeof theirs, by: "refresh" | "other" = "other"): SessionEvent => ({
  type: "agreed",
  agreement,
  by,
  jitter: 0,
});
const timer = (isBusy = false): SessionEvent => ({ type: "timer", isBusy, method: "UPDATE" });
const refused = (status: number, more: object = {}): SessionEvent => ({
  type: "refused",
  status,
  minSeconds: 90,
  retryAfterSeconds: null,
  pauseMs: 2_500,
  ...more,
});
const set = (afterMs: number): SessionEffect => ({ type: "set-timer", afterMs });
const send = (seconds: number, method: "UPDATE" | "INVITE" = "UPDATE"): SessionEffect => ({
  type: "send-refresh",
  seconds,
  method,
});
const end: SessionEffect[] = [{ type: "stop-timer" }, { type: "end-call" }];

type Row = [
  name: string,
  before: SessionTimer,
  event: SessionEvent,
  nowMs: number,
  after: SessionTimer,
  effects: SessionEffect[],
];
const rows: Row[] = [
  ["a timer of ours begins: half the interval", off, agreed(ours), 0, waiting, [set(900_000)]],
  [
    "a timer of theirs begins: 32 s before the end",
    off,
    agreed(theirs),
    0,
    { ...waiting, agreement: theirs },
    [set(1_768_000)],
  ],
  ["half the interval is over", waiting, timer(), 900_000, refreshing, [set(868_000), send(1_800)]],
  ["another INVITE is under way", waiting, timer(true), 900_000, pausing, [set(2_000)]],
  ["the other INVITE is over", pausing, timer(), 902_000, refreshing, [set(866_000), send(1_800)]],
  ["the other INVITE was a refresh", pausing, agreed(ours), 0, waiting, [set(900_000)]],
  ["the other INVITE never ends", pausing, timer(true), 1_768_000, over, end],
  ["the refresh is granted", refreshing, agreed(ours, "refresh"), 0, waiting, [set(900_000)]],
  [
    "the peer's refresh is answered while ours waits",
    { ...refreshing, endsAtMs: 5 },
    agreed(ours),
    0,
    refreshing,
    [set(1_768_000)],
  ],
  ["491", refreshing, refused(491), 900_000, pausing, [set(2_500)]],
  ["491 shortly before the end", refreshing, refused(491), 1_767_000, pausing, [set(1_000)]],
  ["500 with Retry-After", refreshing, refused(500, { retryAfterSeconds: 7 }), 900_000, pausing, [set(7_000)]],
  ["500 with a Retry-After that is too late", refreshing, refused(500, { retryAfterSeconds: 900 }), 900_000, over, end],
  ["500", refreshing, refused(500), 900_000, over, end],
  [
    "422",
    refreshing,
    refused(422, { minSeconds: 3_600 }),
    900_000,
    { ...refreshing, asking: { ...asking, seconds: 3_600, raised: 1 } },
    [set(868_000), send(3_600)],
  ],
  ["422 that asks for nothing more", refreshing, refused(422), 900_000, over, end],
  [
    "422 again and again",
    { ...refreshing, asking: { ...asking, raised: 3 } },
    refused(422, { minSeconds: 9_999 }),
    900_000,
    over,
    end,
  ],
  [
    "405 to UPDATE",
    refreshing,
    refused(405),
    900_000,
    { ...refreshing, asking: { ...asking, method: "INVITE" } },
    [set(868_000), send(1_800, "INVITE")],
  ],
  ["405 to INVITE", { ...refreshing, asking: { ...asking, method: "INVITE" } }, refused(405), 900_000, over, end],
  ["408", refreshing, refused(408), 900_000, over, end],
  ["481", refreshing, refused(481), 900_000, over, end],
  ["the refresh is not answered in time", refreshing, timer(), 1_768_000, over, end],
  ["the peer did not refresh", { ...waiting, agreement: theirs }, timer(), 1_768_000, over, end],
  ["the timer is dropped", waiting, { type: "dropped" }, 0, off, [{ type: "stop-timer" }]],
  ["the call ends", refreshing, { type: "dialog-ended" }, 0, over, [{ type: "stop-timer" }]],
  ["a refusal that nobody waits for", waiting, refused(481), 0, waiting, []],
  ["nothing comes after the end", over, agreed(ours), 0, over, []],
];

describe("the session timer", () => {
  it.each(rows)("%s", (...[, before, event, nowMs, after, effects]) => {
    expect(applySessionEvent(before, event, at(nowMs))).toEqual({ timer: after, effects });
  });

  it("gives up a third of a short interval before its end", () => {
    const short = { seconds: 90, refresher: "them" } as const;
    const event: SessionEvent = { type: "agreed", agreement: short, by: "other", jitter: 0 };
    expect(applySessionEvent(off, event, at(0)).effects).toEqual([set(60_000)]);
  });

  it("has one timer at most, none once it is over, ends a call once, and refreshes only where it is ours", () => {
    const seconds = integer({ min: 90, max: 7_200 });
    const events = oneof(
      record({
        type: constant("agreed" as const),
        agreement: record({ seconds, refresher: constantFrom("us" as const, "them" as const) }),
        by: constantFrom("refresh" as const, "other" as const),
        jitter: double({ min: -1, max: 1, noNaN: true }),
      }),
      constant({ type: "dropped" as const }),
      record({ type: constant("fire" as const), isBusy: boolean() }),
      record({
        type: constant("refused" as const),
        status: constantFrom(401, 405, 408, 422, 481, 491, 500, 501, 503),
        minSeconds: seconds,
        retryAfterSeconds: option(integer({ min: 0, max: 100 })),
        pauseMs: integer({ min: 0, max: 4_000 }),
      }),
      constant({ type: "dialog-ended" as const }),
    );
    assert(property(array(events, { maxLength: 60 }), staysSound), { numRuns: 3_000 });
  });
});

type Happening = Exclude<SessionEvent, { type: "timer" }> | { type: "fire"; isBusy: boolean };

function staysSound(happenings: Happening[]): void {
  let state: SessionTimer = off;
  let nowMs = 0;
  let dueMs: number | null = null;
  let ends = 0;
  for (const happening of happenings) {
    if (happening.type === "fire" && dueMs === null) continue;
    if (happening.type === "fire") [nowMs, dueMs] = [dueMs ?? nowMs, null];
    const event: SessionEvent =
      happening.type === "fire" ? { ...happening, type: "timer", method: "INVITE" } : happening;
    const before = state;
    const step = applySessionEvent(state, event, at(nowMs));
    state = step.timer;
    for (const effect of step.effects) {
      if (effect.type === "set-timer") dueMs = nowMs + effect.afterMs;
      else if (effect.type === "stop-timer") dueMs = null;
      else if (effect.type === "end-call") ends += 1;
      else
        expect("agreement" in before && (before.agreement.refresher === "us" || before.kind !== "waiting")).toBe(true);
      if (effect.type === "set-timer") expect(effect.afterMs).toBeGreaterThanOrEqual(0);
    }
    // Whatever runs has a timer that ends it, whatever is over has none.
    expect(dueMs === null).toBe(state.kind === "off" || state.kind === "over");
    if (dueMs !== null && "endsAtMs" in state) expect(dueMs).toBeLessThanOrEqual(state.endsAtMs + 1e-6);
  }
  expect(ends).toBeLessThanOrEqual(1);
}
