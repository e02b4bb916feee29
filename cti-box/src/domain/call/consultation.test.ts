/** Attended transfer: every step and every ending. Nobody may be lost. */
import { describe, expect, test } from "vitest";
import {
  anna,
  arrival,
  bruno,
  callerLegId,
  consultation,
  effectNames,
  leg,
  memberArrival,
  officeTransfer,
  play,
  startMs,
  toTalking,
  transferId,
} from "../../../testing/call-builders.ts";
import {
  asked,
  brunoAnswers,
  cancel,
  complete,
  consulting,
  hangsUp,
  isLost,
  mediaFails,
  turn,
} from "../../../testing/consultation-scene.ts";
import { mayCancelTransfer, mayCompleteTransfer, mayHold, mayTurnTo } from "./command-guards.ts";
import { recordOf } from "./record-of.ts";
import { conversationOf } from "./conversation.ts";
import { musicLegOf } from "./settle.ts";
import { cardOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

type Row = { name: string; before: readonly UntimedEvent[]; event: UntimedEvent; after: string; effects: string[] };

const handedOver = [
  "stop-music caller",
  "disconnect-media anna-1+bruno-x",
  "end-leg anna-1 transferred",
  "publish call-transferred",
  "publish call-answered",
  "connect-media caller+bruno-x",
  "release-media anna-1",
  "release-operator anna talked",
];
const withoutOperatorsLeg = handedOver.filter((one) => !one.startsWith("end-leg"));
const broughtBack = [
  "publish call-transfer-failed",
  "publish call-returned",
  "connect-media caller+anna-1",
  "release-media bruno-x",
  "release-operator bruno talked",
];

const rows: Row[] = [
  {
    name: "the colleague answers: operator and colleague talk, the music of the citizen goes on",
    before: asked,
    event: brunoAnswers,
    after: "consulting",
    effects: [
      "accept-answer bruno-x",
      "publish call-ring-ended",
      "publish call-consulting",
      "connect-media anna-1+bruno-x",
      "stop-timer transfer",
      "engage-operator bruno on-call",
    ],
  },
  {
    name: "the operator turns to the citizen: the colleague hears music",
    before: consulting,
    event: turn("caller"),
    after: "consulting",
    effects: [
      "disconnect-media anna-1+bruno-x",
      "stop-music caller",
      "publish call-consulting",
      "connect-media caller+anna-1",
      "start-music bruno-x",
    ],
  },
  {
    name: "turning to where one is changes nothing",
    before: consulting,
    event: turn("target"),
    after: "consulting",
    effects: [],
  },
  {
    name: "completing hands the citizen over",
    before: consulting,
    event: complete,
    after: "talking",
    effects: handedOver,
  },
  {
    name: "the operator who hangs up hands the citizen over",
    before: consulting,
    event: hangsUp("anna-1"),
    after: "talking",
    effects: withoutOperatorsLeg,
  },
  {
    name: "an operator's lost connection hands the citizen over",
    before: consulting,
    event: isLost("anna-1"),
    after: "talking",
    effects: withoutOperatorsLeg,
  },
  {
    name: "media that fail at the operator hand the citizen over",
    before: consulting,
    event: mediaFails("anna-1"),
    after: "talking",
    effects: [
      "stop-music caller",
      "disconnect-media anna-1+bruno-x",
      "end-leg anna-1 failure",
      ...withoutOperatorsLeg.slice(2),
    ],
  },
  {
    name: "cancelling brings the citizen back",
    before: consulting,
    event: cancel,
    after: "talking",
    effects: ["disconnect-media anna-1+bruno-x", "stop-music caller", "end-leg bruno-x cancelled", ...broughtBack],
  },
  {
    name: "the colleague who hangs up brings the citizen back",
    before: consulting,
    event: hangsUp("bruno-x"),
    after: "talking",
    effects: ["disconnect-media anna-1+bruno-x", "stop-music caller", ...broughtBack],
  },
  {
    name: "the colleague who hangs up while the operator speaks with the citizen interrupts nobody",
    before: [...consulting, turn("caller")],
    event: hangsUp("bruno-x"),
    after: "talking",
    effects: ["stop-music bruno-x", ...broughtBack.filter((one) => !one.startsWith("connect-media"))],
  },
  {
    name: "the citizen who hangs up ends it for all three",
    before: consulting,
    event: hangsUp(callerLegId),
    after: "ended",
    effects: [
      "disconnect-media anna-1+bruno-x",
      "stop-music caller",
      "end-leg bruno-x caller-gone",
      "publish call-transfer-failed",
      "end-leg anna-1 caller-gone",
      "publish call-ended",
      "release-media caller",
      "release-media anna-1",
      "release-media bruno-x",
      "release-operator bruno talked",
      "release-operator anna talked",
    ],
  },
  {
    name: "the colleague refuses: the citizen is back",
    before: asked,
    event: { type: "leg-failed", legId: leg("bruno-x"), status: 603, q850: null },
    after: "talking",
    effects: [
      "stop-music caller",
      "publish call-ring-ended",
      "publish call-transfer-failed",
      "publish call-returned",
      "connect-media caller+anna-1",
      "release-media bruno-x",
      "stop-timer transfer",
      "release-operator bruno not-answered",
    ],
  },
  {
    name: "the colleague does not answer in time: the citizen is back",
    before: asked,
    event: { type: "timer-fired", timer: "transfer", deadlineMs: startMs + 3000 + 30_000 },
    after: "talking",
    effects: [
      "stop-music caller",
      "end-leg bruno-x no-answer",
      "publish call-ring-ended",
      "publish call-transfer-failed",
      "publish call-returned",
      "connect-media caller+anna-1",
      "release-media bruno-x",
      "stop-timer transfer",
      "release-operator bruno not-answered",
    ],
  },
];

describe("consultation", () => {
  test.each(rows)("$name", (row) => {
    const step = play(arrival(), [...row.before, row.event]);
    expect(step.call.phase.kind).toBe(row.after);
    expect(effectNames(step.effects).toSorted()).toEqual(row.effects.toSorted());
  });

  test("an operator who hangs up while the colleague still rings leaves a blind transfer", () => {
    const step = play(arrival(), [...asked, hangsUp("anna-1"), brunoAnswers]);
    expect(step.call.phase).toMatchObject({ kind: "talking", operatorId: bruno });
    expect(conversationOf(step.call)).toEqual([callerLegId, "bruno-x"]);
  });

  test("another office is consulted in the same way and keeps the citizen when the operator leaves", () => {
    const toOffice = { ...officeTransfer(), mode: "attended" } as UntimedEvent;
    const step = play(arrival(), [...toTalking, toOffice, { type: "leg-answered", legId: leg("office-1") }]);
    expect(conversationOf(step.call)).toEqual(["anna-1", "office-1"]);
    expect(musicLegOf(step.call)).toBe(callerLegId);
    expect(step.all).toContainEqual(
      expect.objectContaining({
        type: "place-leg",
        to: expect.objectContaining({ handover: expect.objectContaining({ mode: "attended" }) }),
      }),
    );
    const left = play(arrival(), [
      ...toTalking,
      toOffice,
      { type: "leg-answered", legId: leg("office-1") },
      hangsUp("anna-1"),
    ]);
    expect(left.call.phase).toMatchObject({ kind: "transferred", legId: "office-1" });
    expect(effectNames(left.effects)).toContain("tell-handover office-1");
    const blind = play(arrival(), [...toTalking, officeTransfer(), { type: "leg-answered", legId: leg("office-1") }]);
    expect(effectNames(blind.effects)).not.toContain("tell-handover office-1");
  });

  test("an office that was consulted hears once that the citizen is on the line, from that office's leg alone", () => {
    const origin = {
      officeId: "c_b200",
      officeLabel: null,
      operatorId: null,
      transferId,
      reason: null,
      waitedSeconds: null,
      isConsultation: true,
    };
    const from = { ...memberArrival(), origin };
    const handedOver: UntimedEvent = { type: "leg-handed-over", legId: callerLegId };
    expect(play(from, [...toTalking, { ...handedOver, legId: leg("anna-1") }]).effects).toEqual([]);
    const step = play(from, [...toTalking, handedOver]);
    expect(step.effects).toMatchObject([
      { type: "publish", happening: { type: "call-handed-over", operatorId: anna } },
    ]);
    expect(step.call.origin).toMatchObject({ isConsultation: false });
    expect(play(from, [...toTalking, handedOver, handedOver]).effects).toEqual([]);
    expect(play(memberArrival(), [...toTalking, handedOver]).effects).toEqual([]);
    expect(play({ ...arrival(), origin }, [...toTalking, handedOver]).effects).toEqual([]);
  });

  test("a journal of a box without attended transfer replays to a blind one", () => {
    const { mode: _mode, ...old } = consultation() as UntimedEvent & { mode: string };
    const step = play(arrival(), [...toTalking, old, brunoAnswers]);
    expect(step.call.phase).toMatchObject({ kind: "talking", operatorId: bruno });
  });
});

describe("what people see", () => {
  test("operator and colleague see whom the operator speaks with", () => {
    const { call } = play(arrival(), consulting);
    expect(cardOf(call, anna)?.myState).toMatchObject({
      kind: "transferring",
      progress: { phase: "consulting", talkingTo: "target" },
    });
    expect(cardOf(call, bruno)?.myState).toMatchObject({ kind: "consulted", by: anna, talksToMe: true });
    const turned = play(arrival(), [...consulting, turn("caller")]);
    expect(cardOf(turned.call, bruno)?.myState).toMatchObject({ kind: "consulted", by: anna, talksToMe: false });
  });

  test("a colleague who hung up is named as the reason", () => {
    const { call } = play(arrival(), [...consulting, hangsUp("bruno-x")]);
    expect(cardOf(call, anna)?.lastTransfer).toMatchObject({ phase: "returned", cause: "target-hung-up" });
    expect(cardOf(call, bruno)?.myState).toEqual({ kind: "gone", why: "ended" });
    expect(recordOf(call).transfers).toMatchObject([{ outcome: "failed", failure: "target-hung-up" }]);
  });

  test("commands are the operator's alone, and only during the consultation", () => {
    const ringing = play(arrival(), asked).call;
    const { call } = play(arrival(), consulting);
    const done = play(arrival(), [...consulting, complete]).call;
    expect(mayCompleteTransfer(ringing, anna, transferId)).toEqual({ kind: "refused", reason: "wrong-state" });
    expect(mayCompleteTransfer(call, anna, transferId)).toEqual({ kind: "go" });
    expect(mayCompleteTransfer(call, bruno, transferId)).toEqual({ kind: "refused", reason: "not-your-call" });
    expect(mayCompleteTransfer(done, anna, transferId)).toEqual({ kind: "done" });
    expect(mayTurnTo(call, { operatorId: anna, transferId, talkingTo: "target" })).toEqual({ kind: "done" });
    expect(mayTurnTo(call, { operatorId: anna, transferId, talkingTo: "caller" })).toEqual({ kind: "go" });
    expect(mayCancelTransfer(call, anna, transferId)).toEqual({ kind: "go" });
    expect(mayHold(call, anna)).toEqual({ kind: "refused", reason: "transfer-pending" });
  });
});
