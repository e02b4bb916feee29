/**
 * The part of the signalling port that carriers with SRTP need (decision 27): whether keys came over TLS is told, calls that are to go over TLS do from their INVITE to their BYE, and
 * keys in descriptions (RFC 4568) pass as they are, in the first exchange and in later ones.
 */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exampleSdp, headerOf, inviteLines } from "../../../sip-engine/testing/raw-peer.ts";
import { StreamPeer } from "../../../sip-engine/testing/stream-peer.ts";
import { makeCertificates, type CertificatePair } from "../../../sip-engine/testing/throwaway-certificates.ts";
import { SignallingScene } from "../../../testing/signalling-scene.ts";
import { orderTo, viaToCseq } from "./placed-legs.contract.ts";
import type { RawPeer } from "../../../sip-engine/testing/raw-peer.ts";
import type { ServerUnderTest } from "../../../sip-engine/testing/server-under-test.ts";
import type { ThrowawayCertificates } from "../../../sip-engine/testing/throwaway-certificates.ts";
import type { LegId } from "../../domain/call/ids.ts";

let scene: SignallingScene;
let certificates: ThrowawayCertificates;
let calls = 0;

const sdpType = "Content-Type: application/sdp";
const callerId = { number: "+390668888888", identity: "asserted", withheld: false } as const;

