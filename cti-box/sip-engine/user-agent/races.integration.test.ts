/** Races and ends of calls, message by message: CANCEL against answers, glare, second copies, an application or connection that goes away. */
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerLines, callerLines } from "../testing/answer-lines.ts";
import { connectApplication, portOf, statusOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { nothingLeftIn } from "../testing/nothing-left.ts";

let application: ConnectedApplication;
let peer: RawPeer;
let engineAt: string;

beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 20);
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

const nothingLeft = (): Promise<void> => nothingLeftIn(application.engine, { timeout: 6_000 });

/** What the peer answers to a request of the engine's. */
const answer = (request: string, status: string, more: string[] = []): string[] =>
  answerLines(peer, request, { status, more });
const sdpType = ["Content-Type: application/sdp"];

/** What the peer sends inside the dialog that the engine's 200 made. */
const inside = (ok: string, method: string, ...[cseq, branch = `${method}${cseq}`]: [number, string?]): string[] =>
  callerLines(peer, ok, { method, cseq, to: engineAt, branch, more: [`Contact: <sip:caller@${peer.hostPort}>`] });

async function establish(callId: string): Promise<{ dialog: Srf.Dialog; ok: string }> {
  const offered = new Promise<{ req: Srf.SrfRequest; res: Srf.SrfResponse }>((resolve) =>
    application.srf.invite((req, res) => resolve({ req, res })),
  );
  peer.send(inviteLines(peer, engineAt, { callId }), exampleSdp);
  const { req, res } = await offered;
  const dialog = await application.srf.createUAS(req, res, { localSdp: exampleSdp });
  const ok = await peer.receive(/^SIP\/2\.0 200/);
  peer.send(inside(ok, "ACK", 1));
  await expect.poll(async () => (await application.engine.load()).unacknowledged).toBe(0);
  return { dialog, ok };
}

describe("CANCEL", () => {
  it("of ours that the callee never follows up: 408 after 64·T1 and nothing left", async () => {
    const { promise: sent, resolve } = Promise.withResolvers<Srf.SrfRequest>();
    const call = application.srf.createUAC(
      `sip:callee@${peer.hostPort}`,
      { localSdp: exampleSdp },
      { cbRequest: ((_error: unknown, request: Srf.SrfRequest) => resolve(request)) as never },
    );
    const refused = expect(call).rejects.toMatchObject({ status: 408 });
    const invite = await peer.receive(/^INVITE /);
    peer.send(answer(invite, "180 Ringing"));
    (await sent).cancel(() => undefined);
    peer.send(answer(await peer.receive(/^CANCEL /), "200 OK"));
    peer.send(answer(invite, "180 Ringing"));
    await refused;
    await nothingLeft();
  });

  it("of ours that crosses the 200: ACK, then BYE by the engine", async () => {
    const { promise: sent, resolve } = Promise.withResolvers<Srf.SrfRequest>();
    const call = application.srf.createUAC(
      `sip:callee@${peer.hostPort}`,
      { localSdp: exampleSdp },
      { cbRequest: ((_error: unknown, request: Srf.SrfRequest) => resolve(request)) as never },
    );
    const invite = await peer.receive(/^INVITE /);
    peer.send(answer(invite, "180 Ringing"));
    (await sent).cancel(() => undefined);
    const cancel = await peer.receive(/^CANCEL /);
    peer.send(answer(invite, "200 OK", sdpType), exampleSdp);
    peer.send(answer(cancel, "481 Call/Transaction Does Not Exist"));
    await call;
    await peer.receive(/^ACK /);
    const bye = await peer.receive(/^BYE /);
    expect(headerOf(bye, "Reason")).toContain("ACK-BYE due to cancel race condition");
    peer.send(answer(bye, "200 OK"));
    await nothingLeft();
  });

  it("of the peer's re-INVITE: 487 with the dialog's one To tag, and the dialog stays", async () => {
    const { dialog, ok } = await establish("re-cancel");
    const offered = new Promise<void>((resolve) => dialog.on("modify", () => resolve()));
    peer.send([...inside(ok, "INVITE", 2, "re"), ...sdpType], exampleSdp);
    await offered;
    peer.send(inside(ok, "INVITE", 2, "re").map((line) => line.replace("INVITE", "CANCEL")));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 CANCEL/);
    const refused = await peer.receive(/^SIP\/2\.0 487/);
    expect(headerOf(refused, "To")).toBe(headerOf(ok, "To"));
    peer.send(inside(ok, "ACK", 2, "re"));
    expect((await application.engine.load()).dialogs).toBe(1);
    peer.send(inside(ok, "BYE", 3));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 BYE/);
    await nothingLeft();
  });
});

