/** An operator dials a number outside on a desk phone. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { anna, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import { callFromJournal } from "./recover-calls.ts";
import type { TrunkSettings } from "./office-settings.ts";

let scene: OfficeScene;
const trunk = (trunkId: string, priority: number): TrunkSettings => ({
  trunkId,
  addresses: [`${trunkId}.example`],
  priority,
  outbound: { uri: `sip:${trunkId}.example:5060`, callerId: { number: "+390668888888" } },
});
beforeEach(async () => {
  const settings = officeSettings({ trunks: [trunk("one", 1), trunk("two", 10)] });
  const operators = settings.operators.map((one) => ({ ...one, roles: ["front_office"] as const }));
  scene = await OfficeScene.open({ ...settings, operators });
  scene.signIn(anna);
});
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

describe("a number dialled on a desk phone", () => {
  const from = (requestedUser: string, operatorId = anna) =>
    scene.invite({ source: { kind: "operator", operatorId }, requestedUser });

  test("does what the page does: the phone is answered, the citizen called, and nothing is left at the end", async () => {
    const invite = from("3331234567");
    expect(scene.sip.invite(invite)).toEqual({ kind: "accepted" });
    await scene.settle();
    expect(scene.sip.done).toEqual([
      `answer-leg ${invite.legId} answer to caller's offer`,
      "place-leg sip:+393331234567@one.example:5060",
    ]);
    const citizen = await scene.answer("one.example");
    expect([...scene.media.pairs]).toEqual([`${citizen}+${invite.legId}`]);
    expect(scene.box.desk.presenceOf(anna)).toBe("on-call");
    scene.sip.hear({ type: "leg-ended", legId: invite.legId, how: "bye" });
    await scene.settle();
    expect(scene.media.sessions.size).toBe(0);
    expect(scene.box.desk.presenceOf(anna)).toBe("available");
    expect(await scene.box.queries.records({ limit: 1 })).toMatchObject([
      { direction: "out", endCause: "operator-hung-up", calledNumber: "+393331234567", operatorIds: ["anna"] },
    ]);
  });

  test("goes to the second trunk when the first answers 503, and is hung up when nobody answers", async () => {
    const invite = from("06 9555 0100");
    scene.sip.invite(invite);
    await scene.settle();
    scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("one.example"), status: 503, q850: null });
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe("place-leg sip:+390695550100@two.example:5060");
    scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("two.example"), status: 486, q850: 17 });
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe(`end-leg ${invite.legId} busy`);
  });

  test("is replayed from its journal, and given up when the operator hangs up first", async () => {
    const invite = from("3331234567");
    scene.sip.invite(invite);
    await scene.settle();
    const [journal] = await scene.store.unfinishedCalls();
    expect(callFromJournal(journal?.events ?? [])?.legs.map(({ role, state }) => [role, state.kind])).toEqual([
      ["caller", "trying"],
      ["operator", "answered"],
    ]);
    scene.sip.hear({ type: "leg-ended", legId: invite.legId, how: "bye" });
    await scene.settle();
    expect(scene.sip.openLegs()).toEqual([]);
  });

  test.each([
    ["899123456", 403],
    ["+41911234567", 403],
    ["33312", 404],
    ["nobody", 404],
  ])("%s is refused with %i", (number, status) => {
    expect(scene.sip.invite(from(number))).toMatchObject({ kind: "refused", status });
  });

  test("is refused while the operator is in a call; 112 is not refused by the role", async () => {
    scene.sip.invite(from("112"));
    await scene.settle();
    expect(scene.sip.done.at(-1)).toBe("place-leg sip:112@one.example:5060");
    expect(scene.sip.invite(from("3331234567"))).toMatchObject({ kind: "refused", status: 486 });
    scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("one.example"), status: 486, q850: 17 });
  });
});
