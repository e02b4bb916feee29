/** A phone's INVITE with Replaces takes the place of a leg. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, bruno, OfficeScene } from "../../testing/office-scene.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";
import type { IncomingInvite, InviteVerdict } from "./ports.ts";

let scene: OfficeScene;
beforeEach(async () => {
  scene = await OfficeScene.open();
  scene.register(anna, "phone");
  scene.register(bruno, "phone");
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

async function replacing(
  replaces: IncomingInvite["replaces"],
  by: OperatorId,
  change: Partial<IncomingInvite> = {},
): Promise<{ verdict: InviteVerdict; legId: LegId }> {
  const source = { kind: "operator", operatorId: by } as const;
  const invite = scene.invite({ source, requestedUser: "anna", replaces, ...change });
  const verdict = scene.sip.invite(invite);
  await scene.settle();
  return { verdict, legId: invite.legId };
}

const named = (legId: LegId, isEarlyOnly = false) => ({ legId, isEarlyOnly });

test("an operator goes on with the conversation on another own phone", async () => {
  const citizen = await scene.call();
  const first = await scene.answer("anna");
  scene.sip.hear({ type: "leg-reinvited", legId: first, sdp: "hold", direction: "sendonly" });
  const { verdict, legId } = await replacing(named(first), anna);
  expect(verdict).toEqual({ kind: "accepted" });
  expect([...scene.media.pairs]).toEqual([`${citizen}+${legId}`]);
  expect(scene.sip.done).toContain(`end-leg ${first} answered-elsewhere`);
  expect(scene.eventTypes().slice(-2)).toEqual(["call-held", "call-resumed"]);
  scene.sip.hear({ type: "leg-ended", legId, how: "bye" });
  await scene.settle();
  expect((await scene.box.queries.records({ limit: 1 }))[0]).toMatchObject({
    endCause: "operator-hung-up",
    operatorIds: ["anna"],
  });
});

test.each([bruno, anna])("a call that rings at Anna's is taken by a phone of %s", async (by) => {
  const citizen = await scene.call();
  const rings = scene.sip.legTo("anna");
  const { verdict, legId } = await replacing(named(rings, true), by);
  expect(verdict).toEqual({ kind: "accepted" });
  expect([...scene.media.pairs]).toEqual([`${citizen}+${legId}`]);
  expect(scene.sip.done).toContain(`end-leg ${rings} answered-elsewhere`);
  expect(scene.box.desk.presenceOf(by)).toBe("on-call");
  expect(scene.box.desk.presenceOf(by === anna ? bruno : anna)).toBe("available");
  expect(scene.events.at(-1)).toMatchObject({ type: "call-answered", operatorId: by });
});

describe("who called a colleague", () => {
  const annaDials = () =>
    scene.call({
      source: { kind: "operator", operatorId: anna },
      requestedUser: "202",
      from: { user: "anna", displayName: null },
    });

  test("goes on with the conversation on another own phone, from hold too, and hangs up there", async () => {
    const first = await annaDials();
    const brunos = await scene.answer("bruno");
    scene.sip.hear({ type: "leg-reinvited", legId: first, sdp: "hold", direction: "sendonly" });
    const { verdict, legId } = await replacing(named(first), anna);
    expect(verdict).toEqual({ kind: "accepted" });
    expect([...scene.media.pairs]).toEqual([`${legId}+${brunos}`]);
    expect(scene.sip.done).toContain(`end-leg ${first} answered-elsewhere`);
    expect(scene.sip.told.get(legId)).toMatchObject({ user: "202" });
    expect(scene.eventTypes().slice(-2)).toEqual(["call-held", "call-resumed"]);
    expect([anna, bruno].map((one) => scene.box.desk.presenceOf(one))).toEqual(["on-call", "on-call"]);
    // Once more, from the new one.
    const again = await replacing(named(legId), anna);
    expect([...scene.media.pairs]).toEqual([`${again.legId}+${brunos}`]);
    scene.sip.hear({ type: "leg-ended", legId: again.legId, how: "bye" });
    await scene.settle();
    expect(scene.sip.openLegs()).toEqual([]);
    expect((await scene.box.queries.records({ limit: 1 }))[0]).toMatchObject({
      direction: "internal",
      endCause: "caller-hung-up",
      operatorIds: ["bruno"],
    });
  });

  test("moves neither a colleague's side, nor the own one while it rings there", async () => {
    const annas = await annaDials();
    expect((await replacing(named(annas), anna)).verdict).toMatchObject({ status: 481 });
    expect((await replacing(named(annas), bruno)).verdict).toMatchObject({ status: 403 });
    const brunos = await scene.answer("bruno");
    expect((await replacing(named(annas), bruno)).verdict).toMatchObject({ status: 403 });
    expect((await replacing(named(brunos), anna)).verdict).toMatchObject({ status: 403 });
    expect((await replacing(named(annas, true), anna)).verdict).toMatchObject({ status: 486 });
    expect([...scene.media.pairs]).toEqual([`${annas}+${brunos}`]);
    scene.sip.hear({ type: "leg-ended", legId: annas, how: "bye" });
  });
});

test("refusals, and the conversation stays as it is", async () => {
  const citizen = await scene.call();
  const annas = await scene.answer("anna");
  const statusOf = async (...wish: Parameters<typeof replacing>) => {
    const { verdict } = await replacing(...wish);
    return verdict.kind === "refused" ? verdict.status : verdict.kind;
  };
  expect(await statusOf("unknown", anna)).toBe(481);
  expect(await statusOf(named("no-leg" as LegId), anna)).toBe(481);
  expect(await statusOf(named(annas, true), anna)).toBe(486);
  expect(await statusOf(named(annas), bruno)).toBe(403);
  expect(await statusOf(named(citizen), anna)).toBe(403);
  expect(await statusOf(named(annas), anna, { source: { kind: "trunk", trunkId: "tim" } })).toBe(403);
  expect(await statusOf(named(annas), anna, { sdp: null })).toBe(488);
  expect([...scene.media.pairs]).toEqual([`${citizen}+${annas}`]);
});

test("an operator in a call takes no other one; one that is being transferred is not taken", async () => {
  await scene.call();
  await scene.answer("anna");
  const callId = scene.lastCallId();
  await scene.call();
  const rings = scene.sip.legTo("bruno");
  expect((await replacing(named(rings), anna)).verdict).toMatchObject({ status: 486 });
  scene.sip.hear({ type: "leg-failed", legId: rings, status: 603, q850: null });
  await scene.settle();
  const order = {
    target: { kind: "operator", operatorId: bruno },
    ticketId: null,
    reason: "other",
    message: "",
  } as const;
  expect(
    await scene.box.commands.requestTransfer(callId, anna, { ...order, transferId: scene.ids.transferId() }),
  ).toEqual({ ok: true });
  await scene.settle();
  expect((await replacing(named(scene.sip.legTo("bruno")), bruno)).verdict).toMatchObject({ status: 403 });
});