describe("glare", () => {
  it("a re-INVITE that meets ours is answered 491, one that meets its own earlier one 500 with Retry-After", async () => {
    const { dialog, ok } = await establish("glare");
    const modified = dialog.modify(exampleSdp);
    const ours = await peer.receive(/^INVITE /);
    peer.send([...inside(ok, "INVITE", 2), ...sdpType], exampleSdp);
    await peer.receive(/^SIP\/2\.0 491/);
    peer.send(inside(ok, "ACK", 2, "INVITE2"));
    peer.send(answer(ours, "200 OK", sdpType), exampleSdp);
    await modified;
    await peer.receive(/^ACK /);
    const offered = new Promise<Srf.SrfResponse>((resolve) => dialog.on("modify", (_req, res) => resolve(res)));
    peer.send([...inside(ok, "INVITE", 3), ...sdpType], exampleSdp);
    const res = await offered;
    peer.send([...inside(ok, "INVITE", 4), ...sdpType], exampleSdp);
    const refused = await peer.receive(/^SIP\/2\.0 500/);
    expect(Number(headerOf(refused, "Retry-After"))).toBeLessThanOrEqual(10);
    peer.send(inside(ok, "ACK", 4, "INVITE4"));
    res.send(200, { body: exampleSdp });
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 3 INVITE/);
    peer.send(inside(ok, "ACK", 3, "ack3"));
    peer.send(inside(ok, "BYE", 5));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 5 BYE/);
    await nothingLeft();
  });

  it("a 200 to our re-INVITE that comes twice before the ACK reaches the application once, and is acknowledged twice", async () => {
    const { dialog, ok } = await establish("twice");
    const modified = dialog.modify(exampleSdp);
    const ours = await peer.receive(/^INVITE /);
    for (const _time of [1, 2]) peer.send(answer(ours, "200 OK", sdpType), exampleSdp);
    await modified;
    await peer.receive(/^ACK /);
    peer.send(answer(ours, "200 OK", sdpType), exampleSdp);
    await peer.receive(/^ACK /);
    dialog.destroy();
    peer.send(answer(await peer.receive(/^BYE /), "200 OK"));
    expect(headerOf(ok, "Call-ID")).toBe("twice");
    await nothingLeft();
  });

  it("a re-INVITE of ours that is refused gets one ACK, of its own number, also from an application that acknowledges it", async () => {
    const { dialog } = await establish("refused");
    const request = (method: string): Promise<Srf.SrfResponse> =>
      dialog.request({ method, headers: { "Content-Type": "application/sdp" }, body: exampleSdp } as never);
    const asked = request("INVITE");
    const ours = await peer.receive(/^INVITE /);
    peer.send(answer(ours, "491 Request Pending"));
    expect((await asked).status).toBe(491);
    expect(headerOf(await peer.receive(/^ACK /), "CSeq")).toBe(headerOf(ours, "CSeq").replace("INVITE", "ACK"));
    // What the application sends next comes behind whatever it has sent before.
    const updated = request("UPDATE");
    peer.send(answer(await peer.receive(/^UPDATE /), "200 OK"));
    await updated;
    expect(peer.unread(/^ACK /)).toEqual([]);
    const again = request("INVITE");
    peer.send(answer(await peer.receive(/^INVITE /), "200 OK", sdpType), exampleSdp);
    await again;
    await peer.receive(/^ACK /);
    dialog.destroy();
    peer.send(answer(await peer.receive(/^BYE /), "200 OK"));
    await nothingLeft();
  });

  it("our BYE takes a re-INVITE of ours that waits with it", async () => {
    const { dialog } = await establish("bye-in-re-invite");
    dialog.modify(exampleSdp).catch(() => undefined);
    const ours = await peer.receive(/^INVITE /);
    peer.send(answer(ours, "100 Trying"));
    await expect.poll(() => peer.unread(/^INVITE /).length).toBeLessThan(3);
    dialog.destroy();
    peer.send(answer(await peer.receive(/^CANCEL /), "200 OK"));
    peer.send(answer(await peer.receive(/^BYE /), "200 OK"));
    await nothingLeft();
  });
});

