/** An administrator tries a trunk. */
import { afterEach, expect, test } from "vitest";
import { OfficeScene, officeSettings } from "../../testing/office-scene.ts";

let scene: OfficeScene;
afterEach(() => scene.box.close());

const registrar = "sip:carrier.example";
async function open(): Promise<void> {
  const outbound = { uri: "sip:calls.example", callerId: { number: "+390668888888" } };
  const account = { user: "office", registrar };
  scene = await OfficeScene.open(
    officeSettings({ trunks: [{ trunkId: "tim", addresses: ["192.0.2.1"], outbound, account }] }),
    undefined,
    (sip) => {
      sip.registerAnswer = { kind: "silent" };
    },
  );
  await scene.settle();
}

test("registers and probes; where the carrier is silent the network is looked at", async () => {
  await open();
  const found = await scene.box.trunks.test("tim");
  expect(scene.sip.tried.map(({ step }) => step)).toEqual(["registration", "probe"]);
  expect(found?.steps.map(({ uri, finding }) => [uri, finding.code])).toEqual([
    [registrar, "name-unknown"],
    ["sip:calls.example", "name-unknown"],
  ]);
  expect(await scene.box.trunks.test("nobody")).toBeNull();
});

test("a registration that works now is not waited for any longer", async () => {
  await open();
  expect(scene.box.trunks.list()[0]?.registration?.state).toBe("failed");
  scene.sip.registerAnswer = { kind: "registered", expiresSeconds: 600 };
  const answered = { kind: "answered", status: 200, withCredentials: true, algorithms: [] } as const;
  scene.sip.trialAnswer = { ...answered, minExpiresSeconds: null, grantedSeconds: 600, carrierMs: null };
  await scene.box.trunks.test("tim");
  await scene.settle();
  expect(scene.box.trunks.list()[0]?.registration?.state).toBe("registered");
});
