/** An operator calls a colleague: the own phone rings first, then the call goes where the colleague wants it. */
import { describe, expect, test } from "vitest";
import {
  anna,
  annaAnswers,
  bruno,
  brunoAssigned,
  colleagueCall,
  device,
  effectNames,
  leg,
  play,
  queue,
  startMs,
} from "../../../testing/call-builders.ts";
import { applyCallEvent, beginCall } from "./apply-call-event.ts";
import { recordOf } from "./record-of.ts";
import { cardOf, engagementsOf } from "./summary.ts";
import { takeUpCall } from "./taking-up.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { LegId, OperatorId } from "./ids.ts";

const annas = leg("anna-1");
const brunos = leg("bruno-1");
const brunoAnswers: UntimedEvent = { type: "leg-answered", legId: brunos };
const toRinging: readonly UntimedEvent[] = [annaAnswers, brunoAssigned];
const toTalking: readonly UntimedEvent[] = [...toRinging, brunoAnswers];
const failed = (legId: LegId, status: number): UntimedEvent => ({ type: "leg-failed", legId, status, q850: null });
const left = (legId: LegId, how: "bye" | "lost" = "bye"): UntimedEvent => ({ type: "leg-ended", legId, how });
const carla = "carla" as OperatorId;

const step = (events: readonly UntimedEvent[], from = colleagueCall()) => {
  const played = play(from, events);
  return {
    ...played,
    names: effectNames(played.effects),
    annasPart: cardOf(played.call, anna)?.myState,
    brunosPart: cardOf(played.call, bruno)?.myState,
  };
};

test("the own phone rings and shows the colleague; nobody else is rung", () => {
  const begun = beginCall(colleagueCall());
  expect(begun.call).toMatchObject({ direction: "internal", phase: { kind: "dialling", operatorId: anna } });
  expect(begun.effects[0]).toMatchObject({
    type: "place-leg",
    legId: annas,
    caller: { kind: "operator", operatorId: "bruno" },
  });
  expect(cardOf(begun.call, anna)).toMatchObject({
    myState: { kind: "dialling", stage: "own-phone" },
    called: { kind: "operator", operatorId: bruno, label: "Bruno Verdi" },
  });
  expect(engagementsOf(begun.call)).toEqual(new Map([[anna, "on-call"]]));
  expect(cardOf(begun.call, bruno)).toBeNull();
});

test("the phone that answers is the caller's; the other one stops, the tone is heard, and the colleague is sought", () => {
  const legs = ["anna-0", "anna-1"].map((name) => ({ legId: leg(name), device: device(name) }));
  const ready = step([annaAnswers], colleagueCall({ legs }));
  expect(ready.names).toEqual([
    "accept-answer anna-1",
    "end-leg anna-0 answered-elsewhere",
    "publish call-ring-ended",
    "seek-forward bruno called",
    "play-ringing anna-1",
    "release-media anna-0",
    "stop-timer ring",
    "start-timer retry",
  ]);
  expect(ready.call.legs.map(({ legId, role }) => [legId, role])).toEqual([
    ["anna-1", "caller"],
    ["anna-0", "operator"],
  ]);
  expect(ready.annasPart).toEqual({ kind: "dialling", stage: "calling" });
});

test("the colleague rings with the caller's name, and the two talk", () => {
  const ringing = step(toRinging);
  expect(ringing.effects.find(({ type }) => type === "place-leg")).toMatchObject({
    caller: { kind: "operator", operatorId: "anna" },
  });
  expect([ringing.annasPart, ringing.brunosPart]).toEqual([
    { kind: "dialling", stage: "ringing" },
    { kind: "ringing" },
  ]);
  const talking = step(toTalking);
  expect(talking.names).toContain("connect-media anna-1+bruno-1");
  expect([talking.annasPart, talking.brunosPart]).toEqual([{ kind: "talking" }, { kind: "talking" }]);
  expect(cardOf(talking.call, bruno)?.called).toBeNull();
});

