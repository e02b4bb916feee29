import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canRunKamailio, domain, openBench, type ProxyBench } from "../testing/proxy-bench.ts";
import type { SipPeer } from "../testing/sip-peer.ts";
import { exampleSdp, headersOf, newId, type RequestParts, requestText } from "../testing/sip-text.ts";

const officeB = `sip:urp@x-test2.ab12cd.${domain}`;
const limits = { callsPerSecond: 50, strangerRequestsPerSecond: 5 };

describe.skipIf(!canRunKamailio)("the proxy refuses", () => {
  let bench: ProxyBench;
  let a: SipPeer;
  let b: SipPeer;

  beforeAll(async () => {
    bench = await openBench(limits);
    [a, b] = await Promise.all([bench.peer(11), bench.peer(12, 5060)]);
  });
  afterAll(() => bench?.close());

  /** Sends one request and returns the first final answer to it. */
  async function ask(peer: SipPeer, parts: Partial<RequestParts>): Promise<string> {
    const callId = newId();
    peer.send(requestText({ method: "INVITE", uri: officeB, from: peer.hostPort, callId, ...parts }), bench.target);
    return peer.receive(new RegExp(`^SIP/2.0 [2-6]\\d\\d [^]*Call-ID: ${callId}`));
  }

  /** The proxy is there and a member's call still reaches the other office. A member over its limit tries again, as a box would. */
  async function expectAlive(): Promise<string> {
    for (;;) {
      const callId = newId();
      a.send(requestText({ method: "INVITE", uri: officeB, from: a.hostPort, callId, body: exampleSdp }), bench.target);
      const answer = await a.receive(new RegExp(`^SIP/2.0 (100|503) [^]*Call-ID: ${callId}`));
      if (answer.startsWith("SIP/2.0 100")) return b.receive(new RegExp(`^INVITE [^]*Call-ID: ${callId}`));
    }
  }

  test("a stranger with 403, and forwards nothing of what he sent", async () => {
    const stranger = await bench.peer(98);
    const pointer = ["User-to-User: 00;encoding=hex", "X-LA2-Source-Office: x_test1"];
    for (const method of ["INVITE", "OPTIONS", "BYE"]) {
      expect(await ask(stranger, { method, headers: pointer })).toMatch(/^SIP\/2\.0 403 Forbidden/);
    }
    expect(await expectAlive()).toContain("X-LA2-Source-Office: x_test1");
    expect(b.unread(new RegExp(`^(INVITE|OPTIONS|BYE)[^]*${stranger.address}`))).toEqual([]);
    await bench.logged(new RegExp(`event=stranger-refused method=INVITE source=udp:${stranger.address}`));
  });

  test("a stranger's flood with silence, while members' calls go through", async () => {
    const stranger = await bench.peer(97);
    for (let count = 0; count < 300; count += 1) {
      stranger.send(requestText({ method: "REGISTER", uri: officeB, from: stranger.hostPort }), bench.target);
    }
    await stranger.receive(/^SIP\/2\.0 403/);
    await expectAlive();
    // Twice the window at most: the counter may turn over while the flood comes in.
    expect(stranger.unread(/^SIP\/2\.0/).length).toBeLessThanOrEqual(limits.strangerRequestsPerSecond * 4);
  });

  test.each([
    ["an office that is not in the network", `sip:urp@x-test9.${domain}`],
    ["the network's bare domain", `sip:urp@${domain}`],
    ["another domain", "sip:urp@x-test2.ab12cd.example.org"],
    ["an address, even of a member", "sip:urp@192.0.2.9"],
    ["a telephone number", "tel:+390668888888"],
  ])("%s with 404", async (_what, uri) => {
    expect(await ask(a, { uri })).toMatch(/^SIP\/2\.0 404 Unknown Office/);
  });

  test.each(["REFER", "REGISTER", "SUBSCRIBE", "MESSAGE", "PUBLISH", "NOTIFY", "ANYTHING"])(
    "%s with 405",
    async (method) => {
      const answer = await ask(a, { method });
      expect(answer).toMatch(/^SIP\/2\.0 405 Method Not Allowed/);
      expect(headersOf(answer, "Allow")).toEqual([expect.stringContaining("INVITE, ACK, CANCEL, BYE")]);
    },
  );

  type Damage = { parts: Partial<RequestParts>; replace?: readonly [string, string] };
  const damaged: [string, Damage, string][] = [
    ["a call of too many hops with 483", { parts: { maxForwards: 0 } }, "483"],
    [
      "a CSeq of another method with 400",
      { parts: { method: "INFO" }, replace: ["CSeq: 1 INFO", "CSeq: 1 INVITE"] },
      "400",
    ],
    ["an extension it would have to know with 420", { parts: { headers: ["Proxy-Require: la2-unknown"] } }, "420"],
    [
      "a body shorter than it says with 400",
      { parts: { body: exampleSdp }, replace: ["Content-Length: ", "Content-Length: 9"] },
      "400",
    ],
    ["a message that is too large with 513", { parts: { body: "x".repeat(20_000) } }, "513"],
    ["a BYE of no call with 404", { parts: { method: "BYE", toTag: "nobody" } }, "404"],
    ["a CANCEL of nothing with 481", { parts: { method: "CANCEL" } }, "481"],
  ];

  test.each(damaged)("%s", async (_what, { parts, replace }, status) => {
    const branch = newId();
    const text = requestText({ method: "INVITE", uri: officeB, from: a.hostPort, branch, ...parts });
    a.send(replace === undefined ? text : text.replace(replace[0], replace[1]), bench.target);
    expect(await a.receive(new RegExp(`^SIP/2.0 [2-6][^]*${branch}`))).toMatch(new RegExp(`^SIP/2.0 ${status} `));
    expect(b.unread(new RegExp(branch))).toEqual([]);
  });

  test.each<[string, string, string]>([
    ["without a CSeq", "CSeq: 1", "X-CSeq: 1"],
    ["of another version of SIP", " SIP/2.0\r\nVia", " SIP/7.0\r\nVia"],
    ["without a Via", "Via: ", "X-Via: "],
  ])("a message %s, which it cannot answer, by leaving it", async (_what, part, replacement) => {
    const branch = newId();
    const text = requestText({ method: "INVITE", uri: officeB, from: a.hostPort, branch });
    a.send(text.replace(part, replacement), bench.target);
    await expectAlive();
    expect(b.unread(new RegExp(branch))).toEqual([]);
  });

  test("garbage without an answer, lives on, and logs where it came from but nothing of what it said", async () => {
    const stranger = await bench.peer(95);
    const number = "+390612345678";
    const startedMs = Date.now();
    const linesBefore = bench.log.filter((line) => line.includes("event=unreadable")).length;
    const garbage = [
      "\0".repeat(200),
      `INVITE ${number}`,
      "\r\n\r\n",
      "INVITE sip: SIP/2.0\r\n\r\n",
      `INVITE ${"a".repeat(5_000)}`,
      `INVITE sip:${number}@x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.15;;,;,,\r\nTo: <sip:${number}@x>\r\n\r\n`,
      `INVITE <sip:${number}@x> SIP/2.0\r\nVia: SIP/2.0/UDP x;branch=z9hG4bK1\r\nTo: "<sip:${number}@x>\r\n\r\n`,
    ];
    for (const text of garbage) {
      a.send(text, bench.target);
      stranger.send(text, bench.target);
    }
    for (let count = 0; count < 50; count += 1) stranger.send(randomBytes(400), bench.target);
    await expectAlive();
    await bench.logged(new RegExp(`event=unreadable source=udp:${a.address}`));
    expect(bench.log.join("\n")).not.toContain(number);
    const windows = Math.floor(Date.now() / 1000) - Math.floor(startedMs / 1000) + 1;
    const lines = bench.log.filter((line) => line.includes("event=unreadable")).length - linesBefore;
    expect(lines).toBeLessThanOrEqual(windows * 20);
  });

  test("a member's new calls beyond its limit with 503 and a time to try again, and takes them later", async () => {
    const [answers, startedMs] = [[] as string[], Date.now()];
    // One after the other, so that no answer is lost in the socket's buffer: the limit is met in well under a second.
    for (let count = 0; count < limits.callsPerSecond * 5; count += 1) {
      const callId = newId();
      a.send(requestText({ method: "INVITE", uri: officeB, from: a.hostPort, callId }), bench.target);
      answers.push(await a.receive(new RegExp(`^SIP/2.0 (100|503) [^]*Call-ID: ${callId}`)));
    }
    const windows = Math.floor(Date.now() / 1000) - Math.floor(startedMs / 1000) + 1;
    const refused = answers.filter((answer) => answer.startsWith("SIP/2.0 503 Too Many Calls"));
    expect(answers.length - refused.length).toBeLessThanOrEqual(windows * limits.callsPerSecond);
    expect(headersOf(refused[0] ?? "", "Retry-After")).toEqual(["2"]);
    await expectAlive();
  });

  test("nobody who asks whether it is there: a member gets 200", async () => {
    expect(await ask(a, { method: "OPTIONS", uri: `sip:${bench.address(20)}` })).toMatch(/^SIP\/2\.0 200 OK/);
  });
});
