import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canRunKamailio, domain, openBench, type ProxyBench } from "../testing/proxy-bench.ts";
import type { SipPeer } from "../testing/sip-peer.ts";
import { answerText, exampleSdp, headersOf, newId, requestText, routesOf } from "../testing/sip-text.ts";

/** The next message on a stream; the tests' messages come one at a time. */
async function nextMessage(socket: Socket, pattern: RegExp): Promise<string> {
  let text = "";
  for await (const bytes of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    text += bytes.toString("latin1");
    const start = text.search(pattern);
    if (start !== -1 && text.slice(start).includes("\r\n\r\n")) return text.slice(start);
  }
  throw new Error(`the connection ended before ${pattern}; came: ${text}`);
}

describe.skipIf(!canRunKamailio)("a call between an office on TCP and one on UDP", () => {
  let bench: ProxyBench;
  let b: SipPeer;

  beforeAll(async () => {
    bench = await openBench();
    b = await bench.peer(12, 5060);
  });
  afterAll(() => bench?.close());

  test("keeps a route over both transports, so that each side is reached on its own", { timeout: 20_000 }, async () => {
    const listener = createServer();
    listener.listen(0, bench.address(11));
    await once(listener, "listening");
    const own = listener.address() as { address: string; port: number };
    const a = connect({ host: bench.target.address, port: bench.target.port, localAddress: bench.address(11) });
    try {
      const callId = newId();
      const from = `${own.address}:${own.port}`;
      const uri = `sip:urp@x-test2.ab12cd.${domain}`;
      a.write(requestText({ method: "INVITE", uri, from, callId, transport: "TCP", body: exampleSdp }));
      const atB = await b.receive(/^INVITE /);
      expect(headersOf(atB, "X-LA2-Source-Office")).toEqual(["x_test1"]);
      expect(routesOf(atB)).toHaveLength(2);
      expect(routesOf(atB).filter((route) => route.includes("transport=tcp"))).toHaveLength(1);

      b.send(answerText(atB, "200 OK", { toTag: "b-tag", contact: b.hostPort }), bench.target);
      await nextMessage(a, /SIP\/2\.0 200 /);

      // B hangs up: its BYE comes to A's listening socket over TCP.
      const connected = once(listener, "connection");
      const routes = routesOf(atB).map((route) => `Route: ${route}`);
      const hangUp = { method: "BYE", uri: `sip:box@${from};transport=tcp`, from: b.hostPort, callId, toTag: "a-tag" };
      b.send(requestText({ ...hangUp, headers: routes }), bench.target);
      const [back] = (await connected) as [Socket];
      const bye = await nextMessage(back, /BYE /);
      expect(headersOf(bye, "Route")).toEqual([]);
      back.write(answerText(bye, "200 OK", { toTag: "a-tag" }));
      await b.receive(new RegExp(`^SIP/2.0 200 [^]*Call-ID: ${callId}`));
      back.destroy();
    } finally {
      a.destroy();
      listener.close();
    }
  });

  test("is refused to a stranger on TCP too", async () => {
    const stranger = connect({ host: bench.target.address, port: bench.target.port, localAddress: bench.address(96) });
    try {
      stranger.write(
        requestText({ method: "INVITE", uri: "sip:x@y", from: `${bench.address(96)}:5060`, transport: "TCP" }),
      );
      expect(await nextMessage(stranger, /SIP\/2\.0 /)).toMatch(/^SIP\/2\.0 403 /);
    } finally {
      stranger.destroy();
    }
  });
});
