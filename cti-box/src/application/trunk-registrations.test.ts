/** The office registers at its carrier, renews in time, backs off, and gives the registration back. */
import { expect, test } from "vitest";
import { OfficeScene, officeSettings } from "../../testing/office-scene.ts";

const trunks = [
  { trunkId: "tim", addresses: ["192.0.2.1"], account: { user: "39069555", registrar: "sip:tim.example" } },
];

test("renewed before it runs out, given back at the end", async () => {
  const scene = await OfficeScene.open(officeSettings({ trunks }));
  await scene.settle();
  expect(scene.sip.registered).toEqual(["tim 600"]);
  expect(scene.box.trunks.list()[0]?.registration).toMatchObject({ state: "registered" });
  scene.clock.move(53_999);
  expect(scene.sip.registered).toHaveLength(1);
  scene.clock.move(1);
  await scene.settle();
  expect(scene.sip.registered).toEqual(["tim 600", "tim 600"]);
  await scene.box.close();
  expect(scene.sip.registered.at(-1)).toBe("tim 0");
  scene.clock.move(600_000);
  expect(scene.sip.registered).toHaveLength(3);
});

test("refused it is told, waits five minutes, and has nothing to give back", async () => {
  const scene = await OfficeScene.open(officeSettings({ trunks }), undefined, (sip) => {
    sip.registerAnswer = { kind: "refused", status: 403 };
  });
  await scene.settle();
  expect(scene.box.trunks.list()[0]?.registration).toMatchObject({ state: "failed", lastStatus: 403 });
  expect(scene.log.messages("warn")).toEqual(["the carrier does not take our registration"]);
  scene.clock.move(299_999);
  expect(scene.sip.registered).toHaveLength(1);
  scene.clock.move(1);
  await scene.settle();
  expect(scene.sip.registered).toHaveLength(2);
  await scene.box.close();
  expect(scene.sip.registered).toHaveLength(2);
});
