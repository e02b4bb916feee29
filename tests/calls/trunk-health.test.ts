/** A carrier (sipp) that answers OPTIONS, then is gone, then comes back: what the box says of it. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { OfficeProcess } from "../office/office-process.ts";

let network: PhoneNetwork;
let carrierAddress: string;
let office: OfficeProcess;

beforeAll(async () => {
  network = PhoneNetwork.open();
  carrierAddress = network.addOfficeAddress();
  const uri = `sip:${carrierAddress}:5060;transport=udp`;
  const trunk = { outbound: { uri, callerId: { number: officeNumber }, probeSeconds: 1 } };
  office = await startOfficeProcess(
    officeConfig({ officeId: "x_test1", address: network.address, carrierAddress, operators: ["anna"], trunk }),
  );
});
afterAll(async () => {
  await office?.close();
  network?.close();
});

test("one that does not answer counts as gone after three probes, and as back after two answers", async () => {
  const reader = new OfficeReader(office.url);
  expect((await reader.trunk("carrier", "down")).health?.lastStatus).toBeNull();
  // The probes of before are still repeated, so sipp has more to answer than the box asks from now on.
  const answering = runSipp({ scenario: "answer-options", from: carrierAddress, number: officeNumber, calls: 10 });
  expect((await reader.trunk("carrier", "up")).health?.lastStatus).toBe(200);
  await answering;
  await reader.trunk("carrier", "down");
  expect(office.log()).toMatch(/a carrier does not answer/);
  expect(office.log()).not.toMatch(/"level":50/);
});