/** A description with that key. */
function enciphered(key: string): string {
  const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${Buffer.from(key.padEnd(30, "k")).toString("base64")}`;
  return `${exampleSdp.replace("RTP/AVP", "RTP/SAVP")}${crypto}\r\n`;
}
/** Nobody asked for `sips:` (RFC 3261 §8.1.1.8, §12.1.1), and there are far ends that know none. */
const ourAddress = (): RegExp => new RegExp(`^<sip:([^@]+@)?127\\.0\\.0\\.1:${scene.tlsPort};transport=tls>$`);
const keyLine = (description: string): string => /^a=crypto:.*$/m.exec(description)?.[0].trim() ?? "";

export function itKeepsKeysSafe(underTest: ServerUnderTest): void {
  describe(`enciphered legs of the box on ${underTest.name}`, () => {
    beforeAll(async () => {
      certificates = makeCertificates();
      scene = await SignallingScene.open(underTest, certificates);
    });
    afterAll(async () => {
      await scene.close();
      certificates.remove();
    });

    callsOfTheCarrier();
    callsToTheCarrier();
    if (underTest.kind === "engine") toWhomItIsNotIssued();
  });
}

/** A carrier that listens on TLS, with that certificate. */
async function carrierWith({ certFile, keyFile }: CertificatePair): Promise<StreamPeer> {
  return StreamPeer.open("127.0.0.1", 0, { cert: readFileSync(certFile), key: readFileSync(keyFile) });
}

/** An INVITE of the carrier's for a user of its own; over TLS unless a peer of UDP is given. */
function inviteOf(user: string, to: { contactPort: number; peer?: RawPeer }): string[] {
  const hostPort = to.peer?.hostPort ?? `127.0.0.1:${to.contactPort}`;
  const lines = inviteLines({ hostPort } as RawPeer, scene.address, { callId: `keys-${process.pid}-${user}` });
  const own = lines.map((line) => line.replace("INVITE sip:callee@", `INVITE sip:${user}@`));
  if (to.peer !== undefined) return own;
  return own.map((line) =>
    line
      .replace("SIP/2.0/UDP", "SIP/2.0/TLS")
      .replace(/^Contact: .*/, `Contact: <sip:carrier@${hostPort};transport=tls>`),
  );
}

function nextUser(): string {
  calls += 1;
  return `keys-${calls}`;
}

function callsOfTheCarrier(): void {
  test("keys that come over TLS are told as safe and untouched, and ours go the same way, also later in the call", async () => {
    const carrier = await carrierWith(certificates.server);
    const caller = await StreamPeer.connect(
      { host: "127.0.0.1", port: scene.tlsPort },
      { ca: readFileSync(certificates.caFile) },
    );
    const user = nextUser();
    caller.send(inviteOf(user, { contactPort: carrier.port }), enciphered("theirs"));
    const { legId, invite } = await scene.host.invited(user);
    expect(invite).toMatchObject({ isSecured: true, sdp: enciphered("theirs") });
    await scene.sip.answerLeg(legId, enciphered("ours"), null);
    const answer = await caller.receive(/^SIP\/2\.0 200/);
    expect(keyLine(answer)).toBe(keyLine(enciphered("ours")));
    expect(headerOf(answer, "Contact")).toMatch(ourAddress());
    // What comes next in the dialog may come over either connection.
    const heard = (pattern: RegExp): Promise<[string, StreamPeer]> =>
      Promise.any([carrier, caller].map(async (peer) => [await peer.receive(pattern), peer] as [string, StreamPeer]));
    caller.send(inDialog(answer, carrier.port, "1 ACK"));
    // Its answer says that the ACK has arrived.
    caller.send(inDialog(answer, carrier.port, "2 OPTIONS"));
    await caller.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 OPTIONS/);
    const agreed = scene.sip.renegotiateLeg(legId, enciphered("later"));
    const [again, peer] = await heard(/^INVITE /);
    expect([keyLine(again), headerOf(again, "Via"), headerOf(again, "Contact")]).toEqual([
      keyLine(enciphered("later")),
      expect.stringMatching(/^SIP\/2\.0\/TLS /),
      expect.stringMatching(ourAddress()),
    ]);
    const contact = `Contact: <sip:carrier@127.0.0.1:${carrier.port};transport=tls>`;
    peer.send(["SIP/2.0 200 OK", ...viaToCseq(again), contact, sdpType], enciphered("theirs later"));
    expect(await agreed).toMatchObject({ kind: "agreed", sdp: enciphered("theirs later") });
    await heard(/^ACK /);
    await scene.sip.endLeg(legId, "hung-up");
    const [bye, last] = await heard(/^BYE /);
    last.send(["SIP/2.0 200 OK", ...viaToCseq(bye)]);
    await scene.host.event("leg-ended", { legId });
    caller.hangUp();
    await carrier.close();
  });

  test("those that come without TLS are told as not safe: what the trunk makes of it, 488, is what the carrier hears", async () => {
    const peer = await scene.peer("127.0.0.1");
    const user = nextUser();
    scene.host.verdict = { kind: "refused", status: 488, why: "keys in the clear" };
    peer.send(inviteOf(user, { contactPort: 0, peer }), enciphered("theirs"));
    await peer.receive(/^SIP\/2\.0 488/);
    const { invite } = await scene.host.invited(user);
    expect(invite).toMatchObject({ isSecured: false, sdp: enciphered("theirs") });
    scene.host.verdict = { kind: "accepted" };
  });
}

function inDialog(answer: string, port: number, request: `${number} ${string}`): string[] {
  const [number, method] = request.split(" ");
  return [
    `${method} ${/<([^>]+)>/.exec(headerOf(answer, "Contact"))?.[1] ?? ""} SIP/2.0`,
    `Via: SIP/2.0/TLS 127.0.0.1:${port};branch=z9hG4bK-${method}-${headerOf(answer, "Call-ID")}`,
    ...["From", "To", "Call-ID"].map((name) => `${name}: ${headerOf(answer, name)}`),
    `CSeq: ${number} ${method}`,
    "Max-Forwards: 70",
  ];
}

async function place(carrier: StreamPeer): Promise<LegId> {
  calls += 1;
  const legId = `01KAQZK00000000000000000${String(calls).padStart(2, "0")}` as LegId;
  const uri = `sip:+393331234567@127.0.0.1:${carrier.port};transport=tls`;
  const to = { kind: "trunk", trunkId: "carrier", uri, callerId } as const;
  await scene.sip.placeLeg({ ...orderTo({ hostPort: "" } as RawPeer, to), legId, sdp: enciphered("ours") });
  return legId;
}

function callsToTheCarrier(): void {
  test("a call goes over TLS from its INVITE to its BYE, with the keys of both sides as they are", async () => {
    const carrier = await carrierWith(certificates.server);
    const legId = await place(carrier);
    const invite = await carrier.receive(/^INVITE /);
    expect([keyLine(invite), headerOf(invite, "Via"), headerOf(invite, "Contact")]).toEqual([
      keyLine(enciphered("ours")),
      expect.stringMatching(/^SIP\/2\.0\/TLS /),
      expect.stringMatching(ourAddress()),
    ]);
    const contact = `Contact: <sip:carrier@127.0.0.1:${carrier.port};transport=tls>`;
    const answer = [
      ...viaToCseq(invite).map((line) => (line.startsWith("To:") ? `${line};tag=carrier` : line)),
      contact,
    ];
    carrier.send(["SIP/2.0 200 OK", ...answer, sdpType], enciphered("theirs"));
    expect(await scene.host.event("leg-answered", { legId })).toMatchObject({ sdp: enciphered("theirs") });
    await carrier.receive(/^ACK /);
    await scene.sip.endLeg(legId, "hung-up");
    carrier.send(["SIP/2.0 200 OK", ...viaToCseq(await carrier.receive(/^BYE /))]);
    await scene.host.event("leg-ended", { legId });
    await carrier.close();
  });
}

/** Whoever can sit between box and carrier can read the keys. */
function toWhomItIsNotIssued(): void {
  test("a carrier whose certificate nobody vouches for gets no keys", async () => {
    const stranger = await carrierWith(certificates.stranger);
    const legId = await place(stranger);
    expect(await scene.host.event("leg-failed", { legId })).toMatchObject({ status: 503 });
    expect(stranger.heard).toBe("");
    await stranger.close();
  });
}
