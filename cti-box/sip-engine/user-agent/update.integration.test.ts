/** UPDATE (RFC 3311) in both directions, before and after the answer, with the unmodified drachtio-srf. */
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerLines, calleeLines, callerLines } from "../testing/answer-lines.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { RawApplication } from "../testing/raw-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { nothingLeftIn } from "../testing/nothing-left.ts";

let application: ConnectedApplication;
let peer: RawPeer;
let engineAt: string;

beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], 25);
  const port = portOf(application.engine, "udp");
  engineAt = `127.0.0.1:${port}`;
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port });
});
afterEach(async () => {
  peer.close();
  await application.close();
});

const nothingLeft = (): Promise<void> => nothingLeftIn(application.engine, { timeout: 10_000 });
const sdpType = "Content-Type: application/sdp";
const movedSdp = exampleSdp.replace("m=audio 4000", "m=audio 5000");

/** What the caller sends inside of the dialog that an answer of ours made. */
const inside = (text: string, ...[method, cseq, more = []]: [string, number, string[]?]): string[] =>
  callerLines(peer, text, { method, cseq, to: engineAt, more: [`Contact: <sip:moved@${peer.hostPort}>`, ...more] });
const of = (cseq: number, method: string, status: number): RegExp =>
  new RegExp(`^SIP/2\\.0 ${status}[\\s\\S]*CSeq: ${cseq} ${method}`);

async function invited(callId: string): Promise<{ req: Srf.SrfRequest; res: Srf.SrfResponse }> {
  const { promise, resolve } = Promise.withResolvers<{ req: Srf.SrfRequest; res: Srf.SrfResponse }>();
  application.srf.invite((req, res) => resolve({ req, res }));
  await application.settled();
  peer.send(inviteLines(peer, engineAt, { callId, more: ["Supported: 100rel"] }), exampleSdp);
  return promise;
}

async function established(callId: string): Promise<{ dialog: Srf.Dialog; ok: string }> {
  const { req, res } = await invited(callId);
  const dialog = await application.srf.createUAS(req, res, { localSdp: exampleSdp });
  const ok = await peer.receive(/^SIP\/2\.0 200/);
  peer.send(inside(ok, "ACK", 1));
  await expect.poll(async () => (await application.engine.load()).unacknowledged).toBe(0);
  return { dialog, ok };
}

async function hungUp(ok: string, cseq: number): Promise<void> {
  peer.send(inside(ok, "BYE", cseq));
  await peer.receive(of(cseq, "BYE", 200));
  await nothingLeft();
}

type Updatable = { on(event: "update", listener: (req: Srf.SrfRequest, res: Srf.SrfResponse) => void): void };

describe("an UPDATE of the caller before the answer", () => {
  it("reaches the INVITE's handler under its name and is answered by it; one without a description as well", async () => {
    const { req, res } = await invited("early");
    const seen: (string | undefined)[] = [];
    (req as unknown as Updatable).on("update", (update, updated) => {
      seen.push((update as unknown as { stackTxnId?: string }).stackTxnId);
      updated.send(200, { body: exampleSdp });
    });
    res.send(183, { headers: { Require: "100rel" }, body: exampleSdp });
    const progress = await peer.receive(/^SIP\/2\.0 183/);
    peer.send(inside(progress, "PRACK", 2, [`RAck: ${headerOf(progress, "RSeq")} 1 INVITE`]));
    await peer.receive(of(2, "PRACK", 200));
    peer.send(inside(progress, "UPDATE", 3, [sdpType]), movedSdp);
    const updated = await peer.receive(of(3, "UPDATE", 200));
    expect(updated).toContain("m=audio 4000");
    expect(headerOf(updated, "Contact")).toContain(engineAt);
    peer.send(inside(progress, "UPDATE", 4));
    await peer.receive(of(4, "UPDATE", 200));
    const own = (req as unknown as { stackTxnId: string }).stackTxnId;
    expect(seen).toEqual([own, own]);
    const dialog = await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    const ok = await peer.receive(of(1, "INVITE", 200));
    peer.send(inside(ok, "ACK", 1));
    // The target that the UPDATE moved to.
    dialog.destroy();
    const bye = await peer.receive(/^BYE /);
    expect(bye).toMatch(/^BYE sip:moved@/);
    peer.send(answerLines(peer, bye, { status: "200 OK" }));
    await nothingLeft();
  });

  it("with an offer while the INVITE's own is unanswered gets 500 with Retry-After from the engine", async () => {
    const { req, res } = await invited("offer-open");
    let told = 0;
    (req as unknown as Updatable).on("update", () => (told += 1));
    res.send(180);
    const ringing = await peer.receive(/^SIP\/2\.0 180/);
    peer.send(inside(ringing, "UPDATE", 2, [sdpType]), movedSdp);
    const refused = await peer.receive(of(2, "UPDATE", 500));
    expect(Number(headerOf(refused, "Retry-After"))).toBeLessThanOrEqual(10);
    expect(told).toBe(0);
    await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    const ok = await peer.receive(of(1, "INVITE", 200));
    peer.send(inside(ok, "ACK", 1));
    await hungUp(ok, 3);
  });

  it("is refused with 500 while another one is unanswered, and that one can still be answered after the 200", async () => {
    const { req, res } = await invited("two");
    const { promise: first, resolve } = Promise.withResolvers<Srf.SrfResponse>();
    (req as unknown as Updatable).on("update", (_update, updated) => resolve(updated));
    res.send(180);
    const ringing = await peer.receive(/^SIP\/2\.0 180/);
    peer.send(inside(ringing, "UPDATE", 2));
    const waiting = await first;
    peer.send(inside(ringing, "UPDATE", 3));
    expect(headerOf(await peer.receive(of(3, "UPDATE", 500)), "Retry-After")).toMatch(/^\d+$/);
    await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    const ok = await peer.receive(of(1, "INVITE", 200));
    peer.send(inside(ok, "ACK", 1));
    waiting.send(200);
    await peer.receive(of(2, "UPDATE", 200));
    await hungUp(ok, 4);
  });

  it("that the application never answers leaves nothing behind", async () => {
    const { req, res } = await invited("silent");
    (req as unknown as Updatable).on("update", () => undefined);
    res.send(180);
    const ringing = await peer.receive(/^SIP\/2\.0 180/);
    peer.send(inside(ringing, "UPDATE", 2));
    await expect.poll(async () => (await application.engine.load()).transactions).toBeGreaterThan(2);
    res.send(486);
    const refused = await peer.receive(/^SIP\/2\.0 486/);
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-silent")));
    await nothingLeft();
  });
});

