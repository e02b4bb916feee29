/**
 * Calls of operators over carriers' trunks: the operator's phone is baresip, the carriers are sipp. The first carrier refuses or keeps silent, the
 * second takes the call.
 */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";
import type { OfficeProcess } from "../office/office-process.ts";

let network: PhoneNetwork;
let firstCarrier: string;
let secondCarrier: string;
let office: OfficeProcess;
let phone: BaresipPhone;
let reader: OfficeReader;
let anna: OperatorSession;

function outboundTo(address: string): Record<string, unknown> {
  const callerId = { number: officeNumber };
  return { outbound: { uri: `sip:${address}:5060;transport=udp`, callerId, failoverSeconds: 1, probeSeconds: "off" } };
}

beforeAll(async () => {
  network = PhoneNetwork.open();
  firstCarrier = network.addOfficeAddress();
  const host = network.addHost();
  secondCarrier = network.addOfficeAddress();
  const second = { trunkId: "second", carrier: "Second carrier", addresses: [secondCarrier], priority: 20 };
  const config = officeConfig({
    officeId: "x_test1",
    address: network.address,
    carrierAddress: firstCarrier,
    operators: ["anna"],
    trunk: {
      ...outboundTo(firstCarrier),
      codecs: ["PCMU", "PCMA"],
      account: { user: officeNumber, authUser: "office-auth", password: "secret of the office" },
    },
    moreTrunks: [{ ...second, ...outboundTo(secondCarrier) }],
  });
  office = await startOfficeProcess(config);
  reader = new OfficeReader(office.url);
  anna = await OperatorSession.open(office.url, "anna");
  const speech = { toneHz: 440, answer: "auto", codecs: ["PCMA", "PCMU"] } as const;
  phone = await openOperatorPhone({ user: "anna", domain: network.address, host, ...speech });
});
afterAll(async () => {
  await phone?.close();
  await office?.close();
  network?.close();
});

let serial = 0;
function dial(number: string): Promise<number> {
  serial += 1;
  const callId = `01KAQZ000000000000000000D${serial}`;
  return anna.command("POST", "/api/calls", { callId, number });
}

const number = "333 555 0123";
const asWritten = "+393335550123";

async function talkAndHangUp(carrier: Promise<void>, trunkId: string): Promise<void> {
  expect(await dial(number)).toBe(202);
  const answered = await reader.event("call-answered");
  expect(answered.call).toMatchObject({ direction: "out", state: "answered", caller: { number: asWritten } });
  phone.command("hangup");
  const ended = await reader.event("call-ended");
  expect(ended.endCause).toBe("operator-hung-up");
  await carrier;
  const record = (await reader.records()).find(({ callId }) => callId === ended.call.callId);
  expect(record?.legs[0]).toMatchObject({ role: "caller", direction: "out", tariff: "pstn", peer: { name: trunkId } });
}

describe("a call of an operator", () => {
  test("goes out over the first trunk with the office's number, and is hung up by the operator", async () => {
    await talkAndHangUp(runSipp({ scenario: "be-called", from: firstCarrier, number: asWritten }), "carrier");
  });

  test("proves who the office is to a carrier that asks", async () => {
    await talkAndHangUp(
      runSipp({ scenario: "be-called-challenged", from: firstCarrier, number: asWritten }),
      "carrier",
    );
  });

  test("goes to the second trunk when the first answers 503", async () => {
    const refusing = runSipp({ scenario: "refuse-call", from: firstCarrier, number: asWritten, status: 503 });
    const carrier = runSipp({ scenario: "be-called", from: secondCarrier, number: asWritten });
    await talkAndHangUp(
      Promise.all([carrier, refusing]).then(() => undefined),
      "second",
    );
  });

  test("is offered to the carrier in its trunk's codecs alone, and goes to the second when the first says nothing", async () => {
    const silent = createSocket("udp4");
    silent.bind(5060, firstCarrier);
    await once(silent, "listening");
    const asked = once(silent, "message");
    try {
      await talkAndHangUp(runSipp({ scenario: "be-called", from: secondCarrier, number: asWritten }), "second");
      const [invite] = await asked;
      expect(/^m=audio \d+ RTP\/AVP (.*?)\r?$/m.exec(String(invite))?.[1]).toBe("0 8 101");
    } finally {
      silent.close();
    }
  });

  test("to a busy citizen ends at once, without a try over the other trunk", async () => {
    const busy = runSipp({ scenario: "refuse-call", from: firstCarrier, number: asWritten, status: 486 });
    expect(await dial(number)).toBe(202);
    const ended = await reader.event("call-ended");
    expect(ended.endCause).toBe("callee-busy");
    await busy;
    const record = (await reader.records()).find(({ callId }) => callId === ended.call.callId);
    expect(record?.legs.map((leg) => leg.peer.name)).toEqual(["carrier", "anna"]);
  });

  test("lets the operator hear what the carrier says before it refuses", async () => {
    const telling = { from: firstCarrier, number: asWritten, status: 404, toneHz: 950, pauseMs: 4_000 };
    const carrier = runSipp({ scenario: "tell-and-refuse", ...telling });
    expect(await dial(number)).toBe(202);
    await hearsTone(phone, 950);
    const ended = await reader.event("call-ended");
    expect(ended.endCause).toBe("callee-unknown");
    await carrier;
  });

  test("may be dialled on the desk phone itself", async () => {
    const carrier = runSipp({ scenario: "be-called", from: firstCarrier, number: asWritten });
    phone.command("dial", `sip:${number.replaceAll(" ", "")}@${network.address}`);
    const answered = await reader.event("call-answered");
    expect(answered.call).toMatchObject({ direction: "out", state: "answered", caller: { number: asWritten } });
    phone.command("hangup");
    expect((await reader.event("call-ended")).endCause).toBe("operator-hung-up");
    await carrier;
  });

  test("to a premium number is refused", async () => {
    expect(await dial("899 123456")).toBe(403);
  });

  test("nothing is left behind", async () => {
    expect(await reader.callsInProgress()).toBe(0);
    expect(office.log()).not.toMatch(/left something behind|"level":50/);
  });
});
