/** Applications that come back, restarted or reconnected, and what becomes of their calls meanwhile. */
import { once } from "node:events";
import Srf from "drachtio-srf";
import { afterEach, describe, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { portOf } from "../testing/connected-application.ts";
import { JoiningRelay } from "../testing/joining-relay.ts";
import { RawApplication } from "../testing/raw-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";

let engine: SipEngineHandle;
let peer: RawPeer;
let number = 0;

afterEach(async () => {
  peer.close();
  await engine.close();
});

async function start(absenceMs: number): Promise<void> {
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: ["secret"],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
    t1Ms: 100,
    control: { absenceMs },
    // A second of a session lasts ten milliseconds here.
    dialogs: { secondMs: 10 },
  });
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
}

async function join(tags: string): Promise<RawApplication> {
  const application = await RawApplication.open(engine.admin);
  application.send(`auth|authenticate|secret|${tags}`);
  await application.frame(/\|auth\|OK/);
  if (tags !== "") application.send("route|route|invite");
  return application;
}

/** The application is gone, and the engine has seen it: what came later on another connection has been answered. */
async function gone(application: RawApplication): Promise<void> {
  application.socket.destroy();
  await once(application.socket, "close");
  const later = await join("");
  later.send("ping|ping");
  await later.frame(/\|ping\|OK/);
  later.socket.destroy();
}

const field = (frame: string, index: number): string => frame.split("\r\n")[0]?.split("|")[index] ?? "";
const answer = (application: RawApplication, transactionId: string, status: string): void =>
  application.send(`answer|sip|${transactionId}|\r\nSIP/2.0 ${status}\r\nContent-Length: 0\r\n\r\n`);

/** A caller's INVITE as the application gets it: its transaction id. */
async function offered(application: RawApplication): Promise<string> {
  number += 1;
  peer.send(inviteLines(peer, "127.0.0.1", { callId: `call-${number}` }), exampleSdp);
  return field(await application.frame(/\|sip\|network[\s\S]*\r\nINVITE /), 8);
}

/** A call that the application answered, acknowledged: the 200 and the dialog's id. */
async function answered(application: RawApplication): Promise<{ ok: string; id: string }> {
  answer(application, await offered(application), "200 OK");
  const id = field(await application.frame(/\|response\|answer\|OK/), 11);
  const ok = await peer.receive(/^SIP\/2\.0 200/);
  peer.send(inCall(ok, "ACK", 1));
  await application.frame(/\r\nACK /);
  return { ok, id };
}

function inCall(ok: string, method: string, cseq: number): string[] {
  return [
    `${method} sip:callee@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK-${headerOf(ok, "Call-ID")}-${method}-${cseq}`,
    `From: ${headerOf(ok, "From")}`,
    `To: ${headerOf(ok, "To")}`,
    `Call-ID: ${headerOf(ok, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
  ];
}

/** The application calls the peer, which rings: the INVITE and its transaction id. */
async function ringing(application: RawApplication): Promise<{ invite: string; transactionId: string }> {
  application.send(
    `call|sip||\r\nINVITE sip:callee@${peer.hostPort} SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n${exampleSdp}`,
  );
  const transactionId = field(await application.frame(/\|response\|call\|OK/), 10);
  const invite = await peer.receive(/^INVITE /);
  peer.send(answerTo(invite, "180 Ringing"));
  await application.frame(/\r\nSIP\/2\.0 180/);
  return { invite, transactionId };
}

function answerTo(request: string, status: string): string[] {
  const copied = ["Via", "From", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(request, name)}`);
  return [
    `SIP/2.0 ${status}`,
    ...copied,
    `To: ${headerOf(request, "To")};tag=callee`,
    `Contact: <sip:${peer.hostPort}>`,
  ];
}

