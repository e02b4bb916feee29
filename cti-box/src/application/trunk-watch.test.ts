/** Carriers that are probed: routes avoid the silent ones, and nothing is left running. */
import { expect, test } from "vitest";
import { anna, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import type { TrunkSettings } from "./office-settings.ts";

const trunk = (trunkId: string, priority: number): TrunkSettings => ({
  trunkId,
  addresses: [`${trunkId}.example`],
  priority,
  outbound: { uri: `sip:${trunkId}.example`, callerId: { number: "+390668888888" }, probeSeconds: 30 },
});

test("calls go over the carrier that answers; a log line tells each change; closing ends the probes", async () => {
  const settings = officeSettings({ trunks: [trunk("first", 1), trunk("second", 2)] });
  const scene = await OfficeScene.open(settings, undefined, (sip) => sip.probeStatus.set("second", 405));
  await scene.settle();
  const states = () => scene.box.trunks.list().map(({ health }) => health?.state);
  expect(states()).toEqual(["unknown", "up"]);
  for (let probe = 0; probe < 2; probe += 1) {
    scene.clock.move(30_000);
    await scene.settle();
  }
  expect(states()).toEqual(["down", "up"]);
  expect(scene.log.messages("warn")).toEqual(["a carrier does not answer: calls go over the others"]);
  scene.signIn(anna);
  await scene.box.commands.dial(anna, { callId: scene.ids.callId(), number: "112", ticketId: null });
  await scene.settle();
  await scene.answer("anna");
  expect(scene.sip.placed.at(-1)?.to.uri).toContain("second.example");
  expect(scene.box.trunks.list()).toMatchObject([
    { calls: 0, placed: 0 },
    { calls: 1, placed: 1, outbound: { uri: "sip:second.example", prefixes: [] } },
  ]);
  await scene.box.close();
  const { probes } = scene.sip;
  scene.clock.move(60_000);
  await scene.settle();
  expect(scene.sip.probes).toBe(probes);
});
