/** Several targets for one request (RFC 3261 §16.7, control protocol §8): who is asked when, what the caller hears, and that every branch ends. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerTo, ProxyingEngine } from "../testing/proxying-engine.ts";
import { exampleSdp, headerOf, inviteLines, type RawPeer } from "../testing/raw-peer.ts";

const idle = { transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 };

let proxying: ProxyingEngine;
let caller: RawPeer;
let one: RawPeer;
let two: RawPeer;
beforeEach(async () => {
  proxying = await ProxyingEngine.start();
  caller = await proxying.peer("127.0.0.2");
  one = await proxying.peer("127.0.0.3");
  two = await proxying.peer("127.0.0.4");
});
afterEach(async () => {
  await expect.poll(() => proxying.load(), { timeout: 15_000 }).toMatchObject(idle);
  await proxying.close();
});

const to = (...peers: RawPeer[]): string[] => peers.map((peer) => `sip:bob@${peer.hostPort}`);
const contactOf = (peer: RawPeer, user = "bob"): string => `Contact: <sip:${user}@${peer.hostPort}>`;

async function invited(peer: RawPeer): Promise<string> {
  return peer.receive(/^INVITE/);
}

async function refuses(peer: RawPeer, invite: string, ...[status, lines = []]: [string, string[]?]): Promise<void> {
  peer.send(answerTo(invite, status, { tag: `tag-${peer.hostPort}`, lines }));
  await peer.receive(/^ACK/);
}

/** A cancelled target ends its INVITE as it should. */
async function isCancelled(peer: RawPeer, invite: string): Promise<string> {
  const cancel = await peer.receive(/^CANCEL/);
  expect(headerOf(cancel, "Via")).toBe(headerOf(invite, "Via"));
  peer.send(answerTo(cancel, "200 OK", { tag: `tag-${peer.hostPort}` }));
  await refuses(peer, invite, "487 Request Terminated");
  return cancel;
}

/** The final answer that the caller hears; a refusal is acknowledged. */
async function callerHears(status: number, callId = "call"): Promise<string> {
  const answer = await caller.receive(new RegExp(`^SIP/2.0 ${status}`));
  if (status >= 300) {
    caller.send([
      `ACK sip:callee@${proxying.at()} SIP/2.0`,
      `Via: SIP/2.0/UDP ${caller.hostPort};branch=z9hG4bK-${callId}`,
      ...["From", "To", "Call-ID"].map((name) => `${name}: ${headerOf(answer, name)}`),
      "CSeq: 1 ACK",
    ]);
  }
  return answer;
}

function cancel(callId = "call", lines: string[] = []): void {
  const invite = inviteLines(caller, proxying.at(), { callId });
  caller.send([
    (invite[0] ?? "").replace("INVITE", "CANCEL"),
    ...invite.slice(1, 5),
    "CSeq: 1 CANCEL",
    "Max-Forwards: 70",
    ...lines,
  ]);
}

