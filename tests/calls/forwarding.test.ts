/** Calls between colleagues go where the one who is called wants them: three real phones, judged by ear; settings outlive the box. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { officeConfig } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const tones = { anna: 440, bruno: 700, carla: 1000 };
let network: PhoneNetwork;
let office: OfficeProcess;
let phones: Record<keyof typeof tones, BaresipPhone>;

beforeAll(async () => {
  network = PhoneNetwork.open();
  const { address } = network;
  const operators = ["anna", "bruno", "carla"];
  office = await startOfficeProcess(
    officeConfig({ officeId: "x_test1", address, carrierAddress: network.addHost().address, operators }),
  );
  const open = (user: keyof typeof tones) =>
    openOperatorPhone({ user, domain: address, host: network.addHost(), toneHz: tones[user], answer: "manual" });
  phones = { anna: await open("anna"), bruno: await open("bruno"), carla: await open("carla") };
});
afterAll(async () => {
  for (const phone of Object.values(phones ?? {})) await phone.close();
  await office?.close();
  network?.close();
});

test("without an answer in time the colleague's call rings at whom the colleague has named", async () => {
  const { anna, bruno, carla } = phones;
  const reader = new OfficeReader(office.url);
  const session = await OperatorSession.open(office.url, "bruno");
  const plain = { doNotDisturb: false, callWaiting: false, always: null, busy: null };
  const noAnswer = { target: { kind: "operator", operatorLogin: "carla" }, afterSeconds: 5 };
  const path = "/api/operators/me/call-handling";
  expect(await session.command("PUT", path, { ...plain, noAnswer: { ...noAnswer, afterSeconds: 4 } })).toBe(422);
  expect(await session.command("PUT", path, { ...plain, noAnswer })).toBe(204);
  anna.command("dial", `sip:bruno@${network.address}`);
  await bruno.event("CALL_INCOMING");
  await Promise.all([bruno.event("CALL_CLOSED"), carla.event("CALL_INCOMING")]);
  carla.command("accept");
  await Promise.all([hearsTone(anna, tones.carla), hearsTone(carla, tones.anna)]);
  expect(await reader.event("call-forwarded")).toMatchObject({ operatorLogin: "bruno", cause: "no-answer" });
  anna.command("hangup");
  await reader.event("call-ended");
  expect((await reader.records()).at(-1)).toMatchObject({
    operatorLogins: ["carla"],
    forwards: [{ operatorLogin: "bruno", cause: "no-answer", to: { kind: "operator", operatorLogin: "carla" } }],
  });
  expect(await session.command("PUT", path, { ...plain, doNotDisturb: true, noAnswer })).toBe(204);
  anna.startAfresh();
  anna.command("dial", `sip:bruno@${network.address}`);
  expect((await anna.event("CALL_CLOSED")).param).toMatch(/^486/);
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
