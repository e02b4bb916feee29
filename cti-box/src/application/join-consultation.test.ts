/** A desk phone puts the citizen of one call and the colleague of another together (REFER with Replaces). */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, bruno, OfficeScene } from "../../testing/office-scene.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { NamedLeg } from "./ports.ts";

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

type Legs = { citizen: LegId; annas: LegId; consulting: LegId; brunos: LegId };

/** Anna talks to a citizen, and calls Bruno from the same phone, who rings. */
async function consulting(): Promise<Legs> {
  const citizen = await scene.call();
  const annas = await scene.answer("anna");
  const from = { user: "anna", displayName: null };
  const source = { kind: "operator", operatorId: anna } as const;
  const consultation = await scene.call({ source, requestedUser: "bruno", from });
  return { citizen, annas, consulting: consultation, brunos: scene.sip.legTo("bruno") };
}

function refer(legId: LegId, named: LegId | null, isEarlyOnly = false): Promise<void> {
  const replaces: NamedLeg | "unknown" = named === null ? "unknown" : { legId: named, isEarlyOnly };
  scene.sip.hear({ type: "leg-referred", legId, user: "bruno", host: "uno.example", replaces });
  return scene.settle();
}

/** Bruno's phone goes on in the new leg: its answer, and the end of the old leg. */
async function moves(brunos: LegId): Promise<LegId> {
  const moved = scene.sip.legTo("bruno");
  expect(moved).not.toBe(brunos);
  expect(scene.sip.placed.at(-1)?.to).toMatchObject({ replaces: brunos });
  scene.sip.hear({ type: "leg-answered", legId: moved, sdp: "answer of bruno" });
  scene.sip.hear({ type: "leg-ended", legId: brunos, how: "closed" });
  await scene.settle();
  return moved;
}

const notified = () => scene.sip.done.filter((line) => line.startsWith("notify"));

test.each(["the citizen's leg", "the colleague's leg"])(
  "REFER on %s joins the two and frees the operator",
  async (on) => {
    const legs = await consulting();
    await scene.answer("bruno");
    const [sender, named] = on === "the citizen's leg" ? [legs.annas, legs.consulting] : [legs.consulting, legs.annas];
    await refer(sender, named);
    const moved = await moves(legs.brunos);
    expect([...scene.media.pairs]).toEqual([`${legs.citizen}+${moved}`]);
    expect(notified()).toEqual([`notify-referrer ${sender} 100`, `notify-referrer ${sender} 200`]);
    for (const legId of [legs.annas, legs.consulting]) expect(scene.sip.done).toContain(`end-leg ${legId} transferred`);
    expect(scene.box.desk.presenceOf(anna)).toBe("available");
    expect(scene.box.desk.presenceOf(bruno)).toBe("on-call");
    scene.sip.hear({ type: "leg-ended", legId: legs.citizen, how: "bye" });
    await scene.settle();
    const records = await scene.box.queries.records({ limit: 5 });
    expect(records.map(({ endCause, operatorIds }) => [endCause, operatorIds])).toEqual([
      ["caller-hung-up", ["anna", "bruno"]],
      ["merged", ["bruno"]],
    ]);
    expect(records[0]?.transfers).toMatchObject([{ outcome: "transferred", tariff: "on-net" }]);
  },
);

test("an early BYE of the phone, on both of its dialogs, tears nothing down", async () => {
  const legs = await consulting();
  await scene.answer("bruno");
  await refer(legs.annas, legs.consulting);
  for (const legId of [legs.consulting, legs.annas]) scene.sip.hear({ type: "leg-ended", legId, how: "bye" });
  await scene.settle();
  expect([...scene.media.music]).toEqual([legs.citizen]);
  expect(scene.sip.done.join()).not.toContain(`end-leg ${legs.brunos}`);
  const moved = await moves(legs.brunos);
  expect([...scene.media.pairs]).toEqual([`${legs.citizen}+${moved}`]);
});

test("a colleague's phone that does not go along: both conversations are as before", async () => {
  const legs = await consulting();
  await scene.answer("bruno");
  await refer(legs.annas, legs.consulting);
  scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("bruno"), status: 488, q850: null });
  await scene.settle();
  expect(notified().at(-1)).toBe(`notify-referrer ${legs.annas} 488`);
  expect([...scene.media.pairs].toSorted()).toEqual(
    [`${legs.citizen}+${legs.annas}`, `${legs.consulting}+${legs.brunos}`].toSorted(),
  );
  expect(scene.box.queries.callsOf(bruno)).toMatchObject([{ myState: { kind: "talking" } }]);
});

test("it does not go along and the operator has left: the citizen is first in line, the colleague is free", async () => {
  const legs = await consulting();
  await scene.answer("bruno");
  await refer(legs.annas, legs.consulting);
  for (const legId of [legs.consulting, legs.annas]) scene.sip.hear({ type: "leg-ended", legId, how: "bye" });
  await scene.settle();
  scene.sip.hear({ type: "leg-failed", legId: scene.sip.legTo("bruno"), status: 488, q850: null });
  await scene.settle();
  expect(scene.sip.done).toContain(`end-leg ${legs.brunos} caller-gone`);
  expect((await scene.box.queries.records({ limit: 5 }))[0]?.endCause).toBe(null);
});

test("the citizen hangs up while the colleague's phone moves: nobody is left on the line", async () => {
  const legs = await consulting();
  await scene.answer("bruno");
  await refer(legs.annas, legs.consulting);
  scene.sip.hear({ type: "leg-ended", legId: legs.citizen, how: "bye" });
  await scene.settle();
  expect([...scene.media.pairs]).toEqual([`${legs.consulting}+${legs.brunos}`]);
  scene.sip.hear({ type: "leg-ended", legId: legs.brunos, how: "bye" });
  await scene.settle();
  expect(scene.box.health().callsInProgress).toBe(0);
});

test("a colleague who still rings, rings for the citizen", async () => {
  const legs = await consulting();
  await refer(legs.annas, legs.consulting, true);
  expect(scene.sip.done).toContain(`end-leg ${legs.brunos} cancelled`);
  const again = await scene.answer("bruno");
  expect(again).not.toBe(legs.brunos);
  expect([...scene.media.pairs]).toEqual([`${legs.citizen}+${again}`]);
});

test.each([
  ["a dialog that nobody knows", 481, (): LegId | null => null],
  ["the own dialog", 481, (legs: Legs) => legs.annas],
  ["the citizen's dialog", 481, (legs: Legs) => legs.citizen],
  ["the colleague's end of the other call", 603, (legs: Legs) => legs.brunos],
  ["an answered dialog as one that rings", 486, (legs: Legs) => legs.consulting],
])("REFER that names %s is refused with %i and everybody stays", async (_what, status, namedOf) => {
  const legs = await consulting();
  await scene.answer("bruno");
  await refer(legs.annas, namedOf(legs), status === 486);
  expect(notified()).toEqual([`notify-referrer ${legs.annas} ${status}`]);
  expect([...scene.media.pairs]).toHaveLength(2);
});
