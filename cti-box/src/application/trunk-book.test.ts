/** What a carrier's trunk takes: its own numbers, and as many calls at once as it may carry. */
import { afterEach, expect, test } from "vitest";
import { OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import type { TrunkSettings } from "./office-settings.ts";

let scene: OfficeScene;
afterEach(async () => {
  await scene.box.close();
});

async function officeWith(trunk: Partial<TrunkSettings>): Promise<void> {
  scene = await OfficeScene.open(
    officeSettings({
      trunks: [
        { trunkId: "tim", addresses: ["192.0.2.1"], ...trunk },
        { trunkId: "other", addresses: ["192.0.2.2"] },
      ],
    }),
  );
}

test("a call over the capacity is refused with 503; when one ends there is room again", async () => {
  await officeWith({ capacity: 2 });
  const first = await scene.call();
  await scene.call();
  expect(scene.sip.invite(scene.invite())).toMatchObject({ kind: "refused", status: 503 });
  expect(scene.box.health().callsInProgress).toBe(2);
  scene.sip.hear({ type: "leg-ended", legId: first, how: "bye" });
  await scene.settle();
  expect(scene.sip.invite(scene.invite())).toEqual({ kind: "accepted" });
});

test("the capacity is each trunk's own, and the busy tone may be asked for", async () => {
  await officeWith({ capacity: 1, whenFull: "busy" });
  await scene.call();
  expect(scene.sip.invite(scene.invite())).toMatchObject({ status: 486 });
  expect(scene.sip.invite(scene.invite({ source: { kind: "trunk", trunkId: "other" } }))).toEqual({ kind: "accepted" });
});

test("a number of the office that this carrier does not bring is refused with 404", async () => {
  await officeWith({ numbers: ["+3902*"] });
  expect(scene.sip.invite(scene.invite())).toMatchObject({ status: 404, why: "number is not one of this trunk" });
});
