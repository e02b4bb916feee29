import { describe, expect, test } from "vitest";
import {
  anna,
  annaAnswers,
  annaAssigned,
  arrival,
  bruno,
  callerLegId,
  effectNames,
  leg,
  memberArrival,
  officeTransfer,
  operatorTransfer,
  play,
  startMs,
  toTalking,
  transferId,
} from "../../../testing/call-builders.ts";
import { cardOf } from "./summary.ts";
import { recordOf } from "./record-of.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { CallArrival } from "./call-event.ts";

type Row = {
  name: string;
  from?: CallArrival;
  before: readonly UntimedEvent[];
  event: UntimedEvent;
  after: string;
  effects: string[];
};

const transferring = [...toTalking, officeTransfer()];
const ringing = [annaAssigned];
const callerHangsUp: UntimedEvent = { type: "leg-ended", legId: callerLegId, how: "bye" };

const rows: Row[] = [
  {
    name: "a transfer puts the citizen on hold with music at once and calls the office",
    before: toTalking,
    event: officeTransfer(),
    after: "transferring",
    effects: [
      "disconnect-media caller+anna-1",
      "publish call-transfer-requested",
      "place-leg office-1",
      "start-music caller",
      "start-timer transfer",
    ],
  },
  {
    name: "the office rings",
    before: transferring,
    event: { type: "leg-progressed", legId: leg("office-1") },
    after: "transferring",
    effects: ["publish call-transfer-ringing"],
  },
  {
    name: "the office answers: citizen and office talk, the operator is free",
    before: transferring,
    event: { type: "leg-answered", legId: leg("office-1") },
    after: "transferred",
    effects: [
      "stop-music caller",
      "accept-answer office-1",
      "end-leg anna-1 transferred",
      "publish call-transferred",
      "connect-media caller+office-1",
      "release-media anna-1",
      "stop-timer transfer",
      "release-operator anna talked",
    ],
  },
  {
    name: "the office refuses: the citizen is back with the operator",
    before: transferring,
    event: { type: "leg-failed", legId: leg("office-1"), status: 603, q850: null },
    after: "talking",
    effects: [
      "stop-music caller",
      "publish call-transfer-failed",
      "publish call-returned",
      "connect-media caller+anna-1",
      "release-media office-1",
      "stop-timer transfer",
    ],
  },
  {
    name: "the office does not answer in time: cancelled and returned",
    before: transferring,
    event: { type: "timer-fired", timer: "transfer", deadlineMs: startMs + 3000 + 30_000 },
    after: "talking",
    effects: [
      "stop-music caller",
      "end-leg office-1 no-answer",
      "publish call-transfer-failed",
      "publish call-returned",
      "connect-media caller+anna-1",
      "release-media office-1",
      "stop-timer transfer",
    ],
  },
  {
    name: "a cancelled transfer brings the citizen back",
    before: transferring,
    event: { type: "transfer-cancelled", operatorId: anna, transferId },
    after: "talking",
    effects: [
      "stop-music caller",
      "end-leg office-1 cancelled",
      "publish call-transfer-failed",
      "publish call-returned",
      "connect-media caller+anna-1",
      "release-media office-1",
      "stop-timer transfer",
    ],
  },
  {
    name: "a failed transfer whose operator has left puts the citizen at the head of the line",
    before: [...transferring, { type: "leg-ended", legId: leg("anna-1"), how: "bye" }],
    event: { type: "leg-failed", legId: leg("office-1"), status: 486, q850: null },
    after: "queued",
    effects: [
      "publish call-transfer-failed",
      "publish call-queued",
      "release-media office-1",
      "stop-timer transfer",
      "start-timer max-wait",
      "join-queue returned",
    ],
  },
  {
    name: "a transfer to a colleague rings the colleague",
    before: toTalking,
    event: operatorTransfer(),
    after: "transferring",
    effects: [
      "disconnect-media caller+anna-1",
      "publish call-transfer-requested",
      "place-leg bruno-x",
      "publish call-ringing",
      "start-music caller",
      "start-timer transfer",
      "engage-operator bruno ringing",
    ],
  },
  {
    name: "the colleague answers and talks with the citizen",
    before: [...toTalking, operatorTransfer()],
    event: { type: "leg-answered", legId: leg("bruno-x") },
    after: "talking",
    effects: [
      "stop-music caller",
      "accept-answer bruno-x",
      "end-leg anna-1 transferred",
      "publish call-ring-ended",
      "publish call-transferred",
      "publish call-answered",
      "connect-media caller+bruno-x",
      "release-media anna-1",
      "stop-timer transfer",
      "engage-operator bruno on-call",
      "release-operator anna talked",
    ],
  },
  {
    name: "another office's call rings before it is answered",
    from: memberArrival(),
    before: [],
    event: annaAssigned,
    after: "ringing",
    effects: [
      "place-leg anna-1",
      "publish call-ringing",
      "progress-leg caller",
      "start-timer ring",
      "engage-operator anna ringing",
      "leave-queue",
    ],
  },
  {
    name: "another office's call is answered when the operator answers",
    from: memberArrival(),
    before: ringing,
    event: annaAnswers,
    after: "talking",
    effects: [
      "accept-answer anna-1",
      "answer-leg caller",
      "publish call-ring-ended",
      "publish call-answered",
      "connect-media caller+anna-1",
      "stop-timer ring",
      "engage-operator anna on-call",
    ],
  },
  {
    name: "another office's call is turned away when nobody is free",
    from: memberArrival(),
    before: [],
    event: { type: "no-operator" },
    after: "ended",
    effects: ["reject-leg caller 480", "publish call-ended", "leave-queue"],
  },
  {
    name: "another office's call is declined when its operators declined",
    from: memberArrival(),
    before: [annaAssigned, { type: "leg-failed", legId: leg("anna-1"), status: 603, q850: null }],
    event: { type: "no-operator" },
    after: "ended",
    effects: ["reject-leg caller 603", "publish call-ended", "leave-queue"],
  },
  {
    name: "a carrier's caller is never turned away for want of an operator",
    before: [],
    event: { type: "no-operator" },
    after: "queued",
    effects: [],
  },
];

