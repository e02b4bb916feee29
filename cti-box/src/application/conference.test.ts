/** Three together through the whole box: the media server's wishes are fulfilled, and what it cannot do leaves a consultation. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, OfficeScene } from "../../testing/office-scene.ts";
import { mostReinvites } from "./offer-anew.ts";
import type { CallId, LegId, TransferId } from "../domain/call/ids.ts";

const transferId = "01KAQZ000000000000000000X1" as TransferId;
let scene: OfficeScene;
let callId: CallId;
let citizen: LegId;
let operator: LegId;
let office: LegId;

/** Anna consults the other office about a citizen. */
beforeEach(async () => {
  scene = await OfficeScene.open();
  scene.signIn(anna);
  citizen = await scene.call();
  operator = await scene.answer("anna");
  callId = scene.lastCallId();
  const target = { kind: "office", officeId: "x_test2" } as const;
  const order = { transferId, mode: "attended", target, ticketId: null, reason: "competence", message: "" } as const;
  await scene.box.commands.requestTransfer(callId, anna, order);
  await scene.settle();
  office = await scene.answer("192.0.2.2");
});
afterEach(async () => {
  scene.sip.hear({ type: "leg-ended", legId: citizen, how: "bye" });
  await scene.settle();
  expect(scene.sip.openLegs()).toEqual([]);
  expect(scene.media.sessions.size + scene.media.pairs.size + scene.media.music.size).toBe(0);
  expect(scene.clock.timers()).toBe(0);
  expect(scene.box.health()).toMatchObject({ callsInProgress: 0, callsWithLeftovers: 0 });
  await scene.box.close();
});

async function confer(): Promise<void> {
  expect(await scene.box.commands.turnTo(callId, anna, { transferId, talkingTo: "everybody" })).toEqual({ ok: true });
  await scene.settle();
}

const lastTurn = (): unknown => scene.events.findLast((event) => event.type === "call-consulting");
const offersTo = (legId: LegId): number =>
  scene.sip.done.filter((line) => line.startsWith(`renegotiate-leg ${legId}`)).length;
const together = (): string => [citizen, operator, office].join("+");

test("all three are joined and nobody is described anew", async () => {
  const before = scene.sip.done.length;
  await confer();
  expect([...scene.media.pairs]).toEqual([together()]);
  expect(scene.media.music.size).toBe(0);
  expect(scene.sip.done).toHaveLength(before);
  expect(lastTurn()).toMatchObject({ talkingTo: "everybody" });
});

test("who speaks no codec that can be mixed is re-INVITEd", async () => {
  scene.media.foreign.add(citizen);
  scene.sip.reinviteAnswers.set(citizen, "answer in G.711");
  await confer();
  expect(scene.sip.done.at(-1)).toBe(`renegotiate-leg ${citizen} offer of rtp`);
  expect([...scene.media.pairs]).toEqual([together()]);
});

test("a phone that refuses the re-INVITE leaves the consultation as it was", async () => {
  scene.media.foreign.add(citizen);
  await confer();
  expect([...scene.media.pairs]).toEqual([`${operator}+${office}`]);
  expect([...scene.media.music]).toEqual([citizen]);
  expect(lastTurn()).toMatchObject({ talkingTo: "target" });
});

test("a phone that does not answer the re-INVITE holds nobody up", async () => {
  scene.media.foreign.add(citizen);
  scene.sip.reinviteAnswers.set(citizen, "never");
  await confer();
  scene.clock.move(4000);
  await scene.settle();
  expect([...scene.media.pairs]).toEqual([`${operator}+${office}`]);
  expect(lastTurn()).toMatchObject({ talkingTo: "target" });
});

test("a re-INVITE that meets one of the phone's own is repeated after a while", async () => {
  scene.media.foreign.add(citizen);
  scene.sip.reinviteAnswers.set(citizen, "answer in G.711");
  scene.sip.glares.set(citizen, 2);
  await confer();
  for (const offers of [1, 2, 3]) {
    expect(offersTo(citizen)).toBe(offers);
    scene.clock.move(3000);
    await scene.settle();
  }
  expect(offersTo(citizen)).toBe(3);
  expect([...scene.media.pairs]).toEqual([together()]);
  expect(lastTurn()).toMatchObject({ talkingTo: "everybody" });
});

test("a phone that sends re-INVITEs of its own each time leaves the consultation as it was", async () => {
  scene.media.foreign.add(citizen);
  scene.sip.glares.set(citizen, 100);
  await confer();
  for (let offers = 0; offers < 10; offers += 1) {
    scene.clock.move(3000);
    await scene.settle();
  }
  expect(offersTo(citizen)).toBe(mostReinvites);
  expect(lastTurn()).toMatchObject({ talkingTo: "target" });
});

test("nothing is repeated once nobody wants the conference any more, nor after the call", async () => {
  scene.media.foreign.add(citizen);
  scene.sip.glares.set(citizen, 100);
  await confer();
  await scene.box.commands.turnTo(callId, anna, { transferId, talkingTo: "target" });
  scene.clock.move(3000);
  await scene.settle();
  expect(offersTo(citizen)).toBe(1);
  await confer();
  expect(offersTo(citizen)).toBe(2);
});

test("a media server that cannot mix leaves the consultation as it was", async () => {
  scene.media.broken.add("confer");
  await confer();
  expect([...scene.media.pairs]).toEqual([`${operator}+${office}`]);
  expect(lastTurn()).toMatchObject({ talkingTo: "target" });
  expect(scene.box.queries.callsOf(anna)).toMatchObject([{ myState: { progress: { talkingTo: "target" } } }]);
});
