/** Three speak together: how a conference begins and every way in which it ends. Nobody may be lost. */
import { describe, expect, test } from "vitest";
import {
  anna,
  arrival,
  bruno,
  callerLegId,
  effectNames,
  leg,
  officeTransfer,
  play,
  startMs,
  toTalking,
  transferId,
} from "../../../testing/call-builders.ts";
import {
  asked,
  cancel,
  complete,
  consulting,
  hangsUp,
  inConference,
  isLost,
  mediaFails,
  turn,
} from "../../../testing/consultation-scene.ts";
import { mayTurnTo } from "./command-guards.ts";
import { recordOf } from "./record-of.ts";
import { conversationOf, partnerOf } from "./conversation.ts";
import { musicLegOf } from "./settle.ts";
import { cardOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";

type Row = { name: string; before: readonly UntimedEvent[]; event: UntimedEvent; after: string; effects: string[] };

const apart = "disconnect-media caller+anna-1+bruno-x";
const handedOver = [
  apart,
  "publish call-transferred",
  "publish call-answered",
  "connect-media caller+bruno-x",
  "release-media anna-1",
  "release-operator anna talked",
];
const broughtBack = [
  apart,
  "publish call-transfer-failed",
  "publish call-returned",
  "connect-media caller+anna-1",
  "release-media bruno-x",
  "release-operator bruno talked",
];

const rows: Row[] = [
  {
    name: "from speaking with the colleague: the citizen comes in",
    before: consulting,
    event: turn("everybody"),
    after: "consulting",
    effects: [
      "disconnect-media anna-1+bruno-x",
      "stop-music caller",
      "publish call-consulting",
      "connect-media caller+anna-1+bruno-x",
    ],
  },
  {
    name: "from speaking with the citizen: the colleague comes in",
    before: [...consulting, turn("caller")],
    event: turn("everybody"),
    after: "consulting",
    effects: [
      "disconnect-media caller+anna-1",
      "stop-music bruno-x",
      "publish call-consulting",
      "connect-media caller+anna-1+bruno-x",
    ],
  },
  {
    name: "the operator speaks with the colleague alone again",
    before: inConference,
    event: turn("target"),
    after: "consulting",
    effects: [apart, "publish call-consulting", "connect-media anna-1+bruno-x", "start-music caller"],
  },
  {
    name: "a media server that cannot mix leaves a consultation",
    before: inConference,
    event: { type: "conference-failed", legId: leg("bruno-x") },
    after: "consulting",
    effects: [apart, "publish call-consulting", "connect-media anna-1+bruno-x", "start-music caller"],
  },
  {
    name: "the operator hands over and leaves the two together",
    before: inConference,
    event: complete,
    after: "talking",
    effects: ["end-leg anna-1 transferred", ...handedOver],
  },
  {
    name: "the operator who hangs up leaves the two together",
    before: inConference,
    event: hangsUp("anna-1"),
    after: "talking",
    effects: handedOver,
  },
  {
    name: "an operator's lost connection leaves the two together",
    before: inConference,
    event: isLost("anna-1"),
    after: "talking",
    effects: handedOver,
  },
  {
    name: "the colleague is let go",
    before: inConference,
    event: cancel,
    after: "talking",
    effects: ["end-leg bruno-x cancelled", ...broughtBack],
  },
  {
    name: "the colleague hangs up",
    before: inConference,
    event: hangsUp("bruno-x"),
    after: "talking",
    effects: broughtBack,
  },
  {
    name: "the colleague's media fail",
    before: inConference,
    event: mediaFails("bruno-x"),
    after: "talking",
    effects: ["end-leg bruno-x failure", ...broughtBack],
  },
  {
    name: "the citizen who hangs up ends it for all three",
    before: inConference,
    event: hangsUp(callerLegId),
    after: "ended",
    effects: [
      apart,
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
];

describe("conference", () => {
  test.each(rows)("$name", (row) => {
    const step = play(arrival(), [...row.before, row.event]);
    expect(step.call.phase.kind).toBe(row.after);
    expect(effectNames(step.effects).toSorted()).toEqual(row.effects.toSorted());
  });

  test("all three talk, nobody hears music, and keys of one go to nobody", () => {
    const { call } = play(arrival(), inConference);
    expect(conversationOf(call)).toEqual([callerLegId, "anna-1", "bruno-x"]);
    expect(musicLegOf(call)).toBeNull();
    expect(partnerOf(call, callerLegId)).toBeNull();
  });

  test("citizen and two offices: the other office stays with the citizen and is told so", () => {
    const toOffice = { ...officeTransfer(), mode: "attended" } as UntimedEvent;
    const together = [
      ...toTalking,
      toOffice,
      { type: "leg-answered", legId: leg("office-1") } as const,
      turn("everybody"),
    ];
    expect(conversationOf(play(arrival(), together).call)).toEqual([callerLegId, "anna-1", "office-1"]);
    const left = play(arrival(), [...together, hangsUp("anna-1")]);
    expect(left.call.phase).toMatchObject({ kind: "transferred", legId: "office-1" });
    expect(effectNames(left.effects)).toContain("tell-handover office-1");
  });

  test("before the other side has answered there is no conference", () => {
    expect(play(arrival(), [...asked, turn("everybody")]).effects).toEqual([]);
    const { call } = play(arrival(), asked);
    const wish = { operatorId: anna, transferId, talkingTo: "everybody" } as const;
    expect(mayTurnTo(call, wish)).toEqual({ kind: "refused", reason: "wrong-state" });
    expect(mayTurnTo(play(arrival(), consulting).call, wish)).toEqual({ kind: "go" });
    expect(mayTurnTo(play(arrival(), inConference).call, wish)).toEqual({ kind: "done" });
  });

  test("cards and record show it, the record its beginning", () => {
    const { call } = play(arrival(), [...inConference, turn("target"), turn("everybody")]);
    expect(cardOf(call, anna)?.myState).toMatchObject({ progress: { phase: "consulting", talkingTo: "everybody" } });
    expect(cardOf(call, bruno)?.myState).toMatchObject({ kind: "consulted", talksToMe: true, isConference: true });
    const first = recordOf(play(arrival(), inConference).call).transfers[0]?.conferenceAtMs;
    expect(first).toBeGreaterThan(startMs);
    expect(recordOf(call).transfers).toMatchObject([{ conferenceAtMs: first, outcome: "pending" }]);
    expect(recordOf(play(arrival(), consulting).call).transfers).toMatchObject([{ conferenceAtMs: null }]);
  });
});