describe("one after the other", () => {
  it("the next is asked when one has refused, and the best answer goes up", async () => {
    const third = await proxying.peer("127.0.0.5");
    const id = await proxying.call(caller, to(one, two, third));
    await refuses(one, await invited(one), "503 Service Unavailable");
    await refuses(two, await invited(two), "486 Busy Here");
    await refuses(third, await invited(third), "404 Not Found");
    expect(await proxying.result(id)).toEqual(["503", "486", "404", "OK|done"]);
    expect(headerOf(await callerHears(486), "To")).toContain(`tag=tag-${two.hostPort}`);
  });

  it("a 6xx ends the search", async () => {
    const id = await proxying.call(caller, to(one, two));
    await refuses(one, await invited(one), "603 Decline");
    await callerHears(603);
    expect(await proxying.result(id)).toEqual(["603", "OK|done"]);
    expect(two.unread(/^INVITE/)).toEqual([]);
  });

  it("a 503 of the only target is not told as the engine's own: 500, without Retry-After", async () => {
    await proxying.call(caller, to(one));
    await refuses(one, await invited(one), "503 Service Unavailable", ["Retry-After: 60"]);
    expect(headerOf(await callerHears(500), "Retry-After")).toBe("");
  });

  it("a target that says nothing in the time it is given is left, and cancelled when it rings after all", async () => {
    const id = await proxying.call(caller, to(one, two), { provisional: "200ms" });
    const late = await invited(one);
    const invite = await invited(two);
    one.send(answerTo(late, "180 Ringing", { tag: "late" }));
    await isCancelled(one, late);
    two.send(answerTo(invite, "200 OK", { lines: [contactOf(two)] }));
    await callerHears(200);
    expect(await proxying.result(id)).toEqual(["487", "200", "OK|done"]);
    expect(caller.unread(/^SIP\/2.0 180/)).toEqual([]);
  });

  it("a target that rings too long is cancelled, and the next one is asked (final timeout)", async () => {
    const id = await proxying.call(caller, to(one, two), { provisional: "2s", final: "200ms" });
    const first = await invited(one);
    one.send(answerTo(first, "180 Ringing", { tag: "one" }));
    await caller.receive(/^SIP\/2.0 180/);
    const second = await invited(two);
    await isCancelled(one, first);
    await refuses(two, second, "480 Temporarily Unavailable");
    await callerHears(480);
    expect(await proxying.result(id)).toEqual(["487", "480", "OK|done"]);
  });

  it("nobody answers: 408 once the last target's time is over, long before timer B", async () => {
    const id = await proxying.call(caller, to(one), { provisional: "100ms" });
    await callerHears(408);
    expect(await proxying.result(id)).toEqual(["OK|done"]);
  });

  it("a target that never answers ends with timer B, which the application sees as an empty 408", async () => {
    const id = await proxying.call(caller, to(one));
    await callerHears(408);
    const frame = await proxying.application.frame(/\|continue/);
    expect((frame.split("\r\n")[0] ?? "").split("|").slice(4, 9)).toEqual(["network", "0", "udp", "", "0"]);
    expect(await proxying.result(id)).toEqual(["OK|done"]);
  });

  it("a telephone that rings without end is cancelled by timer C, and the caller hears 408", async () => {
    await proxying.close();
    // 185 s at the usual T1 of 500 ms: 1.85 s at 5 ms.
    proxying = await ProxyingEngine.start(undefined, 5);
    caller = await proxying.peer("127.0.0.2");
    one = await proxying.peer("127.0.0.3");
    const id = await proxying.call(caller, to(one));
    const invite = await invited(one);
    one.send(answerTo(invite, "180 Ringing"));
    await isCancelled(one, invite);
    await callerHears(408);
    expect(await proxying.result(id)).toEqual(["487", "OK|done"]);
  });
});

