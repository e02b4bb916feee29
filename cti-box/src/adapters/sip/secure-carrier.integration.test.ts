/** A carrier that is reached by name over TLS and asks who the office is: registration, probe and call all prove it over the same name. */
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type Server, type TLSSocket } from "node:tls";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../../../sip-engine/engine.ts";
import { makeCertificates, type ThrowawayCertificates } from "../../../sip-engine/testing/throwaway-certificates.ts";
import { ZoneServer } from "../../../sip-engine/testing/zone-server.ts";
import { CountingIds } from "../../../testing/counting-ids.ts";
import { HandMovedClock } from "../../../testing/hand-moved-clock.ts";
import { RecordingLog } from "../../../testing/recording-log.ts";
import { RecordingHost } from "../../../testing/signalling-scene.ts";
import { SipSignalling } from "./sip-signalling.ts";
import type { CallId, ContactId, LegId } from "../../domain/call/ids.ts";

const host = "sip.carrier.example";
const account = { username: "office", password: "secret of the office" };
let certificates: ThrowawayCertificates;
let zone: ZoneServer;
let carrier: Server;
let engine: SipEngineHandle;
let sip: SipSignalling;
const signalling = new RecordingHost();
/** Methods in the order in which they came, with what the carrier answered. */
const heard: string[] = [];

function header(text: string, name: string): string {
  return new RegExp(`^${name}[ \\t]*:[ \\t]*(.*?)\\r?$`, "im").exec(text)?.[1] ?? "";
}

function isProven(text: string, method: string): boolean {
  const proof = header(text, "Authorization") || header(text, "Proxy-Authorization");
  const field = (name: string): string => new RegExp(`\\b${name}="?([^",]*)"?`).exec(proof)?.[1] ?? "";
  const hash = (input: string): string => createHash("sha256").update(input).digest("hex");
  const secret = hash(`${account.username}:carrier:${account.password}`);
  const asked = hash(`${method}:${field("uri")}`);
  return field("response") === hash(`${secret}:n1:${field("nc")}:${field("cnonce")}:auth:${asked}`);
}

const sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n";

function answer(socket: TLSSocket, text: string): void {
  const method = text.split(" ")[0] ?? "";
  if (method === "ACK") return;
  const isFree = method === "BYE";
  const status = isFree || isProven(text, method) ? "200 OK" : method === "INVITE" ? "407 Prove" : "401 Prove";
  heard.push(`${method} ${status.slice(0, 3)}`);
  const name = method === "INVITE" ? "Proxy-Authenticate" : "WWW-Authenticate";
  const isCall = method === "INVITE" && status.startsWith("200");
  const body = isCall ? sdp : "";
  const lines = [
    `SIP/2.0 ${status}`,
    ...["Via", "From", "Call-ID", "CSeq"].map((each) => `${each}: ${header(text, each)}`),
    `To: ${header(text, "To")}${/;tag=/.test(header(text, "To")) ? "" : ";tag=c"}`,
    ...(status.startsWith("200") ? [] : [`${name}: Digest realm="carrier", nonce="n1", algorithm=SHA-256, qop="auth"`]),
    ...(method === "REGISTER" && status.startsWith("200") ? [`Contact: ${header(text, "Contact")};expires=300`] : []),
    ...(isCall ? [`Contact: <sips:carrier@${host}>`, "Content-Type: application/sdp"] : []),
    `Content-Length: ${body.length}`,
    "",
    body,
  ];
  socket.write(lines.join("\r\n"));
}

beforeAll(async () => {
  certificates = makeCertificates();
  const { certFile, keyFile } = certificates.issue("carrier", `DNS:${host}`);
  carrier = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (socket) => {
    let buffer = "";
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      buffer += bytes.toString("utf8");
      for (;;) {
        const end = buffer.indexOf("\r\n\r\n");
        if (end === -1) return;
        const length = end + 4 + Number(header(buffer.slice(0, end + 2), "Content-Length") || 0);
        if (buffer.length < length) return;
        const message = buffer.slice(0, length);
        buffer = buffer.slice(length);
        if (!message.startsWith("SIP/2.0")) answer(socket, message);
      }
    });
  });
  carrier.listen(0, "127.0.0.1");
  await once(carrier, "listening");
  const { port } = carrier.address() as AddressInfo;
  zone = await ZoneServer.start("carrier.example", [
    `srv-host=_sips._tcp.${host},${host},${port},10`,
    `host-record=${host},127.0.0.1`,
  ]);
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["control secret"],
    contacts: [{ uri: "sips:127.0.0.11:0;transport=tls" }],
    tls: { ...certificates.server, caFile: certificates.caFile },
    dnsServers: [zone.at],
  });
  const log = new RecordingLog();
  const office = { officeId: "x_test1", domain: "uno.example" };
  const control = { ...engine.admin, secret: "control secret" };
  sip = new SipSignalling({ control, office, clock: new HandMovedClock(), ids: new CountingIds(), log });
  await sip.start(signalling);
  sip.useTerms("carrier", { credentials: account, sessionTimer: null });
});
afterAll(async () => {
  await sip?.close();
  await engine?.close();
  carrier?.close();
  await zone?.close();
  certificates?.remove();
});

it("registers there with SHA-256", async () => {
  const order = { trunkId: "carrier", registrar: `sips:${host}`, user: "office", expiresSeconds: 600 };
  expect(await sip.register(order)).toEqual({ kind: "registered", expiresSeconds: 300 });
  expect(heard).toEqual(["REGISTER 401", "REGISTER 200"]);
  const trial = await sip.tryCarrier({ step: "registration", trunkId: "carrier", order });
  expect(trial.answer).toMatchObject({ status: 200, withCredentials: true, grantedSeconds: 300 });
  expect(trial.messages.map(({ direction }) => direction)).toEqual(["sent", "received", "sent", "received"]);
});

it("calls there, proves who it is, and hangs up", async () => {
  heard.length = 0;
  const legId = "leg-1" as LegId;
  const callerId = { number: "+390668888888", identity: "asserted", withheld: false } as const;
  await sip.placeLeg({
    legId,
    to: { kind: "trunk", trunkId: "carrier", uri: `sips:+393331234567@${host}`, nextHop: null, callerId },
    sdp,
    caller: { user: null, displayName: null, isWithheld: false },
    callId: "call-1" as CallId,
    contactId: "0123456789abcdef0123456789abcdef" as ContactId,
  });
  expect(await signalling.event("leg-answered")).toMatchObject({ legId });
  await sip.endLeg(legId, "hung-up");
  expect(await signalling.event("leg-ended")).toMatchObject({ legId, how: "closed" });
  expect(heard).toEqual(["INVITE 407", "INVITE 200", "BYE 200"]);
});
