/** Transfers to a telephone number: which trunk, when the next one, and what is left when none takes the call. */
import { describe, expect, test } from "vitest";
import { anna, arrival, effectNames, leg, numberTransfer, play, toTalking } from "../../../testing/call-builders.ts";
import { channelsOn } from "./legs.ts";
import { recordOf } from "./record-of.ts";
import { timersOf } from "./settle.ts";
import { cardOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const viaTim = leg("via-tim");
const viaEolo = leg("via-eolo");
const failed = (legId: typeof viaTim, status: number): UntimedEvent => ({
  type: "leg-failed",
  legId,
  status,
  q850: null,
});
const after = (events: readonly UntimedEvent[], request = numberTransfer()) =>
  play(arrival(), [...toTalking, request, ...events]);

describe("the number", () => {
  test("is called over the first trunk; the call takes a second channel of it", () => {
    const { call, effects } = after([]);
    expect(effectNames(effects)).toEqual([
      "disconnect-media caller+anna-1",
      "publish call-transfer-requested",
      "place-leg via-tim",
      "start-music caller",
      "start-timer transfer",
      "start-timer route",
    ]);
    expect([channelsOn(call, "tim"), channelsOn(call, "eolo")]).toEqual([2, 0]);
  });

  test("answers: the citizen speaks with it, the operator is free, and the record tells what it cost", () => {
    const { call, effects } = after([{ type: "leg-answered", legId: viaTim }]);
    expect(effectNames(effects)).toContain("connect-media caller+via-tim");
    expect(effectNames(effects)).toContain("end-leg anna-1 transferred");
    expect(recordOf(call)).toMatchObject({
      transfers: [{ target: { kind: "number", number: "+390655501234" }, tariff: "pstn", outcome: "transferred" }],
      legs: [
        { role: "caller", tariff: "pstn" },
        { role: "operator", tariff: "on-net" },
        { role: "office", tariff: "pstn" },
      ],
    });
  });

  test("is consulted first where the operator wants it; the operator's leaving hands over", () => {
    const consulted = after([{ type: "leg-answered", legId: viaTim }], numberTransfer({ mode: "attended" }));
    expect(consulted.call.phase).toMatchObject({ kind: "consulting", targetLegId: viaTim });
    const over = after(
      [
        { type: "leg-answered", legId: viaTim },
        { type: "leg-ended", legId: leg("anna-1"), how: "bye" },
      ],
      numberTransfer({ mode: "attended" }),
    );
    expect(over.call.phase).toMatchObject({ kind: "transferred", legId: viaTim });
    // There is no other office to be told of it.
    expect(effectNames(over.all)).not.toContain("tell-handover via-tim");
  });
});

describe("the next trunk is tried", () => {
  test.each([403, 408, 500, 503])("after %i", (status) => {
    const { call, effects } = after([failed(viaTim, status)]);
    expect(effectNames(effects)).toContain("place-leg via-eolo");
    expect(call.phase).toMatchObject({ kind: "transferring", carrier: { routes: [] } });
    expect(channelsOn(call, "tim")).toBe(1);
  });

  test("when the first says nothing, and not when it has said 100 in time", () => {
    const silent = after([]);
    const deadlineMs = timersOf(silent.call).get("route") ?? 0;
    expect(deadlineMs - silent.atMs).toBe(4000);
    const next = after([{ type: "timer-fired", timer: "route", deadlineMs }]);
    expect(effectNames(next.effects)).toEqual(
      expect.arrayContaining(["end-leg via-tim no-answer", "place-leg via-eolo"]),
    );
    expect(timersOf(next.call).has("route")).toBe(false);
    const trying = after([{ type: "leg-trying", legId: viaTim }]);
    expect((timersOf(trying.call).get("route") ?? 0) - silent.atMs).toBe(20_000);
    expect(timersOf(after([{ type: "leg-progressed", legId: viaTim }]).call).has("route")).toBe(false);
  });

  test("a late answer of the trunk that was given up is hung up", () => {
    const { call } = after([]);
    const deadlineMs = timersOf(call).get("route") ?? 0;
    const { effects } = after([
      { type: "timer-fired", timer: "route", deadlineMs },
      { type: "leg-answered", legId: viaTim },
    ]);
    expect(effectNames(effects)).toEqual(["end-leg via-tim hung-up"]);
  });
});

describe("the citizen comes back", () => {
  test.each<[string, UntimedEvent[], string]>([
    ["the number is busy", [failed(viaTim, 486)], "busy"],
    ["nobody answers there", [failed(viaTim, 480)], "no-answer"],
    ["no trunk takes the call", [failed(viaTim, 503), failed(viaEolo, 503)], "not-reachable"],
  ])("%s", (_name, events, cause) => {
    const { call, effects } = after(events);
    expect(effectNames(effects)).toContain("connect-media caller+anna-1");
    expect(cardOf(call, anna)).toMatchObject({ lastTransfer: { phase: "returned", cause } });
    expect(channelsOn(call, "eolo")).toBe(0);
  });
});
