/** The keeper between boxes that come and go and a server that forgets whoever leaves: here this project's engine, which does so for applications without tags. */
import { once } from "node:events";
import { afterEach, beforeEach, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { portOf } from "../testing/connected-application.ts";
import { RawApplication } from "../testing/raw-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { Keeper } from "./keeper.ts";

let engine: SipEngineHandle;
let keeper: Keeper;
let at: { host: string; port: number };
let peer: RawPeer;
let number = 0;

async function openKeeper(absenceMs: number): Promise<void> {
  keeper = await Keeper.open({ server: { ...engine.admin, secret: "secret" }, absenceMs });
  at = await keeper.listen();
}

beforeEach(async () => {
  const contacts = ["sip:127.0.0.1:0;transport=udp"];
  engine = await startSipEngine({ admin: { host: "127.0.0.1", port: 0 }, secrets: ["secret"], contacts, t1Ms: 100 });
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
});
afterEach(async () => {
  keeper.close();
  peer.close();
  await engine.close();
});

async function join(run: string): Promise<RawApplication> {
  const box = await RawApplication.open(at);
  box.send(`auth|authenticate|${keeper.secret}|instance:desk,run:${run}`);
  await box.frame(/\|auth\|OK\|[^|]*\|v/);
  box.send("route|route|invite");
  // The first route goes to the server; later ones are known there. Waiting for a frame passes over those before it.
  if (run === "1") await box.frame(/\|route\|OK/);
  return box;
}

/** The box is gone, and the keeper has seen it: what a later connection asked for was answered. */
async function gone(box: RawApplication): Promise<void> {
  box.socket.destroy();
  await once(box.socket, "close");
  const stranger = await RawApplication.open(at);
  stranger.send("auth|authenticate|a guess|");
  await once(stranger.socket, "close");
}

const field = (frame: string, index: number): string => frame.split("\r\n")[0]?.split("|")[index] ?? "";
const answer = (box: RawApplication, transactionId: string, status: string): void =>
  box.send(`answer|sip|${transactionId}|\r\nSIP/2.0 ${status}\r\nContent-Length: 0\r\n\r\n`);

async function offered(box: RawApplication): Promise<string> {
  number += 1;
  peer.send(inviteLines(peer, "127.0.0.1", { callId: `kept-${number}` }), exampleSdp);
  return field(await box.frame(/\|sip\|network[\s\S]*\r\nINVITE /), 8);
}

async function answered(box: RawApplication): Promise<{ ok: string; id: string }> {
  answer(box, await offered(box), "200 OK");
  const id = field(await box.frame(/\|response\|answer\|OK/), 11);
  const ok = await peer.receive(/^SIP\/2\.0 200/);
  peer.send(inCall(ok, "ACK", 1));
  await box.frame(/\r\nACK /);
  return { ok, id };
}

function inCall(ok: string, method: string, cseq: number): string[] {
  return [
    `${method} sip:callee@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK-${headerOf(ok, "Call-ID")}-${method}-${cseq}`,
    ...["From", "To", "Call-ID"].map((name) => `${name}: ${headerOf(ok, name)}`),
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
  ];
}

it("a box that comes back is told its dialogs and what happened in them, and goes on with them", async () => {
  await openKeeper(10_000);
  const first = await join("1");
  const [kept, hungUp] = [await answered(first), await answered(first)];
  await gone(first);
  peer.send(inCall(hungUp.ok, "BYE", 2));
  peer.send(inCall(kept.ok, "INFO", 2));
  const second = await join("2");
  const named = await second.frame(/\|response\|instance:desk\|OK\|2\r\n/);
  expect(named).toContain(kept.id);
  const bye = await second.frame(/\r\nBYE /);
  expect(field(bye, 9)).toBe(hungUp.id);
  answer(second, field(bye, 8), "200 OK");
  const info = await second.frame(/\r\nINFO /);
  answer(second, field(info, 8), "200 OK");
  await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INFO/);
  second.send(`bye|sip||${kept.id}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
  expect(headerOf(await peer.receive(/^BYE /), "Call-ID")).toBe(headerOf(kept.ok, "Call-ID"));
});

it("what an earlier run had not answered ends with 503; what came after it waits for the next one", async () => {
  await openKeeper(10_000);
  const first = await join("1");
  await offered(first);
  const dropped = `kept-${number}`;
  await gone(first);
  number += 1;
  peer.send(inviteLines(peer, "127.0.0.1", { callId: `kept-${number}` }), exampleSdp);
  const second = await join("2");
  expect(headerOf(await peer.receive(/^SIP\/2\.0 503/), "Call-ID")).toBe(dropped);
  answer(second, field(await second.frame(/\r\nINVITE /), 8), "486 Busy Here");
  expect(headerOf(await peer.receive(/^SIP\/2\.0 486/), "Call-ID")).toBe(`kept-${number}`);
});

it("a call that an earlier run had placed stops ringing", async () => {
  await openKeeper(10_000);
  const first = await join("1");
  first.send(
    `call|sip||\r\nINVITE sip:callee@${peer.hostPort} SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n${exampleSdp}`,
  );
  await first.frame(/\|response\|call\|OK/);
  const invite = await peer.receive(/^INVITE /);
  const copied = ["Via", "From", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(invite, name)}`);
  peer.send(["SIP/2.0 180 Ringing", ...copied, `To: ${headerOf(invite, "To")};tag=callee`]);
  await first.frame(/\r\nSIP\/2\.0 180/);
  await gone(first);
  await join("2");
  await peer.receive(/^CANCEL /);
});

it("when nobody comes the calls are hung up", async () => {
  await openKeeper(100);
  const first = await join("1");
  const { ok } = await answered(first);
  await gone(first);
  expect(headerOf(await peer.receive(/^BYE /), "Call-ID")).toBe(headerOf(ok, "Call-ID"));
});

it("a guess at the secret is not let in", async () => {
  await openKeeper(10_000);
  const stranger = await RawApplication.open(at);
  stranger.send("auth|authenticate|a guess|");
  await once(stranger.socket, "close");
});
