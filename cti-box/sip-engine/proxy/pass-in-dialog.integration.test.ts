/** Dialogs that the engine stays on the way of: their requests pass without the application, and nobody else's do. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  answerTo,
  fromCallee,
  inDialog,
  ProxyingEngine,
  recordedRoutes,
  transactionOf,
} from "../testing/proxying-engine.ts";
import { exampleSdp, headerOf, type RawPeer } from "../testing/raw-peer.ts";

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
  await expect.poll(() => proxying.load(), { timeout: 15_000 }).toMatchObject(idle);
  await proxying.close();
});

const contactOf = (peer: RawPeer): string => `Contact: <sip:bob@${peer.hostPort}>`;
const viaOf = (peer: RawPeer, branch: string): string => `SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK${branch}`;

/** A call that the engine stays on the way of: the INVITE as the callee has it, the 200 as the caller has it. */
async function talking(
  options: { lines?: string[]; targets?: string[] } = {},
): Promise<{ invite: string; answer: string }> {
  const { lines = [], targets = [`sip:bob@${callee.hostPort}`] } = options;
  await proxying.call(caller, targets, { remains: true, lines });
  const invite = await callee.receive(/^INVITE/);
  callee.send(answerTo(invite, "200 OK", { lines: [contactOf(callee)] }));
  const answer = await caller.receive(/^SIP\/2.0 200/);
  caller.send(inDialog(answer, "ACK", { cseq: 1, via: viaOf(caller, "ack") }));
  expect((await callee.receive(/^ACK/)).match(/^Via:/gm)?.length).toBe(2);
  return { invite, answer };
}

describe("inside of a dialog", () => {
  it("ACK, re-INVITE, INFO and BYE pass from either side; the application hears of none", async () => {
    const { invite, answer } = await talking();
    await proxying.application.frame(/OK\|done/);
    expect(recordedRoutes(invite)).toEqual([expect.stringMatching(`^<sip:${proxying.at()};lr;la2=[\\w.-]+>$`)]);

    caller.send(inDialog(answer, "INFO", { via: viaOf(caller, "info"), lines: ["Content-Type: text/plain"] }), "5");
    const info = await callee.receive(/^INFO/);
    expect(info.split("\r\n")[0]).toBe(`INFO sip:bob@${callee.hostPort} SIP/2.0`);
    expect([headerOf(info, "Route"), headerOf(info, "Max-Forwards"), info.at(-1)]).toEqual(["", "69", "5"]);
    callee.send(answerTo(info, "200 OK"));
    expect((await caller.receive(/^SIP\/2.0 200[\s\S]*CSeq: 2 INFO/)).match(/^Via:/gm)?.length).toBe(1);

    callee.send(
      fromCallee(callee, invite, "INVITE", { lines: [contactOf(callee), "Content-Type: application/sdp"] }),
      exampleSdp,
    );
    await callee.receive(/^SIP\/2.0 100/);
    const again = await caller.receive(/^INVITE/);
    caller.send(answerTo(again, "200 OK", { lines: [`Contact: <sip:caller@${caller.hostPort}>`] }));
    await callee.receive(/^SIP\/2.0 200[\s\S]*CSeq: 7 INVITE/);
    callee.send(fromCallee(callee, invite, "ACK"));
    await caller.receive(/^ACK[\s\S]*CSeq: 7 ACK/);

    callee.send(fromCallee(callee, invite, "BYE", { cseq: 8 }));
    caller.send(answerTo(await caller.receive(/^BYE/), "200 OK"));
    await callee.receive(/^SIP\/2.0 200[\s\S]*CSeq: 8 BYE/);
    expect(proxying.application.unread).toBe(0);
  });

  it("a re-INVITE that rings can be cancelled, and one that is refused is acknowledged hop by hop", async () => {
    const { answer } = await talking();
    caller.send(inDialog(answer, "INVITE", { via: viaOf(caller, "again") }));
    const again = await callee.receive(/^INVITE[\s\S]*CSeq: 2 INVITE/);
    callee.send(answerTo(again, "180 Ringing"));
    await caller.receive(/^SIP\/2.0 180/);
    caller.send(inDialog(answer, "CANCEL", { via: viaOf(caller, "again") }));
    await caller.receive(/^SIP\/2.0 200[\s\S]*CSeq: 2 CANCEL/);
    const cancelled = await callee.receive(/^CANCEL/);
    callee.send(answerTo(cancelled, "200 OK"));
    callee.send(answerTo(again, "487 Request Terminated"));
    await callee.receive(/^ACK[\s\S]*CSeq: 2 ACK/);
    await caller.receive(/^SIP\/2.0 487/);
    caller.send(inDialog(answer, "ACK", { cseq: 2, via: viaOf(caller, "again") }));
  });

  it("a reliable provisional answer is acknowledged end to end: PRACK passes with its own number (RFC 3262)", async () => {
    await proxying.call(caller, [`sip:bob@${callee.hostPort}`], { remains: true, lines: ["Supported: 100rel"] });
    const invite = await callee.receive(/^INVITE/);
    callee.send(answerTo(invite, "183 Progress", { lines: ["Require: 100rel", "RSeq: 77", contactOf(callee)] }));
    const progress = await caller.receive(/^SIP\/2.0 183/);
    expect(headerOf(progress, "RSeq")).toBe("77");
    caller.send(inDialog(progress, "PRACK", { via: viaOf(caller, "prack"), lines: ["RAck: 77 1 INVITE"] }));
    const prack = await callee.receive(/^PRACK/);
    expect(headerOf(prack, "RAck")).toBe("77 1 INVITE");
    callee.send(answerTo(prack, "200 OK"));
    await caller.receive(/^SIP\/2.0 200[\s\S]*CSeq: 2 PRACK/);
    callee.send(answerTo(invite, "200 OK", { lines: [contactOf(callee)] }));
    caller.send(
      inDialog(await caller.receive(/^SIP\/2.0 200[\s\S]*INVITE/), "ACK", { cseq: 1, via: viaOf(caller, "ack") }),
    );
    await callee.receive(/^ACK/);
  });

  it("a peer that is gone: the request ends with 408", async () => {
    const { answer } = await talking();
    const uri = "sip:nobody@127.0.0.9:9";
    caller.send(inDialog(answer, "BYE", { uri, via: viaOf(caller, "bye") }));
    await caller.receive(/^SIP\/2.0 (408|500)/);
  });

  it("no hops left: 483", async () => {
    const { answer } = await talking();
    const bye = inDialog(answer, "BYE", { via: viaOf(caller, "bye") });
    caller.send(bye.map((line) => line.replace("Max-Forwards: 70", "Max-Forwards: 0")));
    await caller.receive(/^SIP\/2.0 483/);
  });

  it("a strict router before and after the engine is served as it wants (RFC 3261 §16.4, §16.6)", async () => {
    const strict = await proxying.peer("127.0.0.4");
    const { invite, answer } = await talking();
    const own = recordedRoutes(answer)[0] ?? "";
    const target = `sip:bob@${callee.hostPort}`;
    const request = inDialog(answer, "INFO", { uri: own.slice(1, -1), via: viaOf(caller, "strict") });
    caller.send(request.map((line) => (line.startsWith("Route:") ? `Route: <${target}>` : line)));
    const before = await callee.receive(/^INFO/);
    expect([before.split("\r\n")[0], headerOf(before, "Route")]).toEqual([`INFO ${target} SIP/2.0`, ""]);
    callee.send(answerTo(before, "200 OK"));
    await caller.receive(/^SIP\/2.0 200[\s\S]*INFO/);
    const after = fromCallee(callee, invite, "INFO").flatMap((line) =>
      line.startsWith("Route:") ? [line, `Route: <sip:${strict.hostPort}>`] : [line],
    );
    callee.send(after);
    const passed = await strict.receive(/^INFO/);
    expect(passed.split("\r\n")[0]).toBe(`INFO sip:${strict.hostPort} SIP/2.0`);
    expect(headerOf(passed, "Route")).toBe(headerOf(invite, "Contact"));
    strict.send(answerTo(passed, "200 OK"));
    await callee.receive(/^SIP\/2.0 200[\s\S]*INFO/);
  });
});

