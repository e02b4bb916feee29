/** The `proxy` command on the control port: fields, frames and failures (control protocol §8), and what a request looks like on the other side. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerTo, ProxyingEngine, transactionOf } from "../testing/proxying-engine.ts";
import { exampleSdp, headerOf, inviteLines, type RawPeer } from "../testing/raw-peer.ts";

const idle = { transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 };

let proxying: ProxyingEngine;
let caller: RawPeer;
let callee: RawPeer;
beforeEach(async () => {
  proxying = await ProxyingEngine.start();
  caller = await proxying.peer("127.0.0.2");
  callee = await proxying.peer("127.0.0.3");
});
afterEach(async () => {
  await expect.poll(() => proxying.load(), { timeout: 10_000 }).toMatchObject(idle);
  await proxying.close();
});

const acknowledge = (answer: string, invite: string[]): string[] => [
  (invite[0] ?? "").replace("INVITE", "ACK"),
  invite[1] ?? "",
  `From: ${headerOf(answer, "From")}`,
  `To: ${headerOf(answer, "To")}`,
  `Call-ID: ${headerOf(answer, "Call-ID")}`,
  "CSeq: 1 ACK",
  "Max-Forwards: 70",
];

/** The caller's INVITE is refused with that status, and acknowledged. */
async function refused(callId: string, status: number): Promise<string> {
  const answer = await caller.receive(new RegExp(`^SIP/2.0 ${status}`));
  caller.send(acknowledge(answer, inviteLines(caller, proxying.at(), { callId })));
  return answer;
}

/** The target refuses the call that it was given, so that the test leaves nothing behind. */
async function calleeRefuses(invite: string, callId: string, status = "486 Busy Here"): Promise<string> {
  callee.send(answerTo(invite, status));
  await callee.receive(/^ACK/);
  return refused(callId, Number.parseInt(status, 10));
}