test("the record names both legs, costs nothing, and is one between colleagues", () => {
  const { call } = step([...toTalking, left(annas)]);
  expect(call.phase).toMatchObject({ kind: "ended", cause: "caller-hung-up" });
  const record = recordOf(call);
  expect(record).toMatchObject({ direction: "internal", operatorIds: [bruno], calledNumber: "202" });
  expect(record.legs.map(({ role, peer, tariff }) => [role, peer.name, tariff])).toEqual([
    ["caller", "anna", "on-net"],
    ["operator", "bruno", "on-net"],
  ]);
  expect(record.legs.every(({ talkSeconds }) => talkSeconds === 1)).toBe(true);
});

describe("whoever hangs up", () => {
  test.each([
    ["who called", annas, "caller-hung-up"],
    ["the colleague", brunos, "operator-hung-up"],
  ])("%s ends it for both", (_who, legId, cause) => {
    const { call, names } = step([...toTalking, left(legId)]);
    expect(call.phase).toMatchObject({ kind: "ended", cause });
    expect(names).toEqual(expect.arrayContaining(["release-operator anna talked", "release-operator bruno talked"]));
  });

  test("while the colleague rings: the phones there stop", () => {
    const { call, names, brunosPart } = step([...toRinging, left(annas)]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: "caller-gave-up" });
    expect(names).toContain("end-leg bruno-1 caller-gone");
    expect(brunosPart).toEqual({ kind: "gone", why: "caller-gave-up" });
  });
});

describe("nobody takes it", () => {
  test.each<[string, readonly UntimedEvent[], string, string]>([
    ["busy meanwhile", [{ type: "no-operator", why: "busy" }], "callee-busy", "busy"],
    ["gone meanwhile", [{ type: "no-operator", why: "absent" }], "callee-no-answer", "no-answer"],
    ["declined", [brunoAssigned, failed(brunos, 486), { type: "no-operator" }], "callee-refused", "declined"],
    ["out of reach", [brunoAssigned, failed(brunos, 503), { type: "no-operator" }], "callee-no-answer", "no-answer"],
    [
      "silent",
      [brunoAssigned, { type: "timer-fired", timer: "ring", deadlineMs: startMs + 32_000 }, { type: "no-operator" }],
      "callee-no-answer",
      "no-answer",
    ],
  ])("%s: told on the card, and the own phone is hung up", (...row) => {
    const [, events, why, reason] = row;
    const { call, names, annasPart } = step([annaAnswers, ...events]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: why });
    expect(annasPart).toEqual({ kind: "gone", why });
    expect(names).toContain(`end-leg anna-1 ${reason}`);
  });

  test.each([
    ["declined", failed(annas, 603)],
    ["silent", { type: "timer-fired", timer: "ring", deadlineMs: startMs + 30_000 } as const],
  ])("the own phone %s: the colleague was not disturbed", (_name, event) => {
    const { call, annasPart } = step([event]);
    expect(call.phase).toMatchObject({ kind: "ended", cause: "no-operator" });
    expect(annasPart).toEqual({ kind: "gone", why: "no-answer" });
    expect(call.legs).toHaveLength(1);
  });
});

describe("forwarded", () => {
  const toCarla: UntimedEvent = {
    type: "call-forwarded",
    from: bruno,
    cause: "busy",
    to: { kind: "operator", operatorId: carla },
  };

  test("to another colleague: the tone goes on, and nothing begins anew", () => {
    const carlaAssigned = { ...brunoAssigned, operatorId: carla } as UntimedEvent;
    const { call, all } = play(colleagueCall(), [annaAnswers, toCarla, carlaAssigned, brunoAnswers]);
    expect(call.phase).toMatchObject({ kind: "talking", operatorId: carla });
    expect(effectNames(all).filter((name) => name.startsWith("play-ringing"))).toHaveLength(1);
  });

  test("to a queue: rung now or refused, never kept waiting among the citizens", () => {
    const forwarded: UntimedEvent = {
      type: "call-forwarded",
      from: bruno,
      cause: "busy",
      to: { kind: "queue", queue },
    };
    const { effects } = step([annaAnswers, forwarded]);
    expect(effects.find(({ type }) => type === "join-queue")).toMatchObject({ patience: "now-or-never" });
    expect(step([annaAnswers, forwarded, { type: "no-operator" }]).call.phase).toMatchObject({
      kind: "ended",
      cause: "callee-no-answer",
    });
  });
});

