/** Proxied calls and registrations between pages and telephones, and through NAT: both sides reach each other by the routes they were given. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PagePeer, pageHost } from "../testing/page-peer.ts";
import { answerTo, fromCallee, inDialog, ProxyingEngine, recordedRoutes } from "../testing/proxying-engine.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { StreamPeer } from "../testing/stream-peer.ts";

const idle = { transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 };

let proxying: ProxyingEngine;
let caller: RawPeer;
let callee: RawPeer;
beforeEach(async () => {
  proxying = await ProxyingEngine.start(["sip:127.0.0.1:0;transport=udp,tcp", "sip:127.0.0.1:0;transport=ws"]);
  caller = await proxying.peer("127.0.0.2");
  callee = await proxying.peer("127.0.0.3");
});
afterEach(async () => {
  await expect.poll(() => proxying.load(), { timeout: 15_000 }).toMatchObject(idle);
  await proxying.close();
});

const contactOf = (peer: RawPeer): string => `Contact: <sip:bob@${peer.hostPort}>`;
const viaOf = (peer: RawPeer, branch: string): string => `SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK${branch}`;

describe("between two kinds of transport", () => {
  it("a page calls a telephone: two routes are recorded, and both sides reach each other by their own (RFC 5658)", async () => {
    const page = await PagePeer.open(Number(proxying.at("ws").split(":")[1]));
    page.invite("alice", "page-call");
    const id = await proxying.proxyNext([`sip:bob@${callee.hostPort}`], { remains: true });
    const invite = await callee.receive(/^INVITE/);
    const routes = recordedRoutes(invite);
    expect(routes).toEqual([
      expect.stringMatching(`^<sip:${proxying.at("udp")};lr;la2=`),
      expect.stringMatching(`^<sip:${proxying.at("ws")};transport=ws;lr;la2=`),
    ]);
    callee.send(answerTo(invite, "200 OK", { lines: [contactOf(callee)] }));
    const answer = await page.receive(/^SIP\/2.0 200/);
    expect(await proxying.result(id)).toEqual(["200", "OK|done"]);
    page.send(inDialog(answer, "ACK", { cseq: 1, via: `SIP/2.0/WS ${pageHost};branch=z9hG4bKack` }));
    await callee.receive(/^ACK/);
    // The page's Contact leads nowhere: its connection is in the route.
    callee.send(fromCallee(callee, invite, "BYE"));
    const bye = await page.receive(/^BYE/);
    page.answer(bye, "200 OK");
    await callee.receive(/^SIP\/2.0 200[\s\S]*BYE/);
    // A call is no registration: nobody reaches the page by its Contact for having called.
    expect(await proxying.load()).toMatchObject({ bindings: 0 });
    page.socket.close();
  });

  it("an ACK and what was written in one go with it reach the telephone in that order", async () => {
    const [host = "", port = ""] = proxying.at("tcp").split(":");
    const phone = await StreamPeer.connect({ host, port: Number(port) });
    const via = (branch: string): string => `SIP/2.0/TCP ${host}:5999;branch=z9hG4bK${branch}`;
    const invite = inviteLines(caller, proxying.at(), { callId: "joined" });
    phone.send(
      invite.map((line) => (line.startsWith("Via:") ? `Via: ${via("joined")}` : line)),
      exampleSdp,
    );
    await proxying.proxyNext([`sip:bob@${callee.hostPort}`], { remains: true });
    callee.send(answerTo(await callee.receive(/^INVITE/), "200 OK", { lines: [contactOf(callee)] }));
    const answer = await phone.receive(/^SIP\/2.0 200/);
    const requests = ["ACK", "INFO", "BYE"].map((method, index) =>
      [...inDialog(answer, method, { cseq: index + 1, via: via(method) }), "Content-Length: 0", "", ""].join("\r\n"),
    );
    phone.socket.write(requests.join(""));
    const arrived = await Promise.all(["ACK", "INFO", "BYE"].map(() => callee.receive(/^(ACK|INFO|BYE) /)));
    expect(arrived.map((text) => text.split(" ")[0])).toEqual(["ACK", "INFO", "BYE"]);
    for (const request of arrived.slice(1)) callee.send(answerTo(request, "200 OK"));
    await phone.receive(/^SIP\/2.0 200[\s\S]*CSeq: 3 BYE/);
    await phone.close();
  });

  it("a page that is gone when the other side hangs up: an answer comes, and nothing stays", async () => {
    const page = await PagePeer.open(Number(proxying.at("ws").split(":")[1]));
    page.invite("alice", "page-call");
    await proxying.proxyNext([`sip:bob@${callee.hostPort}`], { remains: true });
    const invite = await callee.receive(/^INVITE/);
    callee.send(answerTo(invite, "200 OK", { lines: [contactOf(callee)] }));
    await page.receive(/^SIP\/2.0 200/);
    page.socket.close();
    callee.send(fromCallee(callee, invite, "BYE"));
    await callee.receive(/^SIP\/2.0 500/);
  });

  it("a page that closes while the telephone rings has given up: the telephone is cancelled", async () => {
    const page = await PagePeer.open(Number(proxying.at("ws").split(":")[1]));
    page.invite("alice", "page-call");
    await proxying.proxyNext([`sip:bob@${callee.hostPort}`]);
    const invite = await callee.receive(/^INVITE/);
    callee.send(answerTo(invite, "180 Ringing"));
    await page.receive(/^SIP\/2.0 180/);
    page.socket.close();
    const cancel = await callee.receive(/^CANCEL/);
    expect(headerOf(cancel, "Reason")).toBe('SIP;cause=503;text="connection closed"');
    callee.send(answerTo(cancel, "200 OK"));
    callee.send(answerTo(invite, "487 Request Terminated"));
    await callee.receive(/^ACK/);
  });

  it("a caller behind NAT is reached where its packets come from", async () => {
    const lines = inviteLines(caller, proxying.at(), { callId: "call" });
    caller.send(
      lines.map((line) => line.replace(/^Contact: .*/, "Contact: <sip:caller@192.168.77.5:5060>")),
      exampleSdp,
    );
    await proxying.proxyNext([`sip:bob@${callee.hostPort}`], { remains: true });
    const invite = await callee.receive(/^INVITE/);
    callee.send(answerTo(invite, "200 OK", { lines: [contactOf(callee)] }));
    await caller.receive(/^SIP\/2.0 200/);
    callee.send(fromCallee(callee, invite, "BYE"));
    const bye = await caller.receive(/^BYE/);
    expect(bye.split("\r\n")[0]).toBe("BYE sip:caller@192.168.77.5:5060 SIP/2.0");
    caller.send(answerTo(bye, "200 OK"));
    await callee.receive(/^SIP\/2.0 200[\s\S]*BYE/);
  });
});

