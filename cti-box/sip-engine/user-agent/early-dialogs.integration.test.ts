/** Early dialogs of calls that an application places (RFC 3262 §4), and what travels in those of both roles before the answer. */
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerLines, calleeLines } from "../testing/answer-lines.ts";
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
const reliable = (rseq: number, ...more: string[]): string[] => ["Require: 100rel", `RSeq: ${rseq}`, ...more];

type Placed = { dialog: Promise<Srf.Dialog>; request: Promise<Srf.SrfRequest>; invite: string; heard: number[] };

/** The application calls the peer; `heard`: the provisional answers it was told. */
async function place(): Promise<Placed> {
  const heard: number[] = [];
  const { promise: request, resolve } = Promise.withResolvers<Srf.SrfRequest>();
  const dialog = application.srf.createUAC(
    `sip:callee@${peer.hostPort}`,
    { localSdp: exampleSdp, headers: { Supported: "100rel" } },
    {
      cbRequest: ((_error: unknown, sent: Srf.SrfRequest) => resolve(sent)) as never,
      cbProvisional: (answer: { status: number }) => heard.push(answer.status),
    },
  );
  return { dialog, request, invite: await peer.receive(/^INVITE /), heard };
}

const answer = (request: string, status: string, ...[tag, more]: [string?, string[]?]): string[] =>
  answerLines(peer, request, { status, ...(tag && { tag }), ...(more && { more }) });

async function endOf({ dialog }: Placed): Promise<void> {
  (await dialog).destroy();
  const bye = await peer.receive(/^BYE /);
  peer.send(answer(bye, "200 OK"));
  await nothingLeft();
}

describe("a reliable provisional answer to a call of the application", () => {
  it("is acknowledged along its early route, told once, and the call goes on under rising numbers", async () => {
    const call = await place();
    const route = `Record-Route: <sip:${peer.hostPort};lr;first>, <sip:${peer.hostPort};lr;second>`;
    const progress = answer(call.invite, "183 Session Progress", "peer", reliable(77, sdpType, route));
    peer.send(progress, exampleSdp);
    const prack = await peer.receive(/^PRACK /);
    expect(prack).toMatch(new RegExp(`^PRACK sip:peer@${peer.hostPort} `));
    const routes = /^Route: (.*)/m.exec(prack)?.[1] ?? "";
    expect(prack.indexOf(";lr;second")).toBeLessThan(prack.indexOf(";lr;first"));
    expect(routes).toContain(";lr;second");
    const number = Number.parseInt(headerOf(call.invite, "CSeq"), 10);
    expect(headerOf(prack, "RAck")).toBe(`77 ${number} INVITE`);
    expect(headerOf(prack, "CSeq")).toBe(`${number + 1} PRACK`);
    expect(headerOf(prack, "To")).toContain(";tag=peer");
    // It came again before the PRACK was read, and one is missing before 79.
    peer.send(progress, exampleSdp);
    peer.send(answer(call.invite, "182 Queued", "peer", reliable(79, route)));
    peer.send(answer(prack, "200 OK"));
    peer.send(answer(call.invite, "180 Ringing", "peer", reliable(78, route)));
    const second = await peer.receive(/^PRACK /);
    expect(headerOf(second, "RAck")).toBe(`78 ${number} INVITE`);
    expect(headerOf(second, "CSeq")).toBe(`${number + 2} PRACK`);
    peer.send(answer(second, "200 OK"));
    peer.send(answer(call.invite, "200 OK", "peer", [sdpType, route]), exampleSdp);
    await call.dialog;
    expect(call.heard).toEqual([183, 180]);
    expect(headerOf(await peer.receive(/^ACK /), "CSeq")).toBe(`${number} ACK`);
    await endOf(call);
  });

  it("of each branch of a fork is acknowledged in its own dialog, and the branch that answers first stays", async () => {
    const call = await place();
    peer.send(answer(call.invite, "183 Session Progress", "left", reliable(10, sdpType)), exampleSdp);
    peer.send(answer(call.invite, "180 Ringing", "right", reliable(500)));
    const pracks = [await peer.receive(/^PRACK /), await peer.receive(/^PRACK /)];
    const seen = pracks.map((prack) => [/^PRACK sip:(\w+)@/.exec(prack)?.[1], headerOf(prack, "RAck").split(" ")[0]]);
    expect(Object.fromEntries(seen)).toEqual({ left: "10", right: "500" });
    for (const prack of pracks) peer.send(answer(prack, "200 OK"));
    peer.send(answer(call.invite, "200 OK", "right", [sdpType]), exampleSdp);
    expect((await call.dialog).sip.remoteTag).toBe("right");
    expect(await peer.receive(/^ACK /)).toMatch(/^ACK sip:right@/);
    // The left one answers as well: acknowledged and hung up, under a number beyond its PRACK's.
    peer.send(answer(call.invite, "200 OK", "left", [sdpType]), exampleSdp);
    expect(headerOf(await peer.receive(/^ACK /), "To")).toContain("tag=left");
    const bye = await peer.receive(/^BYE /);
    expect(headerOf(bye, "To")).toContain("tag=left");
    const pracked = pracks.find((prack) => headerOf(prack, "To").includes("left")) ?? "";
    expect(Number.parseInt(headerOf(bye, "CSeq"), 10)).toBeGreaterThan(Number.parseInt(headerOf(pracked, "CSeq"), 10));
    peer.send(answer(bye, "200 OK"));
    await endOf(call);
  });

  it("leaves nothing behind when the call is refused, cancelled, or nobody answers the PRACK", async () => {
    for (const end of ["486 Busy Here", "487 Request Terminated"]) {
      const call = await place();
      const refused = expect(call.dialog).rejects.toMatchObject({ status: Number(end.slice(0, 3)) });
      peer.send(answer(call.invite, "183 Session Progress", "peer", reliable(1)));
      await peer.receive(/^PRACK /);
      if (end.startsWith("487")) {
        (await call.request).cancel(() => undefined);
        peer.send(answer(await peer.receive(/^CANCEL /), "200 OK"));
      }
      peer.send(answer(call.invite, end));
      await refused;
    }
    await nothingLeft();
  });

  it("is dropped when another 200 crosses it: a 200 that meets a CANCEL in an early dialog is hung up", async () => {
    const call = await place();
    peer.send(answer(call.invite, "183 Session Progress", "peer", reliable(1)));
    peer.send(answer(await peer.receive(/^PRACK /), "200 OK"));
    (await call.request).cancel(() => undefined);
    const cancel = await peer.receive(/^CANCEL /);
    peer.send(answer(call.invite, "200 OK", "peer", [sdpType]), exampleSdp);
    peer.send(answer(cancel, "481 Call/Transaction Does Not Exist"));
    await call.dialog;
    await peer.receive(/^ACK /);
    peer.send(answer(await peer.receive(/^BYE /), "200 OK"));
    await nothingLeft();
  });
});

