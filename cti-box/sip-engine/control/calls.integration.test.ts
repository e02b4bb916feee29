/** Calls through the engine with the unmodified drachtio-srf package as the application and a raw UDP peer, message by message. */
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { callerLines } from "../testing/answer-lines.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";

let application: ConnectedApplication;
let peer: RawPeer;
let engineAt: string;

beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 50);
  const port = portOf(application.engine, "udp");
  engineAt = `127.0.0.1:${port}`;
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port });
  // The route is known before any peer speaks; the tests' own handlers come after this one.
  application.srf.use("invite", (_req, _res, next) => next());
  await application.settled();
});
afterEach(async () => {
  peer.close();
  await application.close();
});

const ackLines = (ok: string, callId: string): string[] => [
  `ACK sip:callee@${engineAt} SIP/2.0`,
  `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK-ack-${callId}`,
  `From: ${headerOf(ok, "From")}`,
  `To: ${headerOf(ok, "To")}`,
  `Call-ID: ${callId}`,
  "CSeq: 1 ACK",
  "Max-Forwards: 70",
];

const inDialog = (ok: string, method: string, cseq: number): string[] =>
  callerLines(peer, ok, { method, cseq, to: engineAt, more: [`Contact: <sip:caller@${peer.hostPort}>`] });

function nextInvite(): Promise<{ req: Srf.SrfRequest; res: Srf.SrfResponse }> {
  return new Promise((resolve) => application.srf.invite((req, res) => resolve({ req, res })));
}

/** A call that the application answers, acknowledged. */
async function establish(callId: string): Promise<{ dialog: Srf.Dialog; ok: string }> {
  const offered = nextInvite();
  peer.send(inviteLines(peer, engineAt, { callId }), exampleSdp);
  const { req, res } = await offered;
  const dialog = await application.srf.createUAS(req, res, { localSdp: exampleSdp });
  const ok = await peer.receive(/^SIP\/2\.0 200/);
  peer.send(ackLines(ok, callId));
  return { dialog, ok };
}