describe("all at once", () => {
  it("who answers first has the call; the others are cancelled and told that it was answered elsewhere", async () => {
    const id = await proxying.call(caller, to(one, two), { mode: "simultaneous" });
    const [first, second] = await Promise.all([invited(one), invited(two)]);
    one.send(answerTo(first, "180 Ringing", { tag: "one" }));
    two.send(answerTo(second, "183 Session Progress", { tag: "two" }));
    await caller.receive(/^SIP\/2.0 180/);
    await caller.receive(/^SIP\/2.0 183/);
    two.send(answerTo(second, "200 OK", { tag: "two", lines: [contactOf(two)] }));
    expect(headerOf(await callerHears(200), "To")).toContain("tag=two");
    expect(headerOf(await isCancelled(one, first), "Reason")).toBe('SIP;cause=200;text="Call completed elsewhere"');
    expect(await proxying.result(id)).toEqual(["200", "OK|done"]);
  });

  it("a second 200 that crosses goes up as well, and so does its repetition: the caller has to choose (RFC 3261 §16.7)", async () => {
    await proxying.call(caller, to(one, two), { mode: "simultaneous" });
    const [first, second] = await Promise.all([invited(one), invited(two)]);
    one.send(answerTo(first, "200 OK", { tag: "one", lines: [contactOf(one)] }));
    two.send(answerTo(second, "200 OK", { tag: "two", lines: [contactOf(two)] }));
    await caller.receive(/^SIP\/2.0 200[\s\S]*tag=one/);
    await caller.receive(/^SIP\/2.0 200[\s\S]*tag=two/);
    two.send(answerTo(second, "200 OK", { tag: "two", lines: [contactOf(two)] }));
    await caller.receive(/^SIP\/2.0 200[\s\S]*tag=two/);
  });

  it("401 and 407 end the search at once; the try with credentials reaches the same target, whatever is named then", async () => {
    const id = await proxying.call(caller, to(one, two), { mode: "simultaneous" });
    const [first, second] = await Promise.all([invited(one), invited(two)]);
    two.send(answerTo(second, "180 Ringing", { tag: "two" }));
    await caller.receive(/^SIP\/2.0 180/);
    const challenge = 'Digest realm="x", nonce="n-1, 2", algorithm=MD5';
    await refuses(one, first, "407 Proxy Authentication Required", [`Proxy-Authenticate: ${challenge}`]);
    expect(headerOf(await callerHears(407), "Proxy-Authenticate")).toBe(challenge);
    await isCancelled(two, second);
    expect(await proxying.result(id)).toEqual(["407", "OK|done"]);
    two.forget();
    const credentials =
      'Proxy-Authorization: Digest username="u", realm="x", nonce="n-1, 2", uri="sip:x", response="r"';
    const again = await proxying.call(caller, to(two), { callId: "again", lines: [credentials] });
    await refuses(one, await one.receive(/^INVITE[\s\S]*Call-ID: again/), "403 Forbidden");
    await callerHears(403, "again");
    expect(await proxying.result(again)).toEqual(["403", "OK|done"]);
    expect(two.unread(/^INVITE/)).toEqual([]);
  });

  it("a 200 that crosses a 407 is acknowledged and hung up here: the caller cannot take it any more", async () => {
    await proxying.call(caller, to(one, two), { mode: "simultaneous", remains: true });
    const [first, second] = await Promise.all([invited(one), invited(two)]);
    two.send(answerTo(second, "180 Ringing", { tag: "two" }));
    await caller.receive(/^SIP\/2.0 180/);
    await refuses(one, first, "407 Proxy Authentication Required");
    await callerHears(407);
    const cancelled = await two.receive(/^CANCEL/);
    two.send(answerTo(second, "200 OK", { tag: "two", lines: [contactOf(two)] }));
    two.send(answerTo(cancelled, "481 Call/Transaction Does Not Exist"));
    const ack = await two.receive(/^ACK/);
    expect(ack.split("\r\n")[0]).toBe(`ACK sip:bob@${two.hostPort} SIP/2.0`);
    const bye = await two.receive(/^BYE/);
    expect(headerOf(bye, "Route")).toBe("");
    two.send(answerTo(bye, "200 OK"));
    expect(caller.unread(/^SIP\/2.0 200/)).toEqual([]);
  });
});

describe("redirections", () => {
  it("are followed in the order of their preference, each once, and replace the request-URI", async () => {
    const third = await proxying.peer("127.0.0.5");
    const id = await proxying.call(caller, to(one), { follow: true });
    await refuses(one, await invited(one), "302 Moved Temporarily", [
      `Contact: <sip:third@${third.hostPort}>;q=0.3, <sip:two@${two.hostPort}?Subject=x>;q=0.8, <mailto:x@y>`,
    ]);
    const second = await invited(two);
    expect(second.split("\r\n")[0]).toBe(`INVITE sip:two@${two.hostPort} SIP/2.0`);
    await refuses(two, second, "301 Moved", [`Contact: <sip:bob@${one.hostPort}>, <sip:third@${third.hostPort}>`]);
    await refuses(third, await invited(third), "486 Busy Here");
    await callerHears(486);
    expect(await proxying.result(id)).toEqual(["302", "301", "486", "OK|done"]);
    expect(one.unread(/^INVITE/)).toEqual([]);
  });

  it("go to the caller where the application does not follow them", async () => {
    await proxying.call(caller, to(one));
    await refuses(one, await invited(one), "302 Moved Temporarily", [`Contact: <sip:two@${two.hostPort}>`]);
    expect(headerOf(await callerHears(302), "Contact")).toBe(`<sip:two@${two.hostPort}>`);
  });
});

