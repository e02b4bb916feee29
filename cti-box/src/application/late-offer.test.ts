/** A carrier's call that comes without an offer: everything that needs the caller's media waits for the ACK, and nothing waits for ever. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, OfficeScene } from "../../testing/office-scene.ts";
import type { LegId } from "../domain/call/ids.ts";

let scene: OfficeScene;
let caller: LegId;
beforeEach(async () => {
  scene = await OfficeScene.open();
  scene.signIn(anna);
  caller = await scene.call({ sdp: null });
});
afterEach(async () => {
  await scene.settle();
  expect(scene.sip.openLegs()).toEqual([]);
  expect(scene.media.sessions.size + scene.media.pairs.size + scene.media.music.size).toBe(0);
  expect(scene.clock.timers()).toBe(0);
  expect(scene.box.health()).toMatchObject({ callsInProgress: 0, callsWithLeftovers: 0 });
  await scene.box.close();
});

const acknowledge = async (sdp: string | null): Promise<void> => {
  scene.sip.hear({ type: "leg-acknowledged", legId: caller, sdp });
  await scene.settle();
};
const citizenHangsUp = (): void => scene.sip.hear({ type: "leg-ended", legId: caller, how: "bye" });

test("our offer goes out at once; music and the operator's telephone follow the answer", async () => {
  expect(scene.sip.done).toEqual([`answer-leg ${caller} offer of rtp`]);
  expect(scene.media.music.size).toBe(0);
  await acknowledge("answer of the carrier");
  expect(scene.sip.done.slice(1)).toEqual(["place-leg sip:anna@session.invalid"]);
  expect([...scene.media.music]).toEqual([caller]);
  const operator = await scene.answer("anna");
  expect([...scene.media.pairs]).toEqual([`${caller}+${operator}`]);
  citizenHangsUp();
});

test("an ACK without an answer ends the call", async () => {
  await acknowledge(null);
  expect(scene.sip.done.slice(1)).toEqual([`end-leg ${caller} failure`]);
  expect(scene.box.queries.records({ limit: 1 })).toMatchObject([{ endCause: "media-failure" }]);
});

test("a citizen who hangs up before the ACK", async () => {
  citizenHangsUp();
  await scene.settle();
  expect(scene.sip.done).toHaveLength(1);
});

test("a box that is stopped before the ACK does not wait for it", async () => {
  await scene.box.close();
  expect(scene.sip.done.slice(1)).toEqual([expect.stringContaining(`end-leg ${caller}`)]);
});