describe("an UPDATE of the callee before the answer", () => {
  it("reaches the application under its INVITE's name; with an offer only once its own is answered (491 before)", async () => {
    const dialog = application.srf.createUAC(`sip:callee@${peer.hostPort}`, { localSdp: exampleSdp });
    const invite = await peer.receive(/^INVITE /);
    const ringing = answerLines(peer, invite, { status: "180 Ringing" });
    peer.send(ringing);
    const update = (cseq: number): string[] =>
      calleeLines(peer, ringing, { method: "UPDATE", cseq, to: engineAt, more: [sdpType] });
    peer.send(update(1), movedSdp);
    await peer.receive(of(1, "UPDATE", 491));
    const progress = answerLines(peer, invite, {
      status: "183 Session Progress",
      more: ["Require: 100rel", "RSeq: 1", sdpType],
    });
    peer.send(progress, exampleSdp);
    const prack = await peer.receive(/^PRACK /);
    peer.send(answerLines(peer, prack, { status: "200 OK" }));
    peer.send(update(2), movedSdp);
    expect(await peer.receive(of(2, "UPDATE", 200))).toContain("m=audio 4000");
    peer.send(answerLines(peer, invite, { status: "200 OK", more: [sdpType] }), exampleSdp);
    await dialog;
    await peer.receive(/^ACK /);
    (await dialog).destroy();
    peer.send(answerLines(peer, await peer.receive(/^BYE /), { status: "200 OK" }));
    await nothingLeft();
  });
});

