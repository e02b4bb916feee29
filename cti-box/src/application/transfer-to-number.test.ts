/** Transfers outside of the network: who may, to which numbers, over which trunk. */
import { afterEach, describe, expect, test } from "vitest";
import { anna, OfficeScene, officeSettings } from "../../testing/office-scene.ts";
import type { TransferId } from "../domain/call/ids.ts";
import type { OfficeSettings, TrunkSettings } from "./office-settings.ts";

let scene: OfficeScene;
afterEach(async () => {
  await scene.settle();
  expect(scene.box.health().callsWithLeftovers).toBe(0);
  await scene.box.close();
});

/** Anna, of the front office, has a citizen on the line. */
async function talking(
  transfers: NonNullable<OfficeSettings["outbound"]>["transfers"],
  change: Partial<TrunkSettings> = {},
): Promise<void> {
  const settings = officeSettings();
  const [first, ...others] = settings.operators;
  if (first === undefined) throw new Error("no operator");
  scene = await OfficeScene.open({
    ...settings,
    trunks: [
      {
        trunkId: "tim",
        addresses: ["192.0.2.1"],
        outbound: { uri: "sip:carrier.example:5060", callerId: { number: "+390668888888" } },
        ...change,
      },
    ],
    operators: [{ ...first, roles: ["front_office"] as const }, ...others],
    outbound: { permissions: {}, transfers },
  });
  scene.signIn(anna);
  await scene.call();
  await scene.answer("anna");
}

const transferTo = async (number: string) => {
  const order = { ticketId: null, reason: "competence", message: "", target: { kind: "number" as const, number } };
  const transferId = "01KAQZ000000000000000000X1" as TransferId;
  const result = await scene.box.commands.requestTransfer(scene.lastCallId(), anna, { ...order, transferId });
  await scene.settle();
  return result;
};

describe("a role that may", () => {
  test("transfers to a number over the trunk, with the office's own number as the caller", async () => {
    await talking({ front_office: ["geographic"] });
    expect(await transferTo("06 5550 1234")).toEqual({ ok: true });
    expect(scene.sip.placed.at(-1)?.to).toMatchObject({
      kind: "trunk",
      uri: "sip:+390655501234@carrier.example:5060",
      callerId: { number: "+390668888888" },
    });
    await scene.answer("carrier.example");
    expect(scene.events.at(-1)).toMatchObject({
      type: "call-transferred",
      target: { kind: "number", number: "+390655501234" },
      tariff: "pstn",
    });
  });

  test.each([
    ["112", "target-not-allowed"],
    ["800 123 456", "target-not-allowed"],
    ["803 116", "target-not-allowed"],
    ["892 424", "target-not-allowed"],
    ["899 123456", "target-not-allowed"],
    ["1500", "target-not-allowed"],
    ["+881 612345678", "target-not-allowed"],
    ["333 123 4567", "target-not-allowed"],
    ["Ufficio", "invalid-number"],
  ])("is refused %s: %s", async (number, reason) => {
    await talking({ front_office: ["geographic"] });
    expect(await transferTo(number)).toEqual({ ok: false, reason });
    expect(scene.sip.done.filter((one) => one.includes("carrier.example"))).toEqual([]);
  });

  test("hears that no line is free when the trunk has no second channel", async () => {
    await talking({ front_office: ["mobile"] }, { capacity: 1 });
    expect(await transferTo("333 123 4567")).toEqual({ ok: false, reason: "no-trunk" });
  });
});

test("without the permission nobody transfers outside", async () => {
  await talking(undefined);
  expect(await transferTo("06 5550 1234")).toEqual({ ok: false, reason: "target-not-allowed" });
});
