/**
 * A carrier with TLS and SRTP (RFC 4568): baresip with a certificate of its own calls the office and is called. The operators' desk phones speak plain RTP. Judged by
 * what the ends hear, with either media server, and with rtpengine on another SIP server too where `LA2_DRACHTIO_COMMAND` names one and says how it listens on TLS.
 */
import { ulid } from "ulid";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { otherServer, ServerProcess } from "../../cti-box/sip-engine/testing/server-process.ts";
import { freePort } from "../../cti-box/sip-engine/testing/sipp/run-scenario.ts";
import { makeCertificates } from "../../cti-box/sip-engine/testing/throwaway-certificates.ts";
import { startRtpengine } from "../../cti-box/testing/media-peers/rtpengine-process.ts";
import { officeNumber } from "../office/office-config.ts";
import { startOfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { openOperatorPhone } from "../phones/operator-phone.ts";
import { hearsTone } from "../phones/phone-hearing.ts";
import { PhoneNetwork } from "../phones/phone-network.ts";
import { citizenNumber, encipheredConfig } from "./enciphered-office.ts";
import type { OfficeProcess } from "../office/office-process.ts";

const certificates = makeCertificates();
afterAll(() => certificates.remove());

const other = otherServer();
const setups = [
  { name: "relay", kind: "relay", server: null },
  { name: "rtpengine", kind: "rtpengine", server: null },
  ...(other?.securely === undefined
    ? []
    : [{ name: `rtpengine and ${other.name}`, kind: "rtpengine", server: other } as const]),
] as const;

describe.each(setups)("with $name", ({ name, kind, server }) => {
  const closing: (() => unknown)[] = [];
  let network: PhoneNetwork;
  let office: OfficeProcess;
  let reader: OfficeReader;
  let carrier: BaresipPhone;
  let phone: BaresipPhone;
  let openColleague: () => Promise<BaresipPhone>;
  let anna: OperatorSession;

  beforeAll(async () => {
    network = PhoneNetwork.open();
    closing.push(() => network.close());
    const { address } = network;
    const [carrierHost, phoneHost, colleagueHost] = [network.addHost(), network.addHost(), network.addHost()];
    const rtpengine = kind === "rtpengine" ? await startRtpengine({ address }) : null;
    if (rtpengine !== null) closing.push(() => rtpengine.close());
    const boxCertificate = certificates.issue(`box-${name.replaceAll(" ", "-")}`, `IP:${address}`);
    const stack = { host: address, secret: "secret-of-the-tests", adminPort: await freePort(), sipPort: 5060 };
    if (server !== null) {
      const tls = { port: 5061, ...boxCertificate, caFile: certificates.caFile };
      const running = await ServerProcess.start(server, { ...stack, tls });
      closing.push(() => running.close());
    }
    const config = encipheredConfig({
      address,
      carrierAddress: carrierHost.address,
      operators: ["anna", "bruno"],
      files: { ...boxCertificate, caFile: certificates.caFile },
      trace: server === null,
    });
    const media = { kind, ngHost: rtpengine?.ngHost, ngPort: rtpengine?.ngPort };
    const { host, adminPort, secret } = stack;
    const engine =
      server === null ? { kind: "own-process" } : { kind: "drachtio-server", host, port: adminPort, secret };
    const outliving = rtpengine === null ? {} : { engine, media };
    office = await startOfficeProcess({ ...config, ...outliving });
    closing.push(() => office.close());
    reader = new OfficeReader(office.url);
    anna = await OperatorSession.open(office.url, "anna");
    carrier = await BaresipPhone.open({
      host: carrierHost,
      account: { user: citizenNumber, domain: carrierHost.address, transport: "tls" },
      authorityFile: certificates.caFile,
      certificate: certificates.issue(`carrier-${name.replaceAll(" ", "-")}`, `IP:${carrierHost.address}`),
      srtp: "required",
      toneHz: 800,
      answer: "auto",
    });
    closing.push(() => carrier.close());
    const desk = { domain: address, answer: "auto" } as const;
    phone = await openOperatorPhone({ ...desk, user: "anna", host: phoneHost, toneHz: 440 });
    closing.push(() => phone.close());
    openColleague = () => openOperatorPhone({ ...desk, user: "bruno", host: colleagueHost, toneHz: 1200 });
  });
  afterAll(async () => {
    for (const close of closing.toReversed()) await close();
  });

  const callTheOffice = (): void =>
    carrier.command("dial", `sip:${officeNumber}@${network.address}:5061;transport=tls`);

  /** For the phones too: a call that is still being ended would be in the way of the next one. */
  async function isOver(): Promise<void> {
    await reader.event("call-ended");
    await carrier.event("CALL_CLOSED");
    await phone.event("CALL_CLOSED");
  }

  test("a citizen who calls enciphered and an operator at a desk phone hear each other, also after hold", async () => {
    callTheOffice();
    const { call } = await reader.event("call-answered");
    await hearsTone(phone, 800);
    await hearsTone(carrier, 440);
    carrier.command("hold");
    await reader.event("call-held");
    carrier.command("resume");
    await reader.event("call-resumed");
    await hearsTone(phone, 800);
    await hearsTone(carrier, 440);
    carrier.command("hangup");
    await isOver();
    if (server === null) expect(JSON.stringify(await reader.trace(call.callId))).not.toMatch(/inline:[^*"|\\]/);
  });

  test("a citizen is called enciphered", async () => {
    const callId = ulid();
    expect(await anna.command("POST", "/api/calls", { callId, number: citizenNumber })).toBe(202);
    await reader.event("call-answered");
    await hearsTone(phone, 800);
    await hearsTone(carrier, 440);
    phone.command("hangup");
    await isOver();
  });

  test("an enciphered call goes on to a colleague's plain phone", async () => {
    callTheOffice();
    const { call } = await reader.event("call-answered");
    await hearsTone(carrier, 440);
    const colleague = await openColleague();
    closing.push(() => colleague.close());
    const transferId = ulid();
    const target = { kind: "operator", operatorLogin: "bruno" };
    const order = { transferId, target, mode: "blind", ticketId: null, reason: "competence", message: "" };
    expect(await anna.command("POST", `/api/calls/${call.callId}/transfers`, order)).toBe(202);
    await hearsTone(carrier, 1200);
    await hearsTone(colleague, 800);
    carrier.command("hangup");
    await isOver();
    // The next call is Anna's.
    await colleague.close();
  });

  test.runIf(kind === "rtpengine")(
    "outlives a kill of the box with its keys, and is held and resumed after it",
    async () => {
      callTheOffice();
      await reader.event("call-answered");
      await hearsTone(carrier, 440);
      await reader.startAfresh();
      await office.kill();
      office = await office.restart();
      reader = reader.at(office.url);
      await hearsTone(phone, 800);
      await hearsTone(carrier, 440);
      carrier.command("hold");
      await reader.event("call-held");
      carrier.command("resume");
      await reader.event("call-resumed");
      await hearsTone(phone, 800);
      await hearsTone(carrier, 440);
      carrier.command("hangup");
      await isOver();
    },
  );

  test("no key stands in the log, and nothing is left behind", async () => {
    expect(await reader.callsInProgress()).toBe(0);
    expect(office.log()).not.toMatch(/left something behind|"level":50|inline:/);
  });
});