describe("a call from the network", () => {
  it("gets 100, the application's 180 and 200 with one To tag, and its BYE ends the dialog", async () => {
    const offered = nextInvite();
    peer.send(inviteLines(peer, engineAt, { callId: "uas-1" }), exampleSdp);
    await peer.receive(/^SIP\/2\.0 100/);
    const { req, res } = await offered;
    expect(req.source).toBe("network");
    expect(req.body).toBe(exampleSdp);
    res.send(180);
    const ringing = await peer.receive(/^SIP\/2\.0 180/);
    const dialog = await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    const ok = await peer.receive(/^SIP\/2\.0 200/);
    expect(headerOf(ok, "To")).toBe(headerOf(ringing, "To"));
    expect(headerOf(ok, "To")).toContain(";tag=");
    expect(headerOf(ok, "Contact")).toBe(`<sip:${engineAt}>`);
    peer.send(ackLines(ok, "uas-1"));
    const ended = new Promise((resolve) => dialog.on("destroy", resolve));
    peer.send(inDialog(ok, "BYE", 2));
    await ended;
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
    expect((await application.engine.load()).dialogs).toBe(0);
  });

  it("cancelled while ringing: 200 and 487 to the caller, cancel to the application", async () => {
    const offered = nextInvite();
    peer.send(inviteLines(peer, engineAt, { callId: "cancel-1" }), exampleSdp);
    const { req, res } = await offered;
    res.send(180);
    await peer.receive(/^SIP\/2\.0 180/);
    const cancelled = new Promise<void>((resolve) => req.on("cancel", () => resolve()));
    const lines = inviteLines(peer, engineAt, { callId: "cancel-1" }).filter(
      (line) => !/^(Contact|Content-Type)/.test(line),
    );
    peer.send([
      lines[0]?.replace("INVITE", "CANCEL") ?? "",
      ...lines.slice(1).map((line) => line.replace("1 INVITE", "1 CANCEL")),
    ]);
    await cancelled;
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 CANCEL/);
    const terminated = await peer.receive(/^SIP\/2\.0 487/);
    expect(headerOf(terminated, "CSeq")).toBe("1 INVITE");
  });

  it("a 200 is repeated until its ACK, and given up with a BYE when none comes", async () => {
    const offered = nextInvite();
    peer.send(inviteLines(peer, engineAt, { callId: "no-ack" }), exampleSdp);
    const { req, res } = await offered;
    const dialog = await application.srf.createUAS(req, res, { localSdp: exampleSdp });
    const destroyed = new Promise<Srf.SrfRequest>((resolve) => dialog.on("destroy", resolve));
    await peer.receive(/^SIP\/2\.0 200/);
    await peer.receive(/^SIP\/2\.0 200/);
    const bye = await peer.receive(/^BYE /, 10_000);
    expect(headerOf(bye, "Reason")).toBe('SIP;cause=200;text="ACK timeout"');
    await destroyed;
  });

  it("an INVITE that arrives again gets the last answer again and reaches the application once", async () => {
    let count = 0;
    application.srf.invite((_req, res) => {
      count += 1;
      res.send(486);
    });
    const lines = inviteLines(peer, engineAt, { callId: "again" });
    peer.send(lines, exampleSdp);
    await peer.receive(/^SIP\/2\.0 486/);
    peer.send(lines, exampleSdp);
    await peer.receive(/^SIP\/2\.0 486/);
    expect(count).toBe(1);
  });

  it("INFO, re-INVITE and REFER inside the dialog reach the application, and its answers the caller", async () => {
    const { dialog, ok } = await establish("in-dialog");
    dialog.on("info", (_req, res) => res.send(200));
    dialog.on("modify", (_req, res) => res.send(200, { body: exampleSdp }));
    const referred = new Promise<string>((resolve) => {
      dialog.on("refer", (req, res) => {
        res.send(202);
        resolve(req.get("refer-to"));
      });
    });
    peer.send([...inDialog(ok, "INFO", 2), "Content-Type: application/dtmf-relay"], "Signal=5\r\nDuration=160\r\n");
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 INFO/);
    peer.send([...inDialog(ok, "INVITE", 3), "Content-Type: application/sdp"], exampleSdp);
    const answer = await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 INVITE/);
    expect(answer).toContain("m=audio");
    peer.send([...inDialog(ok, "REFER", 4), "Refer-To: <sip:202@example.org>"]);
    expect(headerOf(await peer.receive(/^SIP\/2\.0 202/), "Contact")).toBe(`<sip:${engineAt}>`);
    expect(await referred).toBe("<sip:202@example.org>");
    void dialog.request({ method: "NOTIFY", headers: { Event: "refer" }, body: "" } as unknown as Srf.SrfRequest);
    const notify = await peer.receive(/^NOTIFY /);
    expect(headerOf(notify, "From")).toBe(headerOf(ok, "To"));
  });

  it("a request in a dialog that nobody knows is answered 481; an unknown method 501; a method without route 503", async () => {
    const stray = inviteLines(peer, engineAt, { callId: "stray" });
    const of = (method: string, cseq: number): string[] =>
      stray.map((line) =>
        line
          .replace("INVITE", method)
          .replace("CSeq: 1", `CSeq: ${cseq}`)
          .replace("branch=", `branch=z9hG4bK${method}`),
      );
    peer.send(of("BYE", 1));
    await peer.receive(/^SIP\/2\.0 481/);
    peer.send(of("FROBNICATE", 2));
    await peer.receive(/^SIP\/2\.0 501/);
    peer.send(of("OPTIONS", 3));
    await peer.receive(/^SIP\/2\.0 503/);
  });
});

