/** Registration at a carrier (sipp as registrar with digest): the name in the credentials is not the account's user. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { OfficeProcess } from "../office/office-process.ts";

let network: PhoneNetwork;
let carrierAddress: string;
let office: OfficeProcess | null = null;

beforeEach(() => {
  network = PhoneNetwork.open();
  carrierAddress = network.addOfficeAddress();
});
afterEach(async () => {
  await office?.close();
  network.close();
});

async function startWith(password: string): Promise<OfficeReader> {
  const registrar = `sip:${carrierAddress}:5060;transport=udp`;
  const trunk = { account: { user: officeNumber, authUser: "office-auth", password, registrar } };
  office = await startOfficeProcess(
    officeConfig({ officeId: "x_test1", address: network.address, carrierAddress, operators: ["anna"], trunk }),
  );
  return new OfficeReader(office.url);
}

test("with the right password the office is registered, and gives the registration back when it stops", async () => {
  const registrar = runSipp({ scenario: "registrar", from: carrierAddress, number: officeNumber, calls: 2 });
  const reader = await startWith("secret of the office");
  expect((await reader.registration("carrier", "registered")).lastStatus).toBeNull();
  await office?.close();
  office = null;
  await registrar;
});

test("with a wrong password the carrier's 403 is told", async () => {
  const registrar = runSipp({ scenario: "registrar", from: carrierAddress, number: officeNumber });
  const reader = await startWith("wrong");
  expect((await reader.registration("carrier", "failed")).lastStatus).toBe(403);
  expect(office?.log()).toMatch(/the carrier does not take our registration/);
  expect(office?.log()).not.toContain("wrong");
  await registrar;
});