describe("what passes", () => {
  it("is the caller's request with our Via on top, one hop less, the target, and nothing else changed", async () => {
    const lines = [
      "supported: 100rel , timer",
      "X-Odd:  a  b ",
      "Record-Route: <sip:before.example;lr>",
      "P-Thing: 1",
      "P-Thing: 2",
    ];
    await proxying.call(caller, [`sip:callee@${callee.hostPort}`], { lines });
    const invite = await callee.receive(/^INVITE/);
    const head = (invite.split("\r\n\r\n")[0] ?? "").split("\r\n");
    expect(head).toEqual([
      `INVITE sip:callee@${callee.hostPort} SIP/2.0`,
      expect.stringMatching(`^Via: SIP/2\\.0/UDP ${proxying.at()};rport;branch=z9hG4bK[^;]{10,60};loop=[0-9a-f]{16}$`),
      `Via: SIP/2.0/UDP ${caller.hostPort};branch=z9hG4bK-call;rport=${caller.hostPort.split(":")[1]}`,
      `From: <sip:caller@${caller.hostPort}>;tag=caller-call`,
      `To: <sip:callee@${proxying.at()}>`,
      "Call-ID: call",
      "CSeq: 1 INVITE",
      `Contact: <sip:caller@${caller.hostPort}>`,
      "Max-Forwards: 69",
      "Content-Type: application/sdp",
      "supported: 100rel , timer",
      "X-Odd: a  b",
      "Record-Route: <sip:before.example;lr>",
      "P-Thing: 1",
      "P-Thing: 2",
      `Content-Length: ${exampleSdp.length}`,
    ]);
    expect(invite.split("\r\n\r\n")[1]).toBe(exampleSdp);
    await calleeRefuses(invite, "call");
  });

  it("comes back without our Via, with the body as it was; the application sees it with both", async () => {
    const id = await proxying.call(caller, [`sip:callee@${callee.hostPort}`]);
    const invite = await callee.receive(/^INVITE/);
    callee.send(answerTo(invite, "488 Nö", { lines: ["X-Why: codec"] }), "a body\r\n\r\nof two parts ü");
    const frame = await proxying.application.frame(new RegExp(`\\|response\\|${id}\\|OK\\|network`));
    const [address, port] = callee.hostPort.split(":");
    const meta = (frame.split("\r\n")[0] ?? "").split("|");
    expect(meta.slice(1, 5)).toEqual(["response", id, "OK", "network"]);
    expect(meta.slice(6, 9)).toEqual(["udp", address, port]);
    expect(meta.slice(10)).toEqual(["", "", "continue"]);
    expect(frame.match(/^Via:/gm)?.length).toBe(2);
    expect(Number(meta[5])).toBe(Buffer.byteLength(frame.slice(frame.indexOf("\r\n") + 2)));
    expect(await proxying.result(id)).toEqual(["OK|done"]);
    const answer = await refused("call", 488);
    expect(answer.match(/^Via:/gm)?.length).toBe(1);
    expect(answer).toContain("SIP/2.0 488 Nö\r\n");
    expect(headerOf(answer, "X-Why")).toBe("codec");
    expect(answer.endsWith("\r\n\r\na body\r\n\r\nof two parts ü")).toBe(true);
    await callee.receive(/^ACK/);
  });

  it("takes the application's headers along: added to a list, in place of anything else, never those of the caller or the engine", async () => {
    const headers = [
      "X-New: n",
      "Subject: ours",
      "Supported: path",
      "From: <sip:evil@x>",
      "Via: SIP/2.0/UDP x",
      "Max-Forwards: 1",
      "Contact: <sip:x>",
    ];
    await proxying.call(caller, [`sip:callee@${callee.hostPort}`], {
      headers,
      lines: ["Subject: theirs", "Supported: timer"],
    });
    const invite = await callee.receive(/^INVITE/);
    expect(headerOf(invite, "X-New")).toBe("n");
    expect(invite.match(/^Subject: .*$/gm)).toEqual(["Subject: ours"]);
    expect(invite.match(/^Supported: .*$/gm)).toEqual(["Supported: timer", "Supported: path"]);
    expect(invite.match(/^From:/gm)?.length).toBe(1);
    expect(headerOf(invite, "From")).toContain("caller");
    expect(invite.match(/^Via:/gm)?.length).toBe(2);
    expect(headerOf(invite, "Max-Forwards")).toBe("69");
    expect(headerOf(invite, "Contact")).toContain("caller");
    await calleeRefuses(invite, "call");
  });

  it.each([
    ["names the engine: the target takes its place", (at: string) => `sip:200@${at}`, (target: string) => target],
    ["names another domain: it stays", () => "sip:200@office.example", () => "sip:200@office.example"],
    ["is a telephone number: it stays", () => "tel:+39010123", () => "tel:+39010123"],
  ])("the request-URI %s", async (...[, uriFor, expected]) => {
    const lines = inviteLines(caller, proxying.at(), { callId: "uri" });
    lines[0] = `INVITE ${uriFor(proxying.at())} SIP/2.0`;
    caller.send(lines, exampleSdp);
    const target = `sip:bob@${callee.hostPort}`;
    await proxying.proxyNext([target]);
    const invite = await callee.receive(/^INVITE/);
    expect(invite.split("\r\n")[0]).toBe(`INVITE ${expected(target)} SIP/2.0`);
    callee.send(answerTo(invite, "486 Busy Here"));
    await callee.receive(/^ACK/);
    const answer = await caller.receive(/^SIP\/2.0 486/);
    caller.send(acknowledge(answer, lines));
  });

  it("has the routes that name the engine taken off, and keeps the others", async () => {
    const lines = [`Route: <sip:${proxying.at()};lr>, <sip:next.example;lr>`, "Route: <sip:last.example;lr>"];
    await proxying.call(caller, [`sip:callee@${callee.hostPort}`], { lines });
    const invite = await callee.receive(/^INVITE/);
    expect(invite.match(/^Route: .*$/gm)).toEqual(["Route: <sip:next.example;lr>", "Route: <sip:last.example;lr>"]);
    await calleeRefuses(invite, "call");
  });

  it("without Max-Forwards gets one (RFC 3261 §16.6 step 3)", async () => {
    const lines = inviteLines(caller, proxying.at(), { callId: "call" }).filter(
      (line) => !line.startsWith("Max-Forwards"),
    );
    caller.send(lines, exampleSdp);
    await proxying.proxyNext([`sip:callee@${callee.hostPort}`]);
    const invite = await callee.receive(/^INVITE/);
    expect(headerOf(invite, "Max-Forwards")).toBe("70");
    await calleeRefuses(invite, "call");
  });
});

