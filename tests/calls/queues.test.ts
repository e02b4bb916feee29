/** Queues of an office as its own program, met by a carrier (sipp): closed, standing in, full. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const closedNumber = "+390695550101";
const standInNumber = "+390695550102";
const closed = { weekly: {}, holidays: "none" };

let network: PhoneNetwork;
let carrierAddress: string;
let office: OfficeProcess;
let reader: OfficeReader;

beforeAll(async () => {
  network = PhoneNetwork.open();
  carrierAddress = network.addOfficeAddress();
  const config = officeConfig({ officeId: "x_test1", address: network.address, carrierAddress, operators: ["anna"] });
  office = await startOfficeProcess({
    ...config,
    queues: [
      { queueId: "urp", label: "URP", maxLength: 1 },
      { queueId: "tributi", label: "Tributi", hours: closed },
      { queueId: "casa", label: "Casa", hours: closed, closedQueueId: "urp" },
    ],
    numbers: [
      { number: officeNumber, queueId: "urp" },
      { number: closedNumber, queueId: "tributi" },
      { number: standInNumber, queueId: "casa" },
    ],
  });
  reader = new OfficeReader(office.url);
});
afterAll(async () => {
  await office?.close();
  network?.close();
});

const target = (): string => `${network.address}:5060`;

describe("sipp as the trunk", () => {
  test("a call out of hours is refused with 480, and its record says why", async () => {
    await runSipp({
      scenario: "expect-refusal",
      target: target(),
      from: carrierAddress,
      number: closedNumber,
      status: 480,
    });
    const ended = await reader.event("call-ended");
    expect(ended).toMatchObject({ endCause: "out-of-hours", call: { queue: { queueId: "tributi" } } });
  });

  test("a queue that stands in takes the call, and the next caller finds it full: 486", async () => {
    const waiting = runSipp({
      scenario: "call-and-hang-up",
      target: target(),
      from: carrierAddress,
      number: standInNumber,
      pauseMs: 4000,
    });
    expect(await reader.event("call-queued")).toMatchObject({ call: { queue: { queueId: "urp" } } });
    await runSipp({
      scenario: "expect-refusal",
      target: target(),
      from: carrierAddress,
      number: officeNumber,
      status: 486,
    });
    expect(await reader.event("call-ended")).toMatchObject({ endCause: "queue-full" });
    await waiting;
    expect(await reader.event("call-ended")).toMatchObject({ endCause: "caller-gave-up" });
    expect(office.log()).not.toMatch(/left something behind|"level":50/);
  });
});