describe("transfers", () => {
  test.each(rows)("$name", (row) => {
    const step = play(row.from ?? arrival(), [...row.before, row.event]);
    expect(step.call.phase.kind).toBe(row.after);
    expect(effectNames(step.effects)).toEqual(row.effects);
  });
});

describe("what people see", () => {
  test("the transferring operator sees calling, ringing and the reason of a return", () => {
    const calling = play(arrival(), transferring);
    expect(cardOf(calling.call, anna)?.myState).toMatchObject({ kind: "transferring", progress: { phase: "calling" } });
    const returned = play(arrival(), [
      ...transferring,
      { type: "leg-failed", legId: leg("office-1"), status: 480, q850: 17 },
    ]);
    expect(cardOf(returned.call, anna)).toMatchObject({
      myState: { kind: "talking" },
      lastTransfer: { phase: "returned", cause: "busy" },
    });
  });
  test("a colleague sees who hands the call over, why, and how long the citizen has been on the line", () => {
    const step = play(arrival(), [...toTalking, operatorTransfer()]);
    expect(cardOf(step.call, bruno)).toMatchObject({
      myState: { kind: "ringing" },
      call: { transferredFrom: { operatorId: anna, reason: "competence", waitedSeconds: 3 } },
    });
    expect(cardOf(step.call, anna)?.call.transferredFrom).toBeNull();
  });
  test("a published event shows the call right after it", () => {
    const step = play(arrival(), toTalking);
    const answered = step.all.find((one) => one.type === "publish" && one.happening.type === "call-answered");
    expect(answered).toMatchObject({ happening: { call: { state: "answered", operatorId: anna } } });
  });
});

describe("records", () => {
  test("talk time after a transfer belongs to the leg that talks, not to the operator who left", () => {
    const step = play(arrival(), [...transferring, { type: "leg-answered", legId: leg("office-1") }, callerHangsUp]);
    const record = recordOf(step.call);
    expect(record.endCause).toBe("caller-hung-up");
    expect(record.legs.map((one) => [one.role, one.tariff, one.talkSeconds])).toEqual([
      ["caller", "pstn", 2],
      ["operator", "on-net", 1],
      ["office", "on-net", 1],
    ]);
    expect(record.transfers).toMatchObject([{ outcome: "transferred", tariff: "on-net" }]);
  });
});