describe("a PRACK of the application that is out of place", () => {
  it.each([
    ["before any reliable answer", "180 Ringing", []],
    ["after the one PRACK that was due", "183 Session Progress", reliable(5)],
  ])("(%s) is refused", async (_name, status, more) => {
    const call = await place();
    peer.send(answer(call.invite, status, "peer", more));
    await expect.poll(() => call.heard.length).toBe(1);
    if (more.length > 0) peer.send(answer(await peer.receive(/^PRACK /), "200 OK"));
    const raw = await RawApplication.open(application.engine.admin);
    raw.send("1|authenticate|correct-secret|");
    await raw.frame(/\|response\|1\|OK/);
    const fromTag = /tag=(.*)/.exec(headerOf(call.invite, "From"))?.[1];
    const id = `${headerOf(call.invite, "Call-ID")};from-tag=${fromTag}`;
    raw.send(`2|sip||${id}\r\nPRACK sip:placeholder SIP/2.0\r\nRAck: 5 1 INVITE\r\n\r\n`);
    expect(await raw.frame(/\|response\|2\|/)).toContain("NOK|Server error: unable to find IIP when sending PRACK");
    raw.send("3|sip||none;from-tag=1\r\nPRACK sip:placeholder SIP/2.0\r\nRAck: 5 1 INVITE\r\n\r\n");
    expect(await raw.frame(/\|response\|3\|/)).toContain("unable to find dialog");
    raw.socket.destroy();
    const refused = expect(call.dialog).rejects.toMatchObject({ status: 486 });
    peer.send(answer(call.invite, "486 Busy Here"));
    await refused;
    await nothingLeft();
  });
});