describe("a call of the application", () => {
  const ringing = (invite: string, status: string, more: string[] = []): string[] => [
    `SIP/2.0 ${status}`,
    ...[...invite.matchAll(/^Via:.*$/gim)].map((found) => found[0].trim()),
    `From: ${headerOf(invite, "From")}`,
    `To: ${headerOf(invite, "To")};tag=callee`,
    `Call-ID: ${headerOf(invite, "Call-ID")}`,
    `CSeq: ${headerOf(invite, "CSeq")}`,
    `Contact: <sip:callee@${peer.hostPort}>`,
    ...more,
  ];

  it("is answered, acknowledged, and its ACK repeated when the 200 comes again", async () => {
    const call = application.srf.createUAC(`sip:callee@${peer.hostPort}`, {
      localSdp: exampleSdp,
      headers: { from: "sip:1001@localhost" },
    });
    const invite = await peer.receive(/^INVITE /);
    expect(headerOf(invite, "From")).toMatch(new RegExp(`^<sip:1001@${engineAt}>;tag=`));
    peer.send(ringing(invite, "200 OK", ["Content-Type: application/sdp"]), exampleSdp);
    const dialog = await call;
    const ack = await peer.receive(/^ACK /);
    peer.send(ringing(invite, "200 OK", ["Content-Type: application/sdp"]), exampleSdp);
    expect(await peer.receive(/^ACK /)).toBe(ack);
    dialog.destroy();
    const bye = await peer.receive(/^BYE /);
    expect(Number.parseInt(headerOf(bye, "CSeq"), 10)).toBe(Number.parseInt(headerOf(invite, "CSeq"), 10) + 1);
  });

  it("cancelled before any answer, holds the CANCEL until the first provisional", async () => {
    const call = application.srf.createUAC(
      `sip:callee@${peer.hostPort}`,
      { localSdp: exampleSdp },
      { cbRequest: ((_error: unknown, request: Srf.SrfRequest) => request.cancel(() => undefined)) as never },
    );
    const refused = expect(call).rejects.toMatchObject({ status: 487 });
    const invite = await peer.receive(/^INVITE /);
    expect(peer.unread(/^CANCEL /)).toEqual([]);
    peer.send(ringing(invite, "180 Ringing"));
    const cancel = await peer.receive(/^CANCEL /);
    expect(headerOf(cancel, "Via")).toBe(headerOf(invite, "Via"));
    peer.send(ringing(cancel, "200 OK"));
    peer.send(ringing(invite, "487 Request Terminated"));
    await refused;
    await peer.receive(/^ACK /);
  });

  it("a challenge is answered with credentials in the same Call-ID and the next CSeq", async () => {
    const call = application.srf.createUAC(`sip:callee@${peer.hostPort}`, {
      localSdp: exampleSdp,
      auth: { username: "box", password: "secret" },
    });
    const first = await peer.receive(/^INVITE /);
    peer.send(ringing(first, "401 Unauthorized", ['WWW-Authenticate: Digest realm="r", nonce="n", algorithm=MD5']));
    const second = await peer.receive(/^INVITE [\s\S]*Authorization: /i);
    expect(headerOf(second, "Call-ID")).toBe(headerOf(first, "Call-ID"));
    expect(Number.parseInt(headerOf(second, "CSeq"), 10)).toBe(Number.parseInt(headerOf(first, "CSeq"), 10) + 1);
    peer.send(ringing(second, "200 OK", ["Content-Type: application/sdp"]), exampleSdp);
    (await call).destroy();
    await peer.receive(/^BYE /);
  });

  it("nobody answers: 408 after 64 times T1; a name without address: 503", async () => {
    await expect(
      application.srf.createUAC(`sip:callee@${peer.hostPort}`, { localSdp: exampleSdp }),
    ).rejects.toMatchObject({ status: 408 });
    await expect(application.srf.createUAC("sip:x@browser.invalid", { localSdp: exampleSdp })).rejects.toMatchObject({
      status: 503,
    });
  });
});
