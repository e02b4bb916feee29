import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canRunKamailio, domain, openBench, type ProxyBench } from "../testing/proxy-bench.ts";
import type { SipPeer } from "../testing/sip-peer.ts";
import { answerText, exampleSdp, headersOf, newId, requestText, routesOf } from "../testing/sip-text.ts";

const officeB = `sip:urp@x-test2.AB12CD.${domain}`;
const userToUser =
  "74757061313b743d30314b41515a384d34543958325637433542334e3650315230533b6f3d785f7465737431;encoding=hex;purpose=it-tupa;content=tupa-ref";

describe.skipIf(!canRunKamailio)("a call between two offices through the proxy", () => {
  let bench: ProxyBench;
  let a: SipPeer;
  let b: SipPeer;
  /** The two boxes of a third office. */
  let boxes: [SipPeer, SipPeer];

  beforeAll(async () => {
    bench = await openBench({ callsPerSecond: 1_000, unreachableAfterSeconds: 1 });
    [a, b] = await Promise.all([bench.peer(11), bench.peer(12, 5060)]);
    boxes = await Promise.all([bench.peer(13, 5060), bench.peer(14, 5060)]);
  });
  afterAll(() => bench?.close());

  /** A calls B; returns the call as B sees it. */
  async function call(headers: string[] = []): Promise<{ callId: string; branch: string; atB: string }> {
    const [callId, branch] = [newId(), newId()];
    const invite = { method: "INVITE", uri: officeB, from: a.hostPort, callId, branch, headers, body: exampleSdp };
    a.send(requestText(invite), bench.target);
    return { callId, branch, atB: await b.receive(new RegExp(`^INVITE [^]*Call-ID: ${callId}`)) };
  }

  /** A calls B and B answers; returns both sides' view. */
  async function answeredCall(contact = b.hostPort) {
    const { callId, atB } = await call();
    b.send(answerText(atB, "200 OK", { toTag: "b-tag", contact }), bench.target);
    const atA = await a.receive(new RegExp(`^SIP/2.0 200 [^]*Call-ID: ${callId}`));
    return { callId, atA, atB };
  }

  test("arrives with the proxy on its route, the ticket's pointer, its reason and its body untouched", async () => {
    const { atB } = await call([`User-to-User: ${userToUser}`, "X-LA2-Transfer: reason=competence;waited=42"]);
    expect(atB.split("\r\n")[0]).toBe(`INVITE ${officeB} SIP/2.0`);
    expect(routesOf(atB)).toEqual([expect.stringContaining(`<sip:${bench.address(20)};lr`)]);
    expect(headersOf(atB, "Via")).toHaveLength(2);
    expect(headersOf(atB, "Max-Forwards")).toEqual(["69"]);
    expect(headersOf(atB, "User-to-User")).toEqual([userToUser]);
    expect(headersOf(atB, "X-LA2-Transfer")).toEqual(["reason=competence;waited=42"]);
    expect(atB.endsWith(`\r\n\r\n${exampleSdp}`)).toBe(true);
  });

  test.each([
    ["none", []],
    ["one", ["X-LA2-Source-Office: c_h501"]],
    [
      "several, in odd spellings",
      ["x-la2-source-office:c_h501", "X-LA2-Source-Office :  c_h501, c_f205", "X-LA2-SOURCE-OFFICE: x_test3"],
    ],
  ])("names the true source office when the caller gave %s", async (_given, headers) => {
    const { atB } = await call(headers);
    expect(headersOf(atB, "X-LA2-Source-Office")).toEqual(["x_test1"]);
  });

  test("is heard of at once: 100 from the proxy, 180 and 200 from the other office", async () => {
    const { callId, atB } = await call();
    await a.receive(new RegExp(`^SIP/2.0 100 [^]*Call-ID: ${callId}`));
    b.send(answerText(atB, "180 Ringing", { toTag: "b-tag" }), bench.target);
    await a.receive(new RegExp(`^SIP/2.0 180 [^]*Call-ID: ${callId}`));
    b.send(answerText(atB, "200 OK", { toTag: "b-tag", contact: b.hostPort }), bench.target);
    const atA = await a.receive(new RegExp(`^SIP/2.0 200 [^]*Call-ID: ${callId}`));
    expect(headersOf(atA, "Via")).toHaveLength(1);
  });

  test("is acknowledged and ended along its route, from either side", async () => {
    const { callId, atA, atB } = await answeredCall();
    const toB = { uri: `sip:box@${b.hostPort}`, from: a.hostPort, callId, toTag: "b-tag" };
    const routeOfA = routesOf(atA)
      .toReversed()
      .map((route) => `Route: ${route}`);
    a.send(requestText({ ...toB, method: "ACK", headers: routeOfA }), bench.target);
    const ack = await b.receive(new RegExp(`^ACK [^]*Call-ID: ${callId}`));
    expect(headersOf(ack, "Route")).toEqual([]);

    a.send(requestText({ ...toB, method: "BYE", cseq: 2, headers: routeOfA }), bench.target);
    const bye = await b.receive(new RegExp(`^BYE [^]*Call-ID: ${callId}`));
    expect(headersOf(bye, "X-LA2-Source-Office")).toEqual(["x_test1"]);
    b.send(answerText(bye, "200 OK", { toTag: "b-tag" }), bench.target);
    await a.receive(new RegExp(`^SIP/2.0 200 [^]*Call-ID: ${callId}[^]*CSeq: 2 BYE`));

    const routeOfB = routesOf(atB).map((route) => `Route: ${route}`);
    const toA = { uri: `sip:box@${a.hostPort}`, from: b.hostPort, callId, toTag: "a-tag" };
    b.send(requestText({ ...toA, method: "BYE", headers: routeOfB }), bench.target);
    const byeAtA = await a.receive(new RegExp(`^BYE [^]*Call-ID: ${callId}`));
    expect(headersOf(byeAtA, "X-LA2-Source-Office")).toEqual(["x_test2:AB12CD"]);
  });

  test("stays up when the proxy is restarted", async () => {
    const { callId, atA } = await answeredCall();
    await bench.restart();
    const headers = routesOf(atA)
      .toReversed()
      .map((route) => `Route: ${route}`);
    const toB = { uri: `sip:box@${b.hostPort}`, from: a.hostPort, callId, toTag: "b-tag", cseq: 2, headers };
    a.send(requestText({ ...toB, method: "INFO" }), bench.target);
    const info = await b.receive(new RegExp(`^INFO [^]*Call-ID: ${callId}`));
    b.send(answerText(info, "200 OK", { toTag: "b-tag" }), bench.target);
    await a.receive(new RegExp(`^SIP/2.0 200 [^]*Call-ID: ${callId}[^]*CSeq: 2 INFO`));
  });

  test("that the caller gives up is cancelled at the other office", async () => {
    const { callId, branch, atB } = await call();
    b.send(answerText(atB, "180 Ringing", { toTag: "b-tag" }), bench.target);
    await a.receive(new RegExp(`^SIP/2.0 180 [^]*Call-ID: ${callId}`));
    a.send(requestText({ method: "CANCEL", uri: officeB, from: a.hostPort, callId, branch }), bench.target);
    await a.receive(new RegExp(`^SIP/2.0 200 [^]*Call-ID: ${callId}[^]*CSeq: 1 CANCEL`));
    const cancel = await b.receive(new RegExp(`^CANCEL [^]*Call-ID: ${callId}`));
    expect(headersOf(cancel, "Via")[0]).toBe(headersOf(atB, "Via")[0]);
    b.send(answerText(cancel, "200 OK", { toTag: "b-tag" }), bench.target);
    b.send(answerText(atB, "487 Request Terminated", { toTag: "b-tag" }), bench.target);
    await b.receive(new RegExp(`^ACK [^]*Call-ID: ${callId}`));
    await a.receive(new RegExp(`^SIP/2.0 487 [^]*Call-ID: ${callId}`));
  });

  test("that the other office refuses comes back with its status and reason", async () => {
    const { callId, atB } = await call();
    const refusal = answerText(atB, "603 Decline", { toTag: "b-tag" }).replace(
      "\r\n\r\n",
      "\r\nReason: Q.850;cause=21\r\n\r\n",
    );
    b.send(refusal, bench.target);
    const atA = await a.receive(new RegExp(`^SIP/2.0 603 [^]*Call-ID: ${callId}`));
    expect(headersOf(atA, "Reason")).toEqual(["Q.850;cause=21"]);
  });

  test("a request of a call never leaves the network, whatever its URI and route say", async () => {
    const outside = await bench.peer(99);
    const { callId, atA } = await answeredCall();
    const routes = routesOf(atA)
      .toReversed()
      .map((route) => `Route: ${route}`);
    const bye = { method: "BYE", from: a.hostPort, callId, toTag: "b-tag" };
    const attempts = [
      { uri: `sip:box@${outside.hostPort}`, headers: routes },
      { uri: "sip:box@outside.example", headers: routes },
      { uri: `sip:box@${b.hostPort}`, headers: [...routes, `Route: <sip:${outside.hostPort};lr>`] },
    ];
    for (const [index, attempt] of attempts.entries()) {
      a.send(requestText({ ...bye, ...attempt, cseq: index + 2 }), bench.target);
      await a.receive(new RegExp(`^SIP/2.0 403 [^]*Call-ID: ${callId}[^]*CSeq: ${index + 2} `));
    }
    a.send(
      requestText({ ...bye, uri: `sip:box@${b.hostPort};maddr=${outside.address}`, headers: routes, cseq: 9 }),
      bench.target,
    );
    await b.receive(new RegExp(`^BYE [^]*Call-ID: ${callId}[^]*CSeq: 9 `));
    expect(outside.unread(/./)).toEqual([]);
  });

  test("goes to the office it names, not where a route of the caller points", async () => {
    const outside = await bench.peer(99);
    const { atB } = await call([`Route: <sip:${bench.address(20)};lr>`, `Route: <sip:${outside.hostPort};lr>`]);
    expect(headersOf(atB, "Route")).toEqual([]);
    expect(outside.unread(/./)).toEqual([]);
  });

  test("answers that nobody asked for go nowhere", async () => {
    const outside = await bench.peer(99);
    const { callId, atB } = await call();
    // A stranger who knows everything about the call, and a member who makes up an answer for an address outside.
    outside.send(answerText(atB, "200 OK", { toTag: "forged", contact: outside.hostPort }), bench.target);
    const madeUp = requestText({ method: "INVITE", uri: "sip:x", from: outside.hostPort }).replace(
      "Via:",
      `Via: SIP/2.0/UDP ${bench.address(20)};branch=z9hG4bKmade.up\r\nVia:`,
    );
    b.send(answerText(madeUp, "200 OK", { toTag: "forged" }), bench.target);
    b.send(answerText(atB, "486 Busy Here", { toTag: "b-tag" }), bench.target);
    const final = await a.receive(new RegExp(`^SIP/2.0 [2-6]\\d\\d [^]*Call-ID: ${callId}`));
    expect(final).toMatch(/^SIP\/2\.0 486 /);
    expect(outside.unread(/./)).toEqual([]);
  });

  test("finds the office's second box when the first is silent or cannot serve", async () => {
    const [first, second] = boxes;
    for (const status of [null, "503 Service Unavailable"]) {
      const callId = newId();
      const uri = `sip:urp@x-test3.${domain}`;
      a.send(requestText({ method: "INVITE", uri, from: a.hostPort, callId, body: exampleSdp }), bench.target);
      const atFirst = await first.receive(new RegExp(`^INVITE [^]*Call-ID: ${callId}`));
      if (status !== null) first.send(answerText(atFirst, status, { toTag: "c-tag" }), bench.target);
      const atSecond = await second.receive(new RegExp(`^INVITE [^]*Call-ID: ${callId}`), 10_000);
      expect(headersOf(atSecond, "X-LA2-Source-Office")).toEqual(["x_test1"]);
      expect(routesOf(atSecond)).toHaveLength(1);
      second.send(answerText(atSecond, "200 OK", { toTag: "c-tag", contact: second.hostPort }), bench.target);
      await a.receive(new RegExp(`^SIP/2.0 200 [^]*Call-ID: ${callId}`));
    }
  });

  test("to an office whose boxes are all silent comes back as 408 in a known time", async () => {
    const callId = newId();
    a.send(requestText({ method: "INVITE", uri: `sip:urp@x-test3.${domain}`, from: a.hostPort, callId }), bench.target);
    await a.receive(new RegExp(`^SIP/2.0 408 [^]*Call-ID: ${callId}`), 6_000);
    await bench.logged(new RegExp(`event=box-unreachable .*sipCallId=${callId}`), 2);
  });

  test("that is refused by a box is not tried at the next one", async () => {
    const [first, second] = boxes;
    const callId = newId();
    a.send(requestText({ method: "INVITE", uri: `sip:urp@x-test3.${domain}`, from: a.hostPort, callId }), bench.target);
    const atFirst = await first.receive(new RegExp(`^INVITE [^]*Call-ID: ${callId}`));
    first.send(answerText(atFirst, "486 Busy Here", { toTag: "c-tag" }), bench.target);
    await a.receive(new RegExp(`^SIP/2.0 486 [^]*Call-ID: ${callId}`));
    expect(second.unread(new RegExp(callId))).toEqual([]);
  });
});
