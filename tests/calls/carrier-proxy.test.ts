/** A carrier with a real proxy and registrar (Kamailio): the office registers there, and calls go both ways through it. Citizens are sipp. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startKamailioCarrier, type KamailioCarrier } from "../office/kamailio-carrier.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { OfficeProcess } from "../office/office-process.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";

const password = "secret of the office";
let network: PhoneNetwork;
let carrierAddress: string;
let citizens: string;
let carrier: KamailioCarrier;
let office: OfficeProcess;
let phone: BaresipPhone;
let reader: OfficeReader;

beforeAll(async () => {
  network = PhoneNetwork.open();
  carrierAddress = network.addOfficeAddress();
  const host = network.addHost();
  citizens = network.addOfficeAddress();
  carrier = await startKamailioCarrier({ address: carrierAddress, citizens, password });
  const uri = `sip:${carrierAddress}:5060`;
  const trunk = {
    account: { user: officeNumber, authUser: "office-auth", password, registrar: uri },
    outbound: { uri, callerId: { number: officeNumber }, probeSeconds: 1 },
  };
  office = await startOfficeProcess(
    officeConfig({ officeId: "x_test1", address: network.address, carrierAddress, operators: ["anna"], trunk }),
  );
  reader = new OfficeReader(office.url);
  phone = await openOperatorPhone({ user: "anna", domain: network.address, host, toneHz: 440, answer: "auto" });
});
afterAll(async () => {
  await phone?.close();
  await office?.close();
  await carrier?.close();
  network?.close();
});

test("the office is registered, and the carrier answers its probes", async () => {
  await reader.registration("carrier", "registered");
  expect((await reader.trunk("carrier", "up")).health?.lastStatus).toBe(200);
});

test("a citizen's call comes to where the office registered, and is answered and hung up through the proxy", async () => {
  const target = `${carrierAddress}:5060`;
  await runSipp({ scenario: "call-and-hang-up", target, from: citizens, number: officeNumber, pauseMs: 1_500 });
  const ended = await reader.event("call-ended");
  expect(ended).toMatchObject({ endCause: "caller-hung-up", call: { caller: { number: "+393315550123" } } });
});

test("an operator's call proves who the office is to the proxy, and reaches the citizen through it", async () => {
  await reader.startAfresh();
  const anna = await OperatorSession.open(office.url, "anna");
  const number = "+393335550123";
  const citizen = runSipp({ scenario: "be-called-through-proxy", from: citizens, number });
  const callId = "01KAQZ000000000000000000D1";
  expect(await anna.command("POST", "/api/calls", { callId, number })).toBe(202);
  await reader.event("call-answered");
  phone.command("hangup");
  expect((await reader.event("call-ended")).endCause).toBe("operator-hung-up");
  await citizen;
  expect(await reader.callsInProgress()).toBe(0);
  expect(office.log()).not.toMatch(/left something behind|"level":50/);
});
