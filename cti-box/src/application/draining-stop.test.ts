/** A stop that lets calls end by themselves: what still goes, and what is refused. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, bruno, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import type { CallId } from "../domain/call/ids.ts";

let scene: OfficeScene;
let isOver: boolean;
beforeEach(async () => {
  const outbound = { uri: "sip:192.0.2.1", callerId: { number: "+390668888888" } };
  const operators = officeSettings().operators.map((one) => ({ ...one, roles: ["front_office"] as const }));
  scene = await OfficeScene.open(
    officeSettings({ trunks: [{ trunkId: "tim", addresses: ["192.0.2.1"], outbound }], operators }),
  );
  scene.signIn(anna);
  isOver = false;
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

const drain = (limitMs = 60_000): void => {
  void scene.box.drain(limitMs).then(() => (isOver = true));
};
const hasStopped = async (): Promise<boolean> => {
  await scene.settle();
  return isOver;
};

test("without calls there is nothing to wait for", async () => {
  drain();
  expect(await hasStopped()).toBe(true);
});

test("the call that is up goes on with all its operator can do, and its end is the end of the wait", async () => {
  const caller = await scene.call();
  await scene.answer("anna");
  drain();
  expect(await hasStopped()).toBe(false);
  const { callId } = scene.events[0]?.call ?? {};
  expect(await scene.box.commands.hold(callId as CallId, anna)).toEqual({ ok: true });
  expect(await scene.box.commands.park(callId as CallId, anna)).toMatchObject({ ok: true });
  expect(await scene.box.commands.retrieve(anna, callId as CallId)).toMatchObject({ ok: true });
  scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });
  expect(await hasStopped()).toBe(true);
});

test("a caller who waits already is still rung to an operator", async () => {
  scene.box.desk.setAvailability(anna, "away");
  await scene.call();
  drain();
  scene.box.desk.setAvailability(anna, "available");
  await scene.settle();
  expect(scene.eventTypes()).toContain("call-ringing");
});

test("new calls are refused with 503 and when to ask again: carriers, offices, and operators' phones", async () => {
  await scene.call();
  drain(60_000);
  scene.clock.move(20_000);
  for (const source of [
    { kind: "trunk", trunkId: "tim" },
    { kind: "member", officeId: "x_test2" },
    { kind: "operator", operatorId: bruno },
  ] as const) {
    const verdict = scene.sip.host?.inviteReceived(scene.invite({ source }));
    expect(verdict).toEqual({ kind: "refused", status: 503, why: "the box stops", retryAfterSeconds: 40 });
  }
  expect(scene.sip.host?.retryAfterSeconds()).toBe(40);
  expect(scene.box.health().callsInProgress).toBe(1);
});

test("operators cannot begin calls, but for emergencies", async () => {
  await scene.call();
  drain();
  const dial = (number: string) =>
    scene.box.commands.dial(bruno, { callId: scene.ids.callId(), number, ticketId: null });
  scene.signIn(bruno);
  expect(await dial("333 123 4567")).toEqual({ ok: false, reason: "box-stopping" });
  expect(await dial("112")).toEqual({ ok: true });
});

test("the limit ends the wait, and closing then ends the call as always", async () => {
  await scene.call();
  drain(60_000);
  scene.clock.move(59_999);
  expect(await hasStopped()).toBe(false);
  scene.clock.move(1);
  expect(await hasStopped()).toBe(true);
});

test("closing in the middle, because somebody insists, leaves no wait behind", async () => {
  const caller = await scene.call();
  await scene.answer("anna");
  drain(600_000);
  const closed = scene.box.close();
  await scene.settle();
  for (const legId of scene.sip.openLegs()) scene.sip.hear({ type: "leg-ended", legId, how: "closed" });
  scene.clock.move(10_000);
  await closed;
  expect(caller).toBeDefined();
  expect(await hasStopped()).toBe(true);
  expect(scene.clock.timers()).toBe(0);
});

test("who shows it to operators is told once, with the time at which it ends", async () => {
  const told: number[] = [];
  scene.box.stopNotices.onStopping((atMs) => told.push(atMs));
  expect(scene.box.stopNotices.stopsAtMs()).toBeNull();
  await scene.call();
  const untilMs = scene.clock.now() + 60_000;
  drain();
  drain();
  expect(told).toEqual([untilMs]);
  expect(scene.box.stopNotices.stopsAtMs()).toBe(untilMs);
});
