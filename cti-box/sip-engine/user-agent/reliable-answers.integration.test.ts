/** Reliable provisional responses of an application as the called party (RFC 3262 §3), message by message, with the unmodified drachtio-srf. */
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callerLines } from "../testing/answer-lines.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { nothingLeftIn } from "../testing/nothing-left.ts";

const t1Ms = 40;
const supported = ["Supported: 100rel"];
type Offered = { req: Srf.SrfRequest; res: Srf.SrfResponse };

let application: ConnectedApplication;
let peer: RawPeer;
let engineAt: string;

beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], t1Ms);
  const port = portOf(application.engine, "udp");
  engineAt = `127.0.0.1:${port}`;
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port });
});
afterEach(async () => {
  peer.close();
  await application.close();
});

const nothingLeft = (): Promise<void> => nothingLeftIn(application.engine, { timeout: 10_000 });

/** The peer calls; the application's side of it. */
async function invited(callId: string, more: string[] = supported): Promise<Offered> {
  const { promise, resolve } = Promise.withResolvers<Offered>();
  application.srf.invite((req, res) => resolve({ req, res }));
  await application.settled();
  peer.send(inviteLines(peer, engineAt, { callId, more }), exampleSdp);
  return promise;
}

/** What the caller sends inside of the dialog that this answer made. */
const inside = (answer: string, ...[method, cseq, more = []]: [string, number, string[]?]): string[] =>
  callerLines(peer, answer, { method, cseq, to: engineAt, more });
const prack = (answer: string, cseq: number, rseq = headerOf(answer, "RSeq")): string[] =>
  inside(answer, "PRACK", cseq, [`RAck: ${rseq} 1 INVITE`]);
const reliably = { headers: { Require: "100rel" } };
const withSdp = { headers: { Require: "100rel" }, body: exampleSdp };

async function hangUp(ok: string, cseq: number): Promise<void> {
  peer.send(inside(ok, "ACK", 1));
  peer.send(inside(ok, "BYE", cseq));
  await peer.receive(new RegExp(`^SIP/2\\.0 200[\\s\\S]*CSeq: ${cseq} BYE`));
  await nothingLeft();
}

describe("a provisional response with Require: 100rel", () => {
  it("has RSeq and Contact, in the echo as well, and its PRACK is answered by the application", async () => {
    const { req, res } = await invited("pracked");
    const { promise: acknowledged, resolve } = Promise.withResolvers<Srf.SrfRequest>();
    const echo = await new Promise<{ get(name: string): string }>((echoed, failed) => {
      (res.send as (...words: unknown[]) => void)(
        183,
        "Session Progress",
        withSdp,
        (error: unknown, sent: never) => (error ? failed(error) : echoed(sent)),
        resolve,
      );
    });
    const progress = await peer.receive(/^SIP\/2\.0 183/);
    expect(headerOf(progress, "Contact")).toContain(engineAt);
    expect(headerOf(progress, "Require")).toBe("100rel");
    expect(Number(headerOf(progress, "RSeq"))).toBeGreaterThan(0);
    expect(echo.get("RSeq")).toBe(headerOf(progress, "RSeq"));
    peer.send(prack(progress, 2));
    expect((await acknowledged).get("RAck")).toBe(`${headerOf(progress, "RSeq")} 1 INVITE`);
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 PRACK/);
    await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    await hangUp(await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 INVITE/), 3);
  });

  it("is repeated until its PRACK comes, which may come twice", async () => {
    const { res } = await invited("repeated");
    res.send(180, reliably);
    const first = await peer.receive(/^SIP\/2\.0 180/);
    for (const _copy of [1, 2, 3]) expect(await peer.receive(/^SIP\/2\.0 180/)).toBe(first);
    for (const _time of [1, 2]) {
      peer.send(prack(first, 2));
      await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 PRACK/);
    }
    peer.forget();
    // The next one in number order shows that the first is not repeated any more.
    res.send(183, reliably);
    const second = await peer.receive(/^SIP\/2\.0 183/);
    expect(Number(headerOf(second, "RSeq"))).toBe(Number(headerOf(first, "RSeq")) + 1);
    expect(peer.unread(/^SIP\/2\.0 180/)).toEqual([]);
    res.send(486);
    const refused = await peer.receive(/^SIP\/2\.0 486/);
    // A PRACK that crossed the refusal is the application's to answer as well (RFC 3262 §3).
    peer.send(prack(second, 3));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 PRACK/);
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-repeated")));
    await nothingLeft();
  });

  it("waits while another one is outstanding, and so does the 2xx, until the PRACK is answered", async () => {
    const { req, res } = await invited("in-turn");
    res.send(180, reliably);
    res.send(183, withSdp);
    const answered = application.srf.createUAS(req, res, { localSdp: exampleSdp });
    const first = await peer.receive(/^SIP\/2\.0 180/);
    await peer.receive(/^SIP\/2\.0 180/);
    expect(peer.unread(/^SIP\/2\.0 (183|200)/)).toEqual([]);
    peer.send(prack(first, 2));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 PRACK/);
    const second = await peer.receive(/^SIP\/2\.0 183/);
    await peer.receive(/^SIP\/2\.0 183/);
    expect(peer.unread(/^SIP\/2\.0 200/)).toEqual([]);
    peer.send(prack(second, 3));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 PRACK/);
    await answered;
    await hangUp(await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 INVITE/), 4);
  });

  it("that nobody acknowledges ends the call after 64·T1: 504 to the caller, a CANCEL to the application", async () => {
    const { req, res } = await invited("no-prack");
    const gone = new Promise<Srf.SrfRequest>((resolve) => req.on("cancel", resolve as never));
    res.send(183, withSdp);
    const progress = await peer.receive(/^SIP\/2\.0 183/);
    const refused = await peer.receive(/^SIP\/2\.0 504/, 10_000);
    expect(headerOf(refused, "To")).toBe(headerOf(progress, "To"));
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-no-prack")));
    expect((await gone).get("Reason")).toContain("504");
    await nothingLeft();
  });

  it("that nobody acknowledges takes a 200 that waits for it along: createUAS fails", async () => {
    const { req, res } = await invited("200-without-prack");
    res.send(183, withSdp);
    const answered = expect(application.srf.createUAS(req, res, { localSdp: exampleSdp })).rejects.toContain("unknown");
    const refused = await peer.receive(/^SIP\/2\.0 504/, 10_000);
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-200-without-prack")));
    await answered;
    await nothingLeft();
  });

  it("is refused to an application whose caller did not offer 100rel", async () => {
    const { res } = await invited("unable", []);
    const refusal = await new Promise((resolve) => (res.send as (...words: unknown[]) => void)(183, withSdp, resolve));
    expect(String(refusal)).toContain("Remote endpoint does not support 100rel");
    res.send(486);
    const refused = await peer.receive(/^SIP\/2\.0 486/);
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-unable")));
    await nothingLeft();
  });
});