describe("the caller gives up", () => {
  it("200 and 487 at once; what rings is cancelled with the caller's reason, what is silent as soon as it rings", async () => {
    const id = await proxying.call(caller, to(one, two), { mode: "simultaneous" });
    const [first, second] = await Promise.all([invited(one), invited(two)]);
    one.send(answerTo(first, "180 Ringing", { tag: "one" }));
    await caller.receive(/^SIP\/2.0 180/);
    cancel("call", ['Reason: SIP;cause=600;text="Busy"']);
    await caller.receive(/^SIP\/2.0 200[\s\S]*CSeq: 1 CANCEL/);
    await callerHears(487);
    expect(headerOf(await isCancelled(one, first), "Reason")).toBe('SIP;cause=600;text="Busy"');
    two.send(answerTo(second, "180 Ringing", { tag: "two" }));
    await isCancelled(two, second);
    expect((await proxying.result(id)).at(-1)).toBe("OK|done");
    expect(proxying.application.unread).toBe(0);
  });

  it("while the target's 200 is on its way: it is acknowledged and hung up here", async () => {
    await proxying.call(caller, to(one));
    const invite = await invited(one);
    one.send(answerTo(invite, "180 Ringing"));
    await caller.receive(/^SIP\/2.0 180/);
    cancel();
    await callerHears(487);
    const cancelled = await one.receive(/^CANCEL/);
    one.send(answerTo(invite, "200 OK", { lines: [contactOf(one)] }));
    one.send(answerTo(cancelled, "200 OK"));
    await one.receive(/^ACK/);
    const bye = await one.receive(/^BYE/);
    expect(headerOf(bye, "To")).toContain("tag=callee");
    expect(headerOf(bye, "From")).toContain("tag=caller-call");
    one.send(answerTo(bye, "200 OK"));
  });
});

describe("provisional answers", () => {
  it("reliable ones of several targets keep their own numbers: each is an early dialog of its own (RFC 3262 §3)", async () => {
    await proxying.call(caller, to(one, two), { mode: "simultaneous", lines: ["Supported: 100rel"] });
    const [first, second] = await Promise.all([invited(one), invited(two)]);
    one.send(answerTo(first, "183 Progress", { tag: "one", lines: ["Require: 100rel", "RSeq: 11", contactOf(one)] }));
    two.send(answerTo(second, "183 Progress", { tag: "two", lines: ["Require: 100rel", "RSeq: 22", contactOf(two)] }));
    const seen = [await caller.receive(/tag=one/), await caller.receive(/tag=two/)];
    expect(seen.map((answer) => headerOf(answer, "RSeq"))).toEqual(["11", "22"]);
    await refuses(one, first, "486 Busy Here");
    await refuses(two, second, "600 Busy Everywhere");
    await callerHears(600);
  });

  it("100 stays here, 199 and early media pass", async () => {
    await proxying.call(caller, to(one));
    const invite = await invited(one);
    one.send(answerTo(invite, "100 Trying", { lines: ["X-Theirs: 1"] }));
    one.send(answerTo(invite, "183 Session Progress", { lines: ["Content-Type: application/sdp"] }), exampleSdp);
    expect(await caller.receive(/^SIP\/2.0 183/)).toContain(exampleSdp);
    expect(caller.unread(/X-Theirs/)).toEqual([]);
    await refuses(one, invite, "486 Busy Here");
    await callerHears(486);
  });
});