describe("what does not", () => {
  it("a request without hops left: 483, and the application is told", async () => {
    const lines = inviteLines(caller, proxying.at(), { callId: "call" }).map((line) =>
      line.replace("Max-Forwards: 70", "Max-Forwards: 0"),
    );
    caller.send(lines, exampleSdp);
    const id = await proxying.proxyNext([`sip:callee@${callee.hostPort}`]);
    expect(await proxying.result(id)).toEqual(["NOK|Rejected with 483 Too Many Hops due to Max-Forwards value of 0"]);
    await refused("call", 483);
  });

  it("a request whose extensions a proxy would have to know: 420 with their names (RFC 3261 §16.3 step 5)", async () => {
    const id = await proxying.call(caller, [`sip:callee@${callee.hostPort}`], {
      lines: ["Proxy-Require: warp, privacy"],
    });
    expect(await proxying.result(id)).toEqual(["NOK|Rejected with 420 Bad Extension due to Proxy-Require"]);
    expect(headerOf(await refused("call", 420), "Unsupported")).toBe("warp");
  });

  it("a request that comes back as it went: 482; one that comes back for somebody else passes (RFC 3261 §16.3 step 4)", async () => {
    const back = `sip:200@${proxying.at()}`;
    const first = await proxying.call(caller, [`sip:callee@${callee.hostPort}`]);
    const invite = await callee.receive(/^INVITE/);
    const again = (uri: string, branch: string): void =>
      callee.sendRaw(
        invite
          .replace(/^INVITE \S+/, `INVITE ${uri}`)
          .replace("\r\n", `\r\nVia: SIP/2.0/UDP ${callee.hostPort};branch=${branch}\r\n`),
      );
    const ackFor = (answer: string, uri: string, branch: string): void =>
      callee.send([
        `ACK ${uri} SIP/2.0`,
        `Via: SIP/2.0/UDP ${callee.hostPort};branch=${branch}`,
        ...["From", "To", "Call-ID"].map((name) => `${name}: ${headerOf(answer, name)}`),
        "CSeq: 1 ACK",
      ]);
    again(`sip:callee@${proxying.at()}`, "z9hG4bKloop");
    const loop = await proxying.proxyNext([back]);
    expect(await proxying.result(loop)).toEqual(["NOK|Rejected with 482 Loop Detected"]);
    ackFor(await callee.receive(/^SIP\/2.0 482/), `sip:callee@${proxying.at()}`, "z9hG4bKloop");
    const third = await proxying.peer("127.0.0.4");
    again(back, "z9hG4bKspiral");
    const spiral = await proxying.proxyNext([`sip:third@${third.hostPort}`]);
    const passed = await third.receive(/^INVITE/);
    third.send(answerTo(passed, "404 Not Found"));
    await third.receive(/^ACK/);
    ackFor(await callee.receive(/^SIP\/2.0 404/), back, "z9hG4bKspiral");
    expect(await proxying.result(spiral)).toEqual(["404", "OK|done"]);
    await calleeRefuses(invite, "call");
    expect(await proxying.result(first)).toEqual(["486", "OK|done"]);
  });

  it("anything to nowhere: 500, and the application is told that nothing was sent", async () => {
    const id = await proxying.call(caller, ["sip:x@127.0.0.9;transport=sctp", "garbage", `sip:${proxying.at()}`]);
    expect(await proxying.result(id)).toEqual(["NOK|error proxying request to "]);
    await refused("call", 500);
  });

  it("a name without an address counts as 503 of that target, which goes up as 500", async () => {
    const id = await proxying.call(caller, ["sip:bob@nowhere.invalid"]);
    expect(await proxying.result(id)).toEqual(["503", "OK|done"]);
    await refused("call", 500);
  });
});