describe("a stranger does not use the engine as a relay", () => {
  const stolen = async (change: (lines: string[]) => string[]): Promise<void> => {
    const { answer } = await talking();
    const stranger = await proxying.peer("127.0.0.5");
    stranger.send(change(inDialog(answer, "MESSAGE", { via: viaOf(stranger, "stranger") })));
    await stranger.receive(/^SIP\/2.0 481/);
    expect(callee.unread(/^MESSAGE/)).toEqual([]);
  };
  const replaced = (pattern: RegExp, by: string) => (lines: string[]) => lines.map((line) => line.replace(pattern, by));

  it.each([
    ["a Route without the engine's signature", replaced(/;la2=[^>;]+/, "")],
    ["a signature that was made up", replaced(/;la2=[^>;]+/, ";la2=toz1ol..4meYetHJVanfcvXZGNB4zq")],
    ["a flow that was made up", replaced(/(;la2=[^.]+\.)/, "$1dWRwPjU+MS4x")],
    ["the signature of another call", replaced(/^Call-ID: .*/, "Call-ID: mine")],
    ["the signature with the tags of another call", replaced(/tag=caller-call/, "tag=mine")],
    ["a time in the future with an old signature", replaced(/;la2=[^.]+/, ";la2=zzzzzz")],
  ])("with %s", async (...[, change]) => stolen(change));

  it("outside of a dialog", async () => {
    const { answer } = await talking();
    const lines = inDialog(answer, "MESSAGE", { via: viaOf(caller, "outside") });
    caller.send(lines.map((line) => line.replace(/^(To: .*);tag=.*/, "$1")));
    // It goes to an application, like every new request.
    const frame = await proxying.application.frame(/\r\nMESSAGE/);
    proxying.application.send(`m|sip|${transactionOf(frame)}|\r\nSIP/2.0 403 Forbidden\r\nContent-Length: 0\r\n\r\n`);
    await caller.receive(/^SIP\/2.0 403/);
  });

  it("with an ACK: it goes nowhere", async () => {
    const { answer } = await talking();
    const ack = inDialog(answer, "ACK", { cseq: 1, via: viaOf(caller, "ack2") });
    caller.send(ack.map((line) => line.replace(/;la2=[^>;]+/, ";la2=x.y.z")));
    caller.send(inDialog(answer, "BYE", { cseq: 3, via: viaOf(caller, "bye") }));
    callee.send(answerTo(await callee.receive(/^BYE/), "200 OK"));
    await caller.receive(/^SIP\/2.0 200[\s\S]*BYE/);
    expect(callee.unread(/^ACK/)).toEqual([]);
  });
});
