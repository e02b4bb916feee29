/** A carrier's call that comes without an offer: everything that needs the caller's media waits for the ACK, and nothing waits for ever. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { anna, OfficeScene } from "../../testing/office-scene.ts";
import type { MediaDirection } from "../domain/call/call-event.ts";
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

const acknowledge = async (sdp: string | null, direction: MediaDirection = "sendrecv"): Promise<void> => {
  scene.sip.hear({ type: "leg-acknowledged", legId: caller, answer: sdp === null ? null : { sdp, direction } });
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
  expect(await scene.box.queries.records({ limit: 1 })).toMatchObject([{ endCause: "media-failure" }]);
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

test("a re-INVITE without an offer: hold and resume are what its ACK says", async () => {
  await acknowledge("answer of the carrier");
  await scene.answer("anna");
  const reinvited = { type: "leg-reinvited", legId: caller, sdp: null, direction: "sendrecv" } as const;
  scene.sip.hear(reinvited);
  await scene.settle();
  expect(scene.sip.done.at(-1)).toBe(`answer-reinvite ${caller} offer of rtp`);
  expect(scene.eventTypes().at(-1)).toBe("call-answered");
  await acknowledge("holds", "sendonly");
  expect(scene.eventTypes().at(-1)).toBe("call-held");
  scene.sip.hear(reinvited);
  await scene.settle();
  await acknowledge(null);
  expect(scene.eventTypes().at(-1)).toBe("call-held");
  scene.sip.hear(reinvited);
  await scene.settle();
  await acknowledge("is back", "sendrecv");
  expect(scene.eventTypes().at(-1)).toBe("call-resumed");
  citizenHangsUp();
});

test("a re-INVITE that the media cannot answer is refused, and the call goes on", async () => {
  await acknowledge("answer of the carrier");
  await scene.answer("anna");
  scene.media.broken.add("createOffer");
  scene.sip.hear({ type: "leg-reinvited", legId: caller, sdp: null, direction: "sendrecv" });
  await scene.settle();
  expect(scene.sip.done.at(-1)).toBe(`refuse-reinvite ${caller} 488`);
  expect(scene.box.health().callsInProgress).toBe(1);
  citizenHangsUp();
});