describe("a second copy", () => {
  it("of an INVITE on another way is answered 482, and the application sees one call", async () => {
    let count = 0;
    application.srf.invite((_req, res) => {
      count += 1;
      res.send(180);
    });
    peer.send(inviteLines(peer, engineAt, { callId: "fork", branch: "z9hG4bK-one" }), exampleSdp);
    await peer.receive(/^SIP\/2\.0 180/);
    peer.send(inviteLines(peer, engineAt, { callId: "fork", branch: "z9hG4bK-two" }), exampleSdp);
    expect(headerOf(await peer.receive(/^SIP\/2\.0 482/), "Via")).toContain("z9hG4bK-two");
    expect(count).toBe(1);
  });

  it("of an answer, from another branch of a fork, is acknowledged and hung up", async () => {
    const call = application.srf.createUAC(`sip:callee@${peer.hostPort}`, { localSdp: exampleSdp });
    const invite = await peer.receive(/^INVITE /);
    peer.send(answer(invite, "200 OK", sdpType), exampleSdp);
    await call;
    await peer.receive(/^ACK /);
    const other = answer(invite, "200 OK", sdpType).map((line) => line.replace("tag=peer", "tag=other"));
    peer.send(other, exampleSdp);
    expect(headerOf(await peer.receive(/^ACK /), "To")).toContain("tag=other");
    const bye = await peer.receive(/^BYE /);
    expect(headerOf(bye, "To")).toContain("tag=other");
    peer.send(answer(bye, "200 OK"));
    (await call).destroy();
    const own = await peer.receive(/^BYE /);
    expect(headerOf(own, "To")).toContain("tag=peer");
    peer.send(answer(own, "200 OK"));
    await nothingLeft();
  });
});

describe("an application that goes away", () => {
  it("its ringing calls are cancelled, its callers hear 503, its calls stay up until the peer's BYE", async () => {
    const { ok } = await establish("stays");
    application.srf.createUAC(`sip:callee@${peer.hostPort}`, { localSdp: exampleSdp }).catch(() => undefined);
    const ringing = await peer.receive(/^INVITE /);
    peer.send(answer(ringing, "180 Ringing"));
    peer.send(inviteLines(peer, engineAt, { callId: "waits" }), exampleSdp);
    await peer.receive(/^SIP\/2\.0 100/);
    await expect.poll(async () => (await application.engine.load()).transactions).toBeGreaterThan(1);
    application.leave();
    await peer.receive(/^SIP\/2\.0 503[\s\S]*Call-ID: waits/);
    peer.send(answer(await peer.receive(/^CANCEL /), "200 OK"));
    // The 200 crossed the CANCEL, and nobody is left to talk.
    peer.send(answer(ringing, "200 OK", sdpType), exampleSdp);
    await peer.receive(/^ACK /);
    peer.send(answer(await peer.receive(/^BYE /), "200 OK"));
    expect((await application.engine.load()).dialogs).toBe(1);
    peer.send(inside(ok, "BYE", 2));
    await peer.receive(/^SIP\/2\.0 481[\s\S]*CSeq: 2 BYE/);
    await nothingLeft();
  });
});

describe("an application that does not react", () => {
  it("its caller is answered 504 after 128·T1, and nothing is left", async () => {
    application.srf.invite(() => undefined);
    await application.settled();
    peer.send(inviteLines(peer, engineAt, { callId: "silent" }), exampleSdp);
    await peer.receive(/^SIP\/2\.0 100/);
    await peer.receive(/^SIP\/2\.0 504/);
    await nothingLeft();
  });
});

describe("TCP", () => {
  it("two requests at once to a new peer share one connection, and end with it", async () => {
    const sockets: Socket[] = [];
    const { promise: both, resolve } = Promise.withResolvers<void>();
    let text = "";
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      socket.on("data", (chunk) => {
        text += chunk.toString();
        if (text.match(/^OPTIONS /gm)?.length === 2) resolve();
      });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const ask = (): Promise<number> =>
      statusOf(application.srf, `sip:127.0.0.1:${port};transport=tcp`, { method: "OPTIONS" });
    const answers = Promise.all([ask(), ask()]);
    await both;
    expect(sockets).toHaveLength(1);
    sockets[0]?.destroy();
    expect(await answers).toEqual([503, 503]);
    server.close();
    await nothingLeft();
  });
});