describe("a caller that requires 100rel", () => {
  it("gets every ringing reliably, from an application that knows nothing of it", async () => {
    const { req, res } = await invited("required", ["Require: 100rel"]);
    res.send(180);
    const ringing = await peer.receive(/^SIP\/2\.0 180/);
    expect(headerOf(ringing, "Require")).toBe("100rel");
    peer.send(prack(ringing, 2));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 PRACK/);
    await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    await hangUp(await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 INVITE/), 3);
  });

  it("hears after a minute that it still rings, under a new number", async () => {
    const { res } = await invited("still-ringing", ["Require: 100rel"]);
    res.send(180);
    const first = await peer.receive(/^SIP\/2\.0 180/);
    peer.send(prack(first, 2));
    const next = `RSeq: ${Number(headerOf(first, "RSeq")) + 1}\\r`;
    const second = await peer.receive(new RegExp(`^SIP/2\\.0 180[\\s\\S]*${next}`), 10_000);
    peer.send(prack(second, 3));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 PRACK/);
    res.send(486);
    const refused = await peer.receive(/^SIP\/2\.0 486/);
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-still-ringing")));
    await nothingLeft();
  });
});

describe("ringing without 100rel", () => {
  it("is told again after a minute", async () => {
    const { res } = await invited("plain");
    res.send(180);
    const first = await peer.receive(/^SIP\/2\.0 180/);
    expect(await peer.receive(/^SIP\/2\.0 180/, 10_000)).toBe(first);
    res.send(486);
    const refused = await peer.receive(/^SIP\/2\.0 486/);
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-plain")));
    await nothingLeft();
  });
});

describe("a PRACK that acknowledges nothing", () => {
  it.each([
    ["an unknown number", (progress: string) => prack(progress, 2, "1")],
    ["no RAck", (progress: string) => inside(progress, "PRACK", 2)],
    [
      "another INVITE",
      (progress: string) => inside(progress, "PRACK", 2, [`RAck: ${headerOf(progress, "RSeq")} 9 INVITE`]),
    ],
    [
      "another dialog",
      (progress: string) => prack(progress, 2).map((line) => line.replace(/^(From:.*tag=).*/, "$1else")),
    ],
  ])("(%s) is answered 481, and the right one is still taken", async (name, wrong) => {
    const { res } = await invited(`wrong-${name.replaceAll(" ", "-")}`);
    res.send(183, withSdp);
    const progress = await peer.receive(/^SIP\/2\.0 183/);
    peer.send(wrong(progress));
    await peer.receive(/^SIP\/2\.0 481[\s\S]*CSeq: 2 PRACK/);
    peer.send(prack(progress, 3));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 PRACK/);
    peer.send(inside(progress, "BYE", 4));
    await peer.receive(/^SIP\/2\.0 487/);
  });
});

describe("races", () => {
  it("a CANCEL that crosses the PRACK ends the call once, and the PRACK is answered", async () => {
    const { req, res } = await invited("cancel-prack");
    const cancelled = new Promise<void>((resolve) => req.on("cancel", () => resolve()));
    res.send(183, withSdp);
    const progress = await peer.receive(/^SIP\/2\.0 183/);
    peer.send(
      inviteLines(peer, engineAt, { callId: "cancel-prack" })
        .filter((line) => !line.startsWith("Content-Type"))
        .map((line) => line.replace(/^INVITE/, "CANCEL").replace("1 INVITE", "1 CANCEL")),
    );
    peer.send(prack(progress, 2));
    await cancelled;
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 CANCEL/);
    const refused = await peer.receive(/^SIP\/2\.0 487/);
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 PRACK/);
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-cancel-prack")));
    await nothingLeft();
  });

  it("an application that goes away while its 200 waits for a PRACK leaves a caller with 503 and nothing else", async () => {
    const { req, res } = await invited("gone");
    res.send(183, withSdp);
    application.srf.createUAS(req, res, { localSdp: exampleSdp }).catch(() => undefined);
    const progress = await peer.receive(/^SIP\/2\.0 183/);
    application.leave();
    const refused = await peer.receive(/^SIP\/2\.0 503/);
    peer.send(prack(progress, 2));
    await peer.receive(/^SIP\/2\.0 481[\s\S]*CSeq: 2 PRACK/);
    peer.send(inside(refused, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", "z9hG4bK-gone")));
    await nothingLeft();
  });
});