describe("before the answer", () => {
  /** The peer calls and hears ringing. */
  async function ringing(callId: string): Promise<{ req: Srf.SrfRequest; res: Srf.SrfResponse; text: string }> {
    const { promise, resolve } = Promise.withResolvers<{ req: Srf.SrfRequest; res: Srf.SrfResponse }>();
    application.srf.invite((req, res) => resolve({ req, res }));
    await application.settled();
    peer.send(inviteLines(peer, engineAt, { callId }), exampleSdp);
    const { req, res } = await promise;
    res.send(180);
    return { req, res, text: await peer.receive(/^SIP\/2\.0 180/) };
  }
  const inside = (text: string, ...[method, cseq, more = []]: [string, number, string[]?]): string[] => [
    `${method} sip:callee@${engineAt} SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK-${method}${cseq}`,
    `From: ${headerOf(text, "From")}`,
    `To: ${headerOf(text, "To")}`,
    `Call-ID: ${headerOf(text, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
    ...more,
  ];
  const acknowledged = (text: string, callId: string): void =>
    peer.send(inside(text, "ACK", 1).map((line) => line.replace("z9hG4bK-ACK1", `z9hG4bK-${callId}`)));

  it("a BYE of the caller is as good as a CANCEL: 200, 487 to the INVITE, and the application hears the reason", async () => {
    const { req, text } = await ringing("bye-early");
    const cancelled = new Promise<Srf.SrfRequest>((resolve) => req.on("cancel", resolve as never));
    peer.send(inside(text, "BYE", 2, ['Reason: SIP;cause=480;text="tired"']));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
    const refused = await peer.receive(/^SIP\/2\.0 487/);
    expect(headerOf(refused, "To")).toBe(headerOf(text, "To"));
    expect((await cancelled).get("Reason")).toContain("tired");
    acknowledged(refused, "bye-early");
    await nothingLeft();
  });

  it("a BYE of the callee is none: 481, and the call can still be answered", async () => {
    const call = await place();
    const progress = answer(call.invite, "180 Ringing");
    peer.send(progress);
    await expect.poll(() => call.heard).toEqual([180]);
    peer.send(calleeLines(peer, progress, { method: "BYE", cseq: 1, to: engineAt }));
    await peer.receive(/^SIP\/2\.0 481/);
    peer.send(answer(call.invite, "200 OK", "peer", [sdpType]), exampleSdp);
    await call.dialog;
    await peer.receive(/^ACK /);
    await endOf(call);
  });

  it("a second INVITE in the dialog is refused: 500 with Retry-After to the caller, 491 to the callee", async () => {
    const { res, text } = await ringing("second-invite");
    peer.send(inside(text, "INVITE", 2, [`Contact: <sip:caller@${peer.hostPort}>`]));
    const refused = await peer.receive(/^SIP\/2\.0 500/);
    expect(headerOf(refused, "Retry-After")).toMatch(/^\d+$/);
    peer.send(inside(refused, "ACK", 2).map((line) => line.replace("z9hG4bK-ACK2", "z9hG4bK-INVITE2")));
    res.send(486);
    acknowledged(await peer.receive(/^SIP\/2\.0 486/), "second-invite");
    const call = await place();
    const progress = answer(call.invite, "180 Ringing");
    peer.send(progress);
    await expect.poll(() => call.heard).toEqual([180]);
    peer.send(calleeLines(peer, progress, { method: "INVITE", cseq: 1, to: engineAt }));
    const glare = await peer.receive(/^SIP\/2\.0 491/);
    peer.send(
      calleeLines(peer, progress, { method: "ACK", cseq: 1, to: engineAt }).map((line) =>
        line.replace("z9hG4bK-callee-ACK1", "z9hG4bK-callee-INVITE1"),
      ),
    );
    expect(headerOf(glare, "CSeq")).toBe("1 INVITE");
    const ended = expect(call.dialog).rejects.toMatchObject({ status: 486 });
    peer.send(answer(call.invite, "486 Busy Here"));
    await ended;
    await nothingLeft();
  });

  it("INFO goes to an application that has a route for it, as a new request; without a route it is answered 503", async () => {
    const { res, text } = await ringing("info-early");
    peer.send(inside(text, "INFO", 2));
    await peer.receive(/^SIP\/2\.0 503[\s\S]*CSeq: 2 INFO/);
    const heard = new Promise<Srf.SrfRequest>((resolve) =>
      application.srf.use("info", (req, answered) => {
        resolve(req);
        answered.send(200);
      }),
    );
    await application.settled();
    peer.send(inside(text, "INFO", 3));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 INFO/);
    expect((await heard) as unknown as { stackDialogId?: string }).toMatchObject({ method: "INFO" });
    res.send(486);
    acknowledged(await peer.receive(/^SIP\/2\.0 486/), "info-early");
    await nothingLeft();
  });
});

describe("REFER outside of a dialog", () => {
  const refer = (): string[] =>
    inviteLines(peer, engineAt, { callId: "refer" })
      .filter((line) => !line.startsWith("Content-Type"))
      .map((line) => line.replace(/\bINVITE\b/, "REFER"))
      .concat("Refer-To: <sip:ticket@127.0.0.1>");

  it("is answered 405 without a route", async () => {
    peer.send(refer());
    expect(headerOf(await peer.receive(/^SIP\/2\.0 405/), "Allow")).not.toContain("REFER");
  });

  it("reaches an application that has one", async () => {
    application.srf.use("refer", (_req, res) => res.send(202));
    await application.settled();
    peer.send(refer());
    await peer.receive(/^SIP\/2\.0 202/);
    await nothingLeft();
  });
});