describe("the command", () => {
  it.each([["an unknown transaction", "nosuch", "NOK|Unknown transaction id: nosuch"]])(
    "for %s is refused",
    async (...[, transaction, text]) => {
      expect(await proxying.result(proxying.proxy(transaction, ["sip:x@127.0.0.3"]))).toEqual([text]);
    },
  );

  it("is refused for a request that was answered, cancelled or passed on already; and a response comes too late after it", async () => {
    caller.send(inviteLines(caller, proxying.at(), { callId: "call" }), exampleSdp);
    const transaction = transactionOf(await proxying.application.frame(/\|sip\|network\|/));
    const id = proxying.proxy(transaction, [`sip:callee@${callee.hostPort}`]);
    const second = proxying.proxy(transaction, [`sip:callee@${callee.hostPort}`]);
    proxying.application.send(`late|sip|${transaction}|\r\nSIP/2.0 480 Gone\r\nContent-Length: 0\r\n\r\n`);
    expect(await proxying.result(second)).toEqual([`NOK|Unknown transaction id: ${transaction}`]);
    await proxying.application.frame(/\|late\|NOK\|Response not sent due to unknown transaction/);
    const invite = await callee.receive(/^INVITE/);
    await calleeRefuses(invite, "call");
    expect(await proxying.result(id)).toEqual(["486", "OK|done"]);
    // It may have come twice, being repeated, but only from one command.
    expect(callee.unread(/^INVITE/).filter((again) => headerOf(again, "Via") !== headerOf(invite, "Via"))).toEqual([]);
    const third = proxying.proxy(transaction, [`sip:callee@${callee.hostPort}`]);
    expect(await proxying.result(third)).toEqual([`NOK|Unknown transaction id: ${transaction}`]);
  });

  it("without fullResponse is answered with its end alone, as soon as the request is on its way", async () => {
    const id = await proxying.call(caller, [`sip:callee@${callee.hostPort}`], { full: false });
    expect(await proxying.result(id)).toEqual(["OK|done"]);
    await calleeRefuses(await callee.receive(/^INVITE/), "call");
  });

  it("that does not say to where closes the connection, like every frame that cannot be read", async () => {
    proxying.application.send("short|proxy|id|||||");
    const frame = await proxying.application.frame(/\|short\|/);
    expect(frame).toMatch(/\|NO\|Invalid proxy request: not enough information provided$/);
  });

  it("outlives the application: the call that was passed on goes on", async () => {
    await proxying.call(caller, [`sip:callee@${callee.hostPort}`]);
    const invite = await callee.receive(/^INVITE/);
    proxying.application.socket.destroy();
    callee.send(answerTo(invite, "180 Ringing"));
    await caller.receive(/^SIP\/2.0 180/);
    await calleeRefuses(invite, "call");
  });

  it("passes other methods on too, with their answers", async () => {
    caller.send(
      [
        `MESSAGE sip:bob@${proxying.at()} SIP/2.0`,
        `Via: SIP/2.0/UDP ${caller.hostPort};branch=z9hG4bKmessage`,
        "From: <sip:a@x.example>;tag=1",
        "To: <sip:bob@x.example>",
        "Call-ID: message",
        "CSeq: 7 MESSAGE",
        "Max-Forwards: 70",
        "Content-Type: text/plain",
      ],
      "ciao",
    );
    const id = await proxying.proxyNext([`sip:bob@${callee.hostPort}`]);
    const message = await callee.receive(/^MESSAGE/);
    // It is repeated on its way until it is answered (timer E).
    await callee.receive(/^MESSAGE/);
    callee.send(answerTo(message, "202 Accepted"));
    await caller.receive(/^SIP\/2.0 202/);
    expect(await proxying.result(id)).toEqual(["202", "OK|done"]);
  });
});