describe("between IPv6 and IPv4", () => {
  it("two routes are recorded, and a call passes from one to the other and back", async () => {
    const both = await ProxyingEngine.start(["sip:127.0.0.1:0;transport=udp", "sip:[::1]:0;transport=udp"]);
    const port = Number(both.engine.contacts.at(-1)?.split(":").at(-1));
    const six = await RawPeer.open("::1", { host: "::1", port });
    const four = await both.peer("127.0.0.3");
    six.send(inviteLines(six, `[::1]:${port}`, { callId: "call" }), exampleSdp);
    const id = await both.proxyNext([`sip:bob@${four.hostPort}`], { remains: true });
    const invite = await four.receive(/^INVITE/);
    expect(recordedRoutes(invite)).toEqual([
      expect.stringMatching(`^<sip:${both.at()};lr;la2=`),
      expect.stringMatching(`^<sip:\\[::1\\]:${port};lr;la2=`),
    ]);
    four.send(answerTo(invite, "200 OK", { lines: [contactOf(four)] }));
    const answer = await six.receive(/^SIP\/2.0 200/);
    six.send(inDialog(answer, "ACK", { cseq: 1, via: `SIP/2.0/UDP ${six.hostPort};branch=z9hG4bKack` }));
    await four.receive(/^ACK/);
    four.send(fromCallee(four, invite, "BYE"));
    six.send(answerTo(await six.receive(/^BYE/), "200 OK"));
    await four.receive(/^SIP\/2.0 200[\s\S]*BYE/);
    expect(await both.result(id)).toEqual(["200", "OK|done"]);
    await expect.poll(() => both.load(), { timeout: 15_000 }).toMatchObject(idle);
    six.close();
    await both.close();
  });
});

describe("a registration that the engine passes on (RFC 3327)", () => {
  it("carries a Path; a call along it reaches the client and nobody else, and the dialog stays on that way", async () => {
    const page = await PagePeer.open(Number(proxying.at("ws").split(":")[1]));
    const registered = page.register("alice", 1);
    await proxying.proxyNext([`sip:${callee.hostPort}`], { remains: true });
    const register = await callee.receive(/^REGISTER/);
    const paths = register.split("\r\n").flatMap((line) => (line.startsWith("Path: ") ? [line.slice(6)] : []));
    expect(paths).toEqual([
      expect.stringMatching(`^<sip:${proxying.at("udp")};lr;la2=`),
      expect.stringMatching(`^<sip:${proxying.at("ws")};transport=ws;lr;la2=`),
    ]);
    expect(headerOf(register, "Require")).toBe("path");
    callee.send(answerTo(register, "200 OK", { lines: ["Expires: 0", ...paths.map((path) => `Path: ${path}`)] }));
    await registered;

    callee.send(
      [
        `INVITE sip:alice@${pageHost};transport=ws SIP/2.0`,
        `Via: ${viaOf(callee, "registrar")}`,
        ...paths.map((path) => `Route: ${path}`),
        "From: <sip:bob@x.example>;tag=bob",
        "To: <sip:alice@x.example>",
        "Call-ID: along-the-path",
        "CSeq: 1 INVITE",
        "Max-Forwards: 70",
        contactOf(callee),
        "Content-Type: application/sdp",
      ],
      exampleSdp,
    );
    const invite = await page.receive(/^INVITE/);
    expect(recordedRoutes(invite).length).toBe(2);
    page.answer(invite, "486 Busy Here");
    await page.receive(/^ACK/);
    const answer = await callee.receive(/^SIP\/2.0 486/);
    callee.send([
      `ACK sip:alice@${pageHost} SIP/2.0`,
      `Via: ${viaOf(callee, "registrar")}`,
      ...["From", "To", "Call-ID"].map((name) => `${name}: ${headerOf(answer, name)}`),
      "CSeq: 1 ACK",
    ]);
    page.socket.close();
  });
});
