/** Calls that an operator makes: own phone, citizen, and the next trunk where one does not take the call. */
import { describe, expect, test } from "vitest";
import { anna, annaAnswers, effectNames, leg, placement, play, startMs } from "../../../testing/call-builders.ts";
import { recordOf } from "./record-of.ts";
import { cardOf } from "./summary.ts";
import { channelsOn } from "./legs.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

const viaTim = leg("via-tim");
const viaEolo = leg("via-eolo");
const failed = (legId: typeof viaTim, status: number, q850: number | null = null): UntimedEvent => ({
  type: "leg-failed",
  legId,
  status,
  q850,
});
const step = (events: readonly UntimedEvent[], from = placement()) => {
  const played = play(from, events);
  return {
    call: played.call,
    effects: effectNames(played.effects),
    card: cardOf(played.call, anna),
    atMs: played.atMs,
  };
};
const answered: readonly UntimedEvent[] = [annaAnswers, { type: "leg-answered", legId: viaTim }];

describe("the operator's own phone", () => {
  test("rings first, the operator is busy, and the call has its place on the first trunk", () => {
    const { call, effects, card } = step([]);
    expect(effects).toEqual([
      "place-leg anna-1",
      "publish call-offered",
      "publish call-ringing",
      "start-timer ring",
      "engage-operator anna on-call",
    ]);
    expect(card).toMatchObject({
      myState: { kind: "dialling", stage: "own-phone" },
      call: { state: "dialling", direction: "out" },
    });
    expect([channelsOn(call, "tim"), channelsOn(call, "eolo")]).toEqual([1, 0]);
  });

  test.each<[string, UntimedEvent]>([
    ["declined", failed(leg("anna-1"), 603)],
    ["unreachable", failed(leg("anna-1"), 503)],
    ["silent", { type: "timer-fired", timer: "ring", deadlineMs: startMs + 30_000 }],
  ])("%s: no citizen is disturbed", (_name, event) => {
    const { call, card } = step([event]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: "no-operator" });
    expect(card?.myState).toEqual({ kind: "gone", why: "no-answer" });
    expect(call.legs.map((one) => one.legId)).toEqual(["anna-1"]);
  });
});

describe("the citizen", () => {
  test("is called when the operator is there, and joined at the answer", () => {
    expect(step([annaAnswers]).effects).toEqual([
      "accept-answer anna-1",
      "publish call-ring-ended",
      "place-leg via-tim",
      "stop-timer ring",
      "start-timer dial",
      "start-timer route",
    ]);
    const talking = step(answered);
    expect(talking.effects).toEqual([
      "accept-answer via-tim",
      "publish call-answered",
      "connect-media via-tim+anna-1",
      "stop-timer dial",
      "stop-timer route",
    ]);
    expect(talking.card?.myState).toEqual({ kind: "talking" });
  });

  test("holds, resumes and hangs up like any other", () => {
    const held = step([...answered, { type: "hold-requested", operatorId: anna }]);
    expect(held.effects).toContain("start-music via-tim");
    const left = step([...answered, { type: "leg-ended", legId: viaTim, how: "bye" }]);
    expect(left.call.phase).toMatchObject({ kind: "ended", cause: "caller-hung-up" });
    const record = recordOf(left.call);
    expect(record.legs.map((one) => [one.role, one.direction, one.tariff])).toEqual([
      ["caller", "out", "pstn"],
      ["operator", "out", "on-net"],
    ]);
    expect(record.legs[0]?.talkSeconds).toBe(1);
  });

  test.each([
    [486, null, "callee-busy", "busy"],
    [480, null, "callee-no-answer", "no-answer"],
    [603, null, "callee-refused", "declined"],
    [404, null, "callee-unknown", "unknown-number"],
    [503, 17, "callee-busy", "busy"],
    [500, 1, "callee-unknown", "unknown-number"],
  ] as const)("%i (Q.850 %j) is %s, and no other trunk is tried", (...row) => {
    const [status, q850, cause, reason] = row;
    const { call, effects, card } = step([annaAnswers, failed(viaTim, status, q850)]);
    expect(call.phase).toMatchObject({ kind: "ended", cause });
    expect(card?.myState).toEqual({ kind: "gone", why: cause });
    expect(effects).toContain(`end-leg anna-1 ${reason}`);
  });

  test("is heard before the answer where the carrier lets it be; the two stay joined at the answer, and are parted before the next trunk", () => {
    const early: readonly UntimedEvent[] = [annaAnswers, { type: "leg-early-media", legId: viaTim }];
    expect(step(early).effects).toEqual(["accept-answer via-tim", "connect-media via-tim+anna-1"]);
    const talking = step([...early, { type: "leg-answered", legId: viaTim }]);
    expect(talking.effects).toEqual([
      "accept-answer via-tim",
      "publish call-answered",
      "stop-timer dial",
      "stop-timer route",
    ]);
    expect(talking.call.legs[0]?.talkedMs).toBe(0);
    const next = step([...early, failed(viaTim, 503)]);
    expect(next.effects).toEqual(
      expect.arrayContaining(["disconnect-media via-tim+anna-1", "place-leg via-eolo", "release-media via-tim"]),
    );
    expect(step([...early, failed(viaTim, 404)]).call.phase).toMatchObject({ cause: "callee-unknown" });
  });

  test("does not answer for two minutes", () => {
    const dial: UntimedEvent = { type: "timer-fired", timer: "dial", deadlineMs: startMs + 120_000 };
    const { call, effects } = step([annaAnswers, { type: "leg-progressed", legId: viaTim }, dial]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: "callee-no-answer" });
    expect(effects).toEqual(expect.arrayContaining(["end-leg via-tim no-answer", "end-leg anna-1 no-answer"]));
  });

  test("is not called on when the operator hangs up", () => {
    const { call, effects } = step([annaAnswers, { type: "leg-ended", legId: leg("anna-1"), how: "bye" }]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: "operator-hung-up" });
    expect(effects).toContain("end-leg via-tim cancelled");
  });
});