describe("an application with an instance tag that comes back", () => {
  it("is told its dialogs, gets what happened in them meanwhile, and goes on with them", async () => {
    await start(10_000);
    const first = await join("instance:desk");
    const { ok, id } = await answered(first);
    await gone(first);
    peer.send(inCall(ok, "INFO", 2));
    peer.send(inCall(ok, "INFO", 2));
    const second = await join("instance:desk");
    expect(await second.frame(/\|response\|instance:desk\|/)).toMatch(
      new RegExp(`^[-0-9a-f]{36}\\|response\\|instance:desk\\|OK\\|1\r\n${id}\r\n$`),
    );
    const info = await second.frame(/\r\nINFO /);
    expect(field(info, 9)).toBe(id);
    answer(second, field(info, 8), "200 OK");
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INFO/);
    second.send(`bye|sip||${id}\r\nBYE sip:placeholder SIP/2.0\r\n\r\n`);
    peer.send(answerTo(await peer.receive(/^BYE /), "200 OK"));
    await second.frame(/\|sip\|network[\s\S]*SIP\/2\.0 200/);
    await expect.poll(() => engine.load(), { timeout: 10_000 }).toMatchObject({ dialogs: 0, transactions: 0 });
    await gone(second);
  });

  it("finds the timers of its calls running: a refresh went out meanwhile, and the end of one that fails is told to it", async () => {
    await start(10_000);
    const first = await join("instance:desk");
    const transactionId = await offered(first);
    const headers = "Session-Expires: 90;refresher=uas\r\nContent-Type: application/sdp";
    first.send(`answer|sip|${transactionId}|\r\nSIP/2.0 200 OK\r\n${headers}\r\n\r\n${exampleSdp}`);
    peer.send(inCall(await peer.receive(/^SIP\/2\.0 200/), "ACK", 1));
    await first.frame(/\r\nACK /);
    await gone(first);
    const refresh = await peer.receive(/^INVITE /);
    const accepted = ["Session-Expires: 90;refresher=uac", "Content-Type: application/sdp"];
    peer.send([...answerTo(refresh, "200 OK"), ...accepted], exampleSdp);
    await peer.receive(/^ACK /);
    const second = await join("instance:desk");
    await second.frame(/\|response\|instance:desk\|OK\|1/);
    peer.send(answerTo(await peer.receive(/^INVITE /), "408 Request Timeout"));
    peer.send(answerTo(await peer.receive(/^BYE /), "200 OK"));
    const told = await second.frame(/\|unsolicited\|/);
    expect(told).toContain('Reason: SIP;cause=200;text="Session timer expired"');
    await gone(second);
  });

  it("takes over from a connection that is still there", async () => {
    await start(10_000);
    const first = await join("instance:desk");
    const { ok } = await answered(first);
    const closed = once(first.socket, "close");
    const second = await join("instance:desk");
    await closed;
    peer.send(inCall(ok, "BYE", 2));
    answer(second, field(await second.frame(/\r\nBYE /), 8), "200 OK");
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
    answer(second, await offered(second), "486 Busy Here");
    await peer.receive(/^SIP\/2\.0 486/);
    await gone(second);
  });

  it("as the same run, goes on with what was not answered yet, on both sides", async () => {
    await start(10_000);
    const first = await join("instance:desk,run:1");
    const incoming = await offered(first);
    answer(first, incoming, "180 Ringing");
    await peer.receive(/^SIP\/2\.0 180/);
    const { invite, transactionId } = await ringing(first);
    await gone(first);
    peer.send(answerTo(invite, "200 OK"), "");
    const second = await join("run:1,instance:desk");
    answer(second, incoming, "200 OK");
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 INVITE/);
    const accepted = await second.frame(/\|sip\|network[^\r]*\r\nSIP\/2\.0 200/);
    expect(field(accepted, 8)).toBe(transactionId);
    second.send(`ack|sip||${field(accepted, 9)}\r\nACK sip:placeholder SIP/2.0\r\n\r\n`);
    await peer.receive(/^ACK /);
    await gone(second);
  });

  it("as another run, has nothing unanswered left: callers hear 503, what rang is cancelled, an answer nobody acknowledged is hung up", async () => {
    await start(10_000);
    const first = await join("instance:desk,run:1");
    await offered(first);
    const rang = await ringing(first);
    const other = await ringing(first);
    await gone(first);
    peer.send(answerTo(other.invite, "200 OK"), "");
    await expect.poll(async () => (await engine.load()).dialogs).toBe(1);
    const second = await join("instance:desk,run:2");
    expect(await peer.receive(/^SIP\/2\.0 503/)).toMatch(/CSeq: 1 INVITE/);
    expect(headerOf(await peer.receive(/^CANCEL /), "Call-ID")).toBe(headerOf(rang.invite, "Call-ID"));
    expect(headerOf(await peer.receive(/^BYE /), "Call-ID")).toBe(headerOf(other.invite, "Call-ID"));
    expect(await second.frame(/\|response\|instance:desk\|/)).toMatch(/\|OK\|0\r\n$/);
    await gone(second);
  });

  it("as another run, hears who hung up meanwhile, and who hung up when the earlier run was not reading any more", async () => {
    await start(10_000);
    const first = await join("instance:desk,run:1");
    const [unread, meanwhile] = [await answered(first), await answered(first)];
    peer.send(inCall(unread.ok, "BYE", 2));
    await first.frame(/\r\nBYE /);
    await gone(first);
    peer.send(inCall(meanwhile.ok, "BYE", 2));
    const second = await join("instance:desk,run:2");
    await second.frame(/\|response\|instance:desk\|OK\|2\r\n/);
    for (const { id } of [unread, meanwhile]) {
      const bye = await second.frame(/\r\nBYE /);
      expect(field(bye, 9)).toBe(id);
      answer(second, field(bye, 8), "200 OK");
      await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
    }
    await gone(second);
  });

  it("with plain drachtio-srf that lost its connection, hears of its calls again", async () => {
    await start(10_000);
    const relay = await JoiningRelay.open(engine.admin, { busyMs: 0, gaps: "kept" });
    const srf = new Srf();
    srf.on("error", () => undefined);
    let connections = 0;
    srf.on("connect", () => (connections += 1));
    srf.invite((req, res) => {
      void srf.createUAS(req, res, { localSdp: exampleSdp }).then((dialog) => {
        dialog.on("info", (_req, answering) => answering.send(200));
      });
    });
    void srf.connect({
      host: "127.0.0.1",
      port: relay.port,
      secret: "secret",
      tags: ["instance:srf", "run:1"],
    } as never);
    await expect.poll(() => relay.counts.frames).toBe(2);
    peer.send(inviteLines(peer, "127.0.0.1", { callId: "srf" }), exampleSdp);
    const ok = await peer.receive(/^SIP\/2\.0 200/);
    peer.send(inCall(ok, "ACK", 1));
    await expect.poll(async () => (await engine.load()).unacknowledged).toBe(0);
    relay.cut();
    peer.send(inCall(ok, "INFO", 2));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INFO/);
    expect(connections).toBe(2);
    srf.disconnect();
    relay.close();
  });
});

