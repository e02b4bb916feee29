/** Calls of a carrier (sipp) to operators' desk phones (baresip): a whole office as its own program, real SIP, real RTP. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";
import type { OfficeProcess } from "../office/office-process.ts";

let network: PhoneNetwork;
let carrierAddress: string;
let strangerAddress: string;
let office: OfficeProcess;
let phone: BaresipPhone;
let reader: OfficeReader;

beforeAll(async () => {
  network = PhoneNetwork.open();
  carrierAddress = network.addOfficeAddress();
  const host = network.addHost();
  strangerAddress = network.addOfficeAddress();
  const config = officeConfig({ officeId: "x_test1", address: network.address, carrierAddress, operators: ["anna"] });
  office = await startOfficeProcess(config);
  reader = new OfficeReader(office.url);
  phone = await openOperatorPhone({ user: "anna", domain: network.address, host, toneHz: 440, answer: "auto" });
});
afterAll(async () => {
  await phone?.close();
  await office?.close();
  network?.close();
});

const target = (): string => `${network.address}:5060`;

describe("sipp as the trunk", () => {
  test("five calls one after the other are answered and hung up; nothing is left", async () => {
    await runSipp({
      scenario: "call-and-hang-up",
      target: target(),
      from: carrierAddress,
      number: officeNumber,
      calls: 5,
      perSecond: 1,
      pauseMs: 500,
    });
    for (let call = 0; call < 5; call += 1) await reader.event("call-ended");
    const records = await reader.records();
    expect(records).toHaveLength(5);
    for (const record of records) {
      expect(record.caller.number).toBe("+393315550123");
      expect(record.endCause).toBe("caller-hung-up");
      expect(record.legs.map((leg) => [leg.role, leg.tariff])).toEqual([
        ["caller", "pstn"],
        ["operator", "on-net"],
      ]);
    }
    expect(await reader.callsInProgress()).toBe(0);
    expect(office.log()).not.toMatch(/left something behind|"level":50/);
  });

  test("a number that is not the office's is refused with 404, a stranger with 403", async () => {
    await runSipp({
      scenario: "expect-refusal",
      target: target(),
      from: carrierAddress,
      number: "+390699999999",
      status: 404,
    });
    await runSipp({ scenario: "expect-refusal", target: target(), from: strangerAddress, number: officeNumber });
    expect(office.log()).toMatch(/call refused/);
  });

  test("a forged User-to-User opens no ticket and is logged", async () => {
    const pointer = "7475706131;t=01KAQZT0000000000000000008";
    await runSipp({
      scenario: "call-and-hang-up",
      target: target(),
      from: carrierAddress,
      number: officeNumber,
      headers: [`User-to-User: ${Buffer.from(pointer).toString("hex")};encoding=hex;purpose=it-tupa`],
    });
    const ended = await reader.event("call-ended");
    expect(ended.call.ticket).toBeNull();
    expect(office.log()).toMatch(/headers only members may send were ignored/);
  });
});