describe("the next trunk", () => {
  test.each([503, 500, 408, 403, 488])("is tried after %i", (status) => {
    const { call, effects } = step([annaAnswers, failed(viaTim, status)]);
    expect(effects).toContain("place-leg via-eolo");
    expect([channelsOn(call, "tim"), channelsOn(call, "eolo")]).toEqual([0, 1]);
  });

  test("is tried when what the first one lets be heard cannot be spoken (SRTP that is required, and RTP in the clear)", () => {
    const early: readonly UntimedEvent[] = [
      { type: "leg-progressed", legId: viaTim },
      { type: "leg-early-media", legId: viaTim },
    ];
    const refused = step([annaAnswers, ...early, { type: "media-failed", legId: viaTim }]);
    expect(refused.effects).toEqual(expect.arrayContaining(["end-leg via-tim failure", "place-leg via-eolo"]));
    const answered: UntimedEvent = { type: "leg-answered", legId: viaTim };
    const ended = step([annaAnswers, answered, { type: "media-failed", legId: viaTim }]);
    expect(ended.call.phase).toMatchObject({ kind: "ended", cause: "media-failure" });
  });

  test("is tried after silence; the late answer of the first is hung up", () => {
    const route: UntimedEvent = { type: "timer-fired", timer: "route", deadlineMs: startMs + 1000 + 4000 };
    const tried = step([annaAnswers, route]);
    expect(tried.effects).toEqual(expect.arrayContaining(["end-leg via-tim no-answer", "place-leg via-eolo"]));
    const late = step([annaAnswers, route, { type: "leg-answered", legId: viaTim }]);
    expect(late.effects).toEqual(["end-leg via-tim hung-up"]);
    expect(late.call.phase.kind).toBe("dialling");
  });

  test("gets its turn later when the first has taken the call, and never once the phone rings", () => {
    const deadline = startMs + 1000 + 4000;
    const early: UntimedEvent = { type: "timer-fired", timer: "route", deadlineMs: deadline };
    const trying: UntimedEvent = { type: "leg-trying", legId: viaTim };
    expect(step([annaAnswers, trying, early]).effects).toEqual([]);
    expect(step([annaAnswers, trying]).effects).toEqual(["stop-timer route", "start-timer route"]);
    expect(step([annaAnswers, { type: "leg-progressed", legId: viaTim }]).effects).toContain("stop-timer route");
    const rung = step([annaAnswers, { type: "leg-progressed", legId: viaTim }, failed(viaTim, 503)]);
    expect(rung.call.phase).toMatchObject({ kind: "ended", cause: "callee-not-reachable" });
    expect(rung.card?.myState).toEqual({ kind: "gone", why: "callee-not-reachable" });
    expect(rung.effects).toContain("end-leg anna-1 failure");
    expect(rung.effects.filter((one) => one.startsWith("place-leg"))).toEqual([]);
  });

  test("when none is left the operator hears that no trunk took the call", () => {
    const { call, card } = step([annaAnswers, failed(viaTim, 503), failed(viaEolo, 503)]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: "no-trunk" });
    expect(card?.myState).toEqual({ kind: "gone", why: "no-trunk" });
  });
});