describe("on hold", () => {
  const hold = (operatorId: OperatorId): UntimedEvent => ({ type: "hold-requested", operatorId });
  const resume = (operatorId: OperatorId): UntimedEvent => ({ type: "resume-requested", operatorId });

  test("by who called: the colleague hears music, and both cards say what they know", () => {
    const held = step([...toTalking, hold(anna)]);
    expect(held.names).toEqual(["disconnect-media anna-1+bruno-1", "publish call-held", "start-music bruno-1"]);
    expect([held.annasPart, held.brunosPart]).toEqual([{ kind: "holding" }, { kind: "talking" }]);
    expect(step([...toTalking, hold(anna), resume(anna)]).names).toEqual([
      "stop-music bruno-1",
      "publish call-resumed",
      "connect-media anna-1+bruno-1",
    ]);
  });

  test("by both: nobody hears anything, and the first to come back hears music", () => {
    expect(step([...toTalking, hold(anna), hold(bruno)]).names).toContain("stop-music bruno-1");
    expect(step([...toTalking, hold(anna), hold(bruno), resume(anna)]).names).toContain("start-music anna-1");
  });

  test("by somebody else: nothing", () => {
    expect(step([...toTalking, hold(carla)]).effects).toEqual([]);
  });
});

describe("called back because the colleague is free", () => {
  const recall = colleagueCall({
    callee: { kind: "operator", operatorId: bruno, displayName: "Bruno Verdi", wish: "when-free" },
  });

  test("the own phone rings as for a call that comes in, until it is answered", () => {
    const rings = step([], recall);
    expect(rings.annasPart).toEqual({ kind: "ringing" });
    expect(engagementsOf(rings.call)).toEqual(new Map([[anna, "ringing"]]));
    const answered = step([annaAnswers], recall);
    expect(answered.annasPart).toEqual({ kind: "dialling", stage: "calling" });
    expect(engagementsOf(answered.call)).toEqual(new Map([[anna, "on-call"]]));
  });
});

describe("after a kill of the box", () => {
  const takenUp = (before: readonly UntimedEvent[], lostLegs: readonly string[]) => {
    const { call, atMs } = play(colleagueCall(), before);
    const lost = lostLegs.map((name) => leg(name));
    const taken = takeUpCall(call, { type: "box-restarted", atMs: atMs + 10_000, lostLegs: lost });
    return { ...taken, names: effectNames(taken.effects), atMs: atMs + 10_000 };
  };

  test("while the own phone rang: over, with a record", () => {
    const { call } = takenUp([], ["anna-1"]);
    expect(recordOf(call)).toMatchObject({ endCause: "box-restarted", direction: "internal" });
  });

  test("while the colleague rang: who called hears the tone again, and the colleague rings again once the phones are back", () => {
    const { call, names, atMs } = takenUp(toRinging, ["bruno-1"]);
    expect(call.phase.kind).toBe("queued");
    expect(names).toEqual(
      expect.arrayContaining(["play-ringing anna-1", "start-timer retry", "engage-operator anna on-call"]),
    );
    const fired = { type: "timer-fired", timer: "retry", deadlineMs: atMs + 5_000, atMs: atMs + 5_000 } as const;
    expect(effectNames(applyCallEvent(call, fired).effects)).toContain("seek-forward bruno called");
  });

  test("while they talked: they go on talking", () => {
    const { call, names } = takenUp(toTalking, []);
    expect(call.phase.kind).toBe("talking");
    expect(names).toContain("connect-media anna-1+bruno-1");
  });

  test("without who called: over", () => {
    expect(takenUp(toTalking, ["anna-1"]).call.phase).toMatchObject({ kind: "ended", cause: "box-restarted" });
  });
});