describe("an application that does not come back", () => {
  it("with an instance tag: its calls are hung up after the while they wait, and callers hear 503", async () => {
    await start(300);
    const application = await join("instance:desk");
    const { ok } = await answered(application);
    await offered(application);
    await gone(application);
    peer.send(inCall(ok, "INFO", 2));
    const bye = await peer.receive(/^BYE /);
    expect(headerOf(bye, "Reason")).toBe('SIP;cause=200;text="the application did not come back"');
    peer.send(answerTo(bye, "200 OK"));
    await peer.receive(/^SIP\/2\.0 503[\s\S]*CSeq: 1 INVITE/);
    await peer.receive(/^SIP\/2\.0 503[\s\S]*CSeq: 2 INFO/);
  });

  it("with the tag calls:end-with-me: its calls are hung up at once", async () => {
    await start(10_000);
    const application = await join("calls:end-with-me");
    await answered(application);
    await gone(application);
    const bye = await peer.receive(/^BYE /, 1_000);
    expect(headerOf(bye, "Reason")).toBe('SIP;cause=200;text="the application is gone"');
    peer.send(answerTo(bye, "200 OK"));
    await expect.poll(() => engine.load(), { timeout: 10_000 }).toMatchObject({ dialogs: 0, transactions: 0 });
  });

  it("without any tag: its calls stay up, and the peer's BYE is answered 481 (control protocol §12)", async () => {
    await start(10_000);
    const application = await join("some-tag");
    const { ok } = await answered(application);
    await gone(application);
    peer.send(inCall(ok, "BYE", 2));
    await peer.receive(/^SIP\/2\.0 481[\s\S]*CSeq: 2 BYE/);
    expect((await engine.load()).dialogs).toBe(0);
  });

  it("and too much happens to be kept for it: its calls are hung up", async () => {
    await start(10_000);
    const application = await join("instance:desk");
    const { ok } = await answered(application);
    await gone(application);
    for (let cseq = 2; peer.unread(/^BYE /).length === 0 && cseq < 400; cseq += 1) {
      peer.send([...inCall(ok, "MESSAGE", cseq), "Content-Type: text/plain"], "x".repeat(50_000));
      await new Promise(setImmediate);
    }
    expect(headerOf(await peer.receive(/^BYE /), "Reason")).toContain("more happened than could be kept");
  });
});