describe("an UPDATE of the peer in an answered call", () => {
  it("is told under a name of its own, moves the target, and a second one meets 500 until it is answered", async () => {
    const { dialog, ok } = await established("confirmed");
    const { promise: first, resolve } = Promise.withResolvers<Srf.SrfResponse>();
    (dialog as unknown as Updatable).on("update", (_update, updated) => resolve(updated));
    peer.send(inside(ok, "UPDATE", 2, [sdpType]), movedSdp);
    const waiting = await first;
    peer.send(inside(ok, "UPDATE", 3, [sdpType]), movedSdp);
    await peer.receive(of(3, "UPDATE", 500));
    // An offer in a re-INVITE would be a second one as well.
    peer.send(inside(ok, "INVITE", 4, [sdpType]), movedSdp);
    const refused = await peer.receive(of(4, "INVITE", 500));
    peer.send(inside(refused, "ACK", 4).map((line) => line.replace("z9hG4bK-ACK4", "z9hG4bK-INVITE4")));
    waiting.send(200, { body: exampleSdp });
    await peer.receive(of(2, "UPDATE", 200));
    dialog.destroy();
    const bye = await peer.receive(/^BYE /);
    expect(bye).toMatch(/^BYE sip:moved@/);
    peer.send(answerLines(peer, bye, { status: "200 OK" }));
    await nothingLeft();
  });

  it("with an offer meets 491 while ours is unanswered", async () => {
    const { dialog, ok } = await established("glare");
    type Requester = { request(options: object): Promise<{ status: number }> };
    const ours = (dialog as unknown as Requester).request({
      method: "UPDATE",
      body: movedSdp,
      headers: { "Content-Type": "application/sdp" },
    });
    const update = await peer.receive(/^UPDATE /);
    peer.send(inside(ok, "UPDATE", 2, [sdpType]), movedSdp);
    await peer.receive(of(2, "UPDATE", 491));
    const answer = answerLines(peer, update, { status: "200 OK", tag: "elsewhere", more: [sdpType] });
    peer.send(answer, exampleSdp);
    expect((await ours).status).toBe(200);
    peer.send(inside(ok, "UPDATE", 4, [sdpType]), movedSdp);
    await peer.receive(of(4, "UPDATE", 200));
    await hungUp(ok, 5);
  });

  it("meets 481 once its owner is gone", async () => {
    const { ok } = await established("owner-gone");
    application.leave();
    let cseq = 1;
    await expect
      .poll(async () => {
        peer.send(inside(ok, "UPDATE", (cseq += 1)));
        return (await peer.receive(/^SIP\/2\.0 .*[\s\S]*UPDATE/)).split(" ")[1];
      })
      .toBe("481");
    peer.send(inside(ok, "BYE", cseq + 1));
    await peer.receive(of(cseq + 1, "BYE", 481));
    await nothingLeft();
  });
});

describe("an UPDATE of the application", () => {
  it("in an early dialog goes to the early target; a target that its 2xx names is the new one", async () => {
    const { promise: invited183, resolve } = Promise.withResolvers<void>();
    const dialog = application.srf.createUAC(
      `sip:callee@${peer.hostPort}`,
      { localSdp: exampleSdp, headers: { Supported: "100rel" } },
      { cbProvisional: () => resolve() },
    );
    const invite = await peer.receive(/^INVITE /);
    const more = ["Require: 100rel", "RSeq: 9", sdpType];
    peer.send(answerLines(peer, invite, { status: "183 Session Progress", more }), exampleSdp);
    peer.send(answerLines(peer, await peer.receive(/^PRACK /), { status: "200 OK" }));
    await invited183;
    const raw = await RawApplication.open(application.engine.admin);
    raw.send("1|authenticate|correct-secret|");
    await raw.frame(/\|response\|1\|OK/);
    const id = `${headerOf(invite, "Call-ID")};from-tag=${/tag=(.*)/.exec(headerOf(invite, "From"))?.[1]}`;
    raw.send(`2|sip||${id}\r\nUPDATE sip:placeholder SIP/2.0\r\nContent-Type: application/sdp\r\n\r\n${movedSdp}`);
    expect(await raw.frame(/\|response\|2\|/)).toContain("|OK|application|");
    const update = await peer.receive(/^UPDATE /);
    expect(update).toMatch(new RegExp(`^UPDATE sip:peer@${peer.hostPort} `));
    expect(headerOf(update, "Contact")).toContain(engineAt);
    peer.send(answerLines(peer, update, { status: "200 OK", tag: "moved", more: [sdpType] }), exampleSdp);
    expect(await raw.frame(/\|sip\|network\|/)).toMatch(new RegExp(`\\|${id}\\|\\r\\nSIP/2.0 200`));
    raw.socket.destroy();
    peer.send(
      answerLines(peer, invite, { status: "200 OK", more: [sdpType] })
        .filter((line) => !line.startsWith("Contact:"))
        .concat(`Contact: <sip:moved@${peer.hostPort}>`),
      exampleSdp,
    );
    await dialog;
    expect(await peer.receive(/^ACK /)).toMatch(/^ACK sip:moved@/);
    (await dialog).destroy();
    peer.send(answerLines(peer, await peer.receive(/^BYE /), { status: "200 OK" }));
    await nothingLeft();
  });

  it("that nobody answers is a 408, and does not stand in the way of the peer's next offer", async () => {
    const { dialog, ok } = await established("unanswered");
    type Requester = { request(options: object): Promise<{ status: number }> };
    const headers = { "Content-Type": "application/sdp" };
    const ours = (dialog as unknown as Requester).request({ method: "UPDATE", body: movedSdp, headers });
    await peer.receive(/^UPDATE /);
    expect((await ours).status).toBe(408);
    peer.send(inside(ok, "UPDATE", 2, [sdpType]), movedSdp);
    await peer.receive(of(2, "UPDATE", 200));
    await hungUp(ok, 3);
  });
});
