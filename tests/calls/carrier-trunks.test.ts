/** What the configuration of a trunk does to a real carrier (sipp). */
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
  const trunk = { capacity: 1, numbers: [officeNumber] };
  office = await startOfficeProcess(
    officeConfig({ officeId: "x_test1", address: network.address, carrierAddress, operators: ["anna"], trunk }),
  );
});
afterAll(async () => {
  await office?.close();
  network?.close();
});

test("a call over the trunk's capacity is refused with 503, the one before goes on", async () => {
  const reader = new OfficeReader(office.url);
  const sipp = { target: `${network.address}:5060`, from: carrierAddress, number: officeNumber };
  const first = runSipp({ ...sipp, scenario: "call-and-hang-up", pauseMs: 3000 });
  await reader.event("call-queued");
  await runSipp({ ...sipp, scenario: "expect-refusal", status: 503 });
  await first;
  await reader.event("call-ended");
  await runSipp({ ...sipp, scenario: "call-and-hang-up" });
  expect(await reader.records()).toHaveLength(2);
});
