/**
 * Carriers (sipp, behind a TLS terminator of the test's, because this sipp speaks none) that do not keep to SRTP where the trunk requires it: refused, answered, or let be heard in the clear. An operator with a
 * desk phone (baresip) calls; a second carrier speaks plain RTP.
 */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { ulid } from "ulid";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeCertificates } from "../../cti-box/sip-engine/testing/throwaway-certificates.ts";
import { officeConfig, officeNumber } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsNothing } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { runSipp } from "../sipp/run-sipp.ts";
import type { BaresipPhone } from "../phones/baresip-phone.ts";

const number = "+393335550123";
const certificates = makeCertificates();
let network: PhoneNetwork;
let terminator: Server;
let secure: string;
let plain: string;
let office: OfficeProcess;
let reader: OfficeReader;
let anna: OperatorSession;
let phone: BaresipPhone;

/** TLS at port 5061 of the address, TCP to sipp at its port 5060. */
async function terminateTls(address: string): Promise<Server> {
  const { certFile, keyFile } = certificates.issue("carrier", `IP:${address}`);
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (outer) => {
    const inner = connect({ host: address, port: 5060, localAddress: address });
    for (const [from, to] of [
      [outer, inner],
      [inner, outer],
    ] as const) {
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => to.destroy());
    }
  });
  server.on("tlsClientError", () => undefined);
  server.listen(5061, address);
  await once(server, "listening");
  return server;
}

beforeAll(async () => {
  network = PhoneNetwork.open();
  const { address } = network;
  secure = network.addOfficeAddress();
  const host = network.addHost();
  plain = network.addOfficeAddress();
  terminator = await terminateTls(secure);
  const outboundTo = (uri: string) => ({ uri, callerId: { number: officeNumber }, probeSeconds: "off" });
  const config = officeConfig({
    officeId: "x_test1",
    address,
    carrierAddress: secure,
    operators: ["anna"],
    trunk: { srtp: "required", outbound: outboundTo(`sip:${secure}:5061;transport=tls`) },
    moreTrunks: [
      {
        trunkId: "plain",
        carrier: "Carrier with plain RTP",
        addresses: [plain],
        priority: 20,
        outbound: outboundTo(`sip:${plain}:5060;transport=udp`),
      },
    ],
    sip: {
      contacts: [
        `sip:${address}:5060;transport=udp,tcp`,
        `sips:${address}:5061;transport=tls`,
        `sip:${address}:5066;transport=ws`,
      ],
      tls: { ...certificates.issue("box", `IP:${address}`), caFile: certificates.caFile },
    },
  });
  office = await startOfficeProcess(config);
  reader = new OfficeReader(office.url);
  anna = await OperatorSession.open(office.url, "anna");
  phone = await openOperatorPhone({ user: "anna", domain: address, host, toneHz: 440, answer: "auto" });
});
afterAll(async () => {
  await phone?.close();
  await office?.close();
  terminator?.close();
  network?.close();
  certificates.remove();
});
beforeEach(async () => {
  phone.startAfresh();
  await reader.startAfresh();
});

async function annaCalls(): Promise<string> {
  const callId = ulid();
  expect(await anna.command("POST", "/api/calls", { callId, number })).toBe(202);
  return callId;
}

const securely = () => ({
  from: secure,
  number,
  transport: "tcp" as const,
  contact: `sip:carrier@${secure}:5061;transport=tls`,
});

async function talksOverPlain(callId: string, carriers: Promise<unknown>): Promise<void> {
  await reader.event("call-answered");
  phone.command("hangup");
  await reader.event("call-ended");
  await carriers;
  const record = (await reader.records()).find((each) => each.callId === callId);
  expect(record?.legs.map(({ peer }) => peer.name)).toEqual(["plain", "carrier", "anna"]);
}

test("a carrier that refuses SRTP with 488: the next trunk takes the call", async () => {
  const carriers = Promise.all([
    runSipp({ scenario: "refuse-call", ...securely(), status: 488 }),
    runSipp({ scenario: "be-called", from: plain, number }),
  ]);
  await talksOverPlain(await annaCalls(), carriers);
});

test("a carrier that lets its network be heard in the clear: the next trunk takes the call, and the log says why", async () => {
  const carriers = Promise.all([
    runSipp({ scenario: "tell-in-the-clear", ...securely() }),
    runSipp({ scenario: "be-called", from: plain, number }),
  ]);
  await talksOverPlain(await annaCalls(), carriers);
  expect(office.log()).toMatch(/"whose":\["trunk carrier"\],"error":"[^"]*srtp is required here/);
});

test("a carrier that answers in the clear is hung up at once, nothing is heard of it, and the log says why", async () => {
  const carrier = runSipp({ scenario: "be-called", ...securely() });
  const callId = await annaCalls();
  const ended = await reader.event("call-ended");
  await carrier;
  await phone.event("CALL_CLOSED");
  await hearsNothing(phone);
  expect(ended.call.callId).toBe(callId);
  const record = (await reader.records()).find((each) => each.callId === callId);
  expect(record).toMatchObject({ endCause: "media-failure" });
  expect(record?.legs.map(({ peer }) => peer.name)).toEqual(["carrier", "anna"]);
  expect(office.log()).toMatch(/"whose":\["trunk carrier"\],"error":"[^"]*srtp is required here/);
  expect(await reader.callsInProgress()).toBe(0);
  expect(office.log()).not.toMatch(/left something behind|"level":50|inline:/);
});
