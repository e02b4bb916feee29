/** 2xx answers that nobody acknowledges, because the application is gone or was restarted: the engine does it (RFC 3261 §13.2.2.4), and hangs up where the call is nobody's. */
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { answerLines, calleeLines } from "../testing/answer-lines.ts";
import { portOf } from "../testing/connected-application.ts";
import { nothingLeftIn } from "../testing/nothing-left.ts";
import { RawApplication } from "../testing/raw-application.ts";
import { exampleSdp, headerOf, RawPeer } from "../testing/raw-peer.ts";

let engine: SipEngineHandle;
let peer: RawPeer;
let to: string;

beforeEach(async () => {
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["secret"],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
    t1Ms: 20,
  });
  const port = portOf(engine, "udp");
  to = `127.0.0.1:${port}`;
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port });
});
afterEach(async () => {
  peer.close();
  await engine.close();
});

async function join(tags = ""): Promise<RawApplication> {
  const application = await RawApplication.open(engine.admin);
  application.send(`auth|authenticate|secret|${tags}`);
  await application.frame(/\|auth\|OK/);
  return application;
}

const withOffer = `Content-Type: application/sdp\r\n\r\n${exampleSdp}`;
const withoutOffer = "\r\n";
const description = { status: "200 OK", more: ["Content-Type: application/sdp"] };
const accept = (invite: string): void => peer.send(answerLines(peer, invite, description), exampleSdp);
const agree = (request: string): void => peer.send(answerLines(peer, request, { status: "200 OK" }));
const acknowledged = (invite: string): string => headerOf(invite, "CSeq").replace("INVITE", "ACK");
const fieldOf = (frame: string, index: number): string => frame.split("\r\n")[0]?.split("|")[index] ?? "";

/** The application calls the peer. */
async function call(application: RawApplication, body = withOffer): Promise<string> {
  application.send(`call|sip||\r\nINVITE sip:callee@${peer.hostPort} SIP/2.0\r\n${body}`);
  return peer.receive(/^INVITE /);
}

/** The peer has answered, the application has not acknowledged that yet: the dialog's id. */
async function answered(application: RawApplication, invite: string): Promise<string> {
  accept(invite);
  return fieldOf(await application.frame(/\|sip\|network[^\r]*\r\nSIP\/2\.0 200/), 9);
}

/** A whole call of the application's: the dialog's id, and the peer's BYE. */
async function established(application: RawApplication): Promise<{ id: string; bye: string[] }> {
  const invite = await call(application);
  const id = await answered(application, invite);
  application.send(`ack|sip||${id}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
  await peer.receive(/^ACK /);
  return { id, bye: calleeLines(peer, answerLines(peer, invite, description), { method: "BYE", cseq: 1, to }) };
}

it("an application that leaves before the 200 comes: CANCEL, then ACK and BYE", async () => {
  const application = await join();
  const invite = await call(application);
  application.socket.end();
  await once(application.socket, "close");
  peer.send(answerLines(peer, invite, { status: "180 Ringing" }));
  agree(await peer.receive(/^CANCEL /));
  accept(invite);
  expect(headerOf(await peer.receive(/^ACK /), "CSeq")).toBe(acknowledged(invite));
  agree(await peer.receive(/^BYE /));
  await nothingLeftIn(engine, { timeout: 6_000 });
});

it("an application that leaves after the 200 came, without its ACK: ACK and BYE, no CANCEL", async () => {
  const application = await join();
  const invite = await call(application);
  peer.send(answerLines(peer, invite, { status: "180 Ringing" }));
  await answered(application, invite);
  application.socket.end();
  expect(headerOf(await peer.receive(/^ACK /), "CSeq")).toBe(acknowledged(invite));
  const bye = await peer.receive(/^BYE /);
  expect(headerOf(bye, "Reason")).toBe('SIP;cause=200;text="the application is gone"');
  agree(bye);
  expect(peer.unread(/^CANCEL /)).toEqual([]);
  await nothingLeftIn(engine, { timeout: 6_000 });
});

it("an application that leaves with its ACK, whose way has to be looked up: the call stays up", async () => {
  const application = await join();
  const invite = await call(application);
  const ok = answerLines(peer, invite, description).map((line) => line.replace("peer@127.0.0.1", "peer@localhost"));
  peer.send(ok, exampleSdp);
  const id = fieldOf(await application.frame(/\|sip\|network[^\r]*\r\nSIP\/2\.0 200/), 9);
  application.send(`ack|sip||${id}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
  application.socket.end();
  await peer.receive(/^ACK /);
  peer.send(calleeLines(peer, ok, { method: "BYE", cseq: 1, to }));
  await peer.receive(/^SIP\/2\.0 481[\s\S]*CSeq: 1 BYE/);
  expect(peer.unread(/^BYE /)).toEqual([]);
  await nothingLeftIn(engine, { timeout: 6_000 });
});

it.each([
  { offer: "in the re-INVITE", body: withOffer, end: "stays up" },
  { offer: "in the 200", body: withoutOffer, end: "is hung up" },
])(
  "an application that leaves before its re-INVITE is answered, offer $offer: ACK, and the call $end",
  async (order) => {
    const application = await join();
    const { id, bye } = await established(application);
    application.send(`again|sip||${id}\r\nINVITE sip:placeholder SIP/2.0\r\n${order.body}`);
    const invite = await peer.receive(/^INVITE /);
    peer.send(answerLines(peer, invite, { status: "100 Trying" }));
    application.socket.end();
    agree(await peer.receive(/^CANCEL /));
    accept(invite);
    expect(headerOf(await peer.receive(/^ACK /), "CSeq")).toBe(acknowledged(invite));
    if (order.end === "is hung up") agree(await peer.receive(/^BYE /));
    else {
      peer.send(bye);
      await peer.receive(/^SIP\/2\.0 481[\s\S]*CSeq: 1 BYE/);
      expect(peer.unread(/^BYE /)).toEqual([]);
    }
    await nothingLeftIn(engine, { timeout: 6_000 });
  },
);

it("an application that leaves without the ACK of its re-INVITE: ACK and BYE", async () => {
  const application = await join();
  const { id } = await established(application);
  application.send(`again|sip||${id}\r\nINVITE sip:placeholder SIP/2.0\r\n${withOffer}`);
  const invite = await peer.receive(/^INVITE /);
  await answered(application, invite);
  application.socket.end();
  expect(headerOf(await peer.receive(/^ACK /), "CSeq")).toBe(acknowledged(invite));
  agree(await peer.receive(/^BYE /));
  await nothingLeftIn(engine, { timeout: 6_000 });
});

it("an application that was restarted does not get the calls that its earlier run had not acknowledged, nor those that are answered too late", async () => {
  const first = await join("instance:desk,run:1");
  const rang = await call(first);
  peer.send(answerLines(peer, rang, { status: "180 Ringing" }));
  const other = await call(first);
  await answered(first, other);
  const second = await join("instance:desk,run:2");
  expect(headerOf(await peer.receive(/^ACK /), "Call-ID")).toBe(headerOf(other, "Call-ID"));
  agree(await peer.receive(/^BYE /));
  agree(await peer.receive(/^CANCEL /));
  accept(rang);
  expect(headerOf(await peer.receive(/^ACK /), "Call-ID")).toBe(headerOf(rang, "Call-ID"));
  agree(await peer.receive(/^BYE /));
  await nothingLeftIn(engine, { timeout: 6_000 });
  second.socket.destroy();
});
