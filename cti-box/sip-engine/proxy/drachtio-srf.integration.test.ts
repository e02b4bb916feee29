/** Every option of `srf.proxyRequest` and `req.proxy`, by the real package: what goes out for it, and the result that the application gets. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { answerTo, recordedRoutes } from "../testing/proxying-engine.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";

const idle = { transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 };

type Answered = { address: string; port: number; msgs: { status: number; time: string; msg: { status: number } }[] };
type Results = { connected: boolean; finalStatus?: number; responses: Answered[] };
type Request = { proxy(options: object, callback?: (error: unknown, results: Results) => void): Promise<Results> };
type Options = Record<string, unknown>;

let application: ConnectedApplication;
let peers: { caller: RawPeer; one: RawPeer; two: RawPeer };
beforeEach(async () => {
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp"], 25);
  const engine = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
  const [caller, one, two] = await Promise.all(
    ["127.0.0.2", "127.0.0.3", "127.0.0.4"].map((address) => RawPeer.open(address, engine)),
  );
  if (!caller || !one || !two) throw new Error("no peers");
  peers = { caller, one, two };
});
afterEach(async () => {
  await expect.poll(() => application.engine.load(), { timeout: 15_000 }).toMatchObject(idle);
  for (const peer of Object.values(peers)) peer.close();
  await application.close();
});

/** A call of the caller's, passed on. `by` is how the application asks for it; the result comes when the engine says that it is over. */
async function pass(
  destination: string | string[],
  options: Options = {},
  by: "promise" | "callback" | "request" = "promise",
): Promise<{ result: Promise<Results> }> {
  const { promise, resolve, reject } = Promise.withResolvers<Results>();
  const settled = (error: unknown, results: Results): void => (error ? reject(error) : resolve(results));
  application.srf.invite((req) => {
    const request = req as unknown as Request;
    const srf = application.srf as unknown as {
      proxyRequest(...given: [Request, string | string[], Options, typeof settled?]): Promise<Results>;
    };
    if (by === "callback") void srf.proxyRequest(request, destination, options, settled);
    else if (by === "request") void request.proxy({ ...options, destination }, settled);
    else srf.proxyRequest(request, destination, options).then(resolve, reject);
  });
  await application.settled();
  const at = `127.0.0.1:${portOf(application.engine, "udp")}`;
  peers.caller.send(inviteLines(peers.caller, at, { callId: "call" }), exampleSdp);
  return { result: promise };
}

async function refuse(peer: RawPeer, status: string, lines: string[] = []): Promise<string> {
  const invite = await peer.receive(/^INVITE/);
  peer.send(answerTo(invite, status, { lines }));
  await peer.receive(/^ACK/);
  return invite;
}

async function accept(peer: RawPeer): Promise<string> {
  const invite = await peer.receive(/^INVITE/);
  peer.send(answerTo(invite, "200 OK", { lines: [`Contact: <sip:bob@${peer.hostPort}>`] }));
  await peers.caller.receive(/^SIP\/2.0 200/);
  return invite;
}

/** The caller acknowledges the refusal that it heard. */
async function callerHears(status: number): Promise<void> {
  const answer = await peers.caller.receive(new RegExp(`^SIP/2.0 ${status}`));
  peers.caller.send([
    `ACK sip:callee@127.0.0.1:${portOf(application.engine, "udp")} SIP/2.0`,
    `Via: SIP/2.0/UDP ${peers.caller.hostPort};branch=z9hG4bK-call`,
    ...["From", "To", "Call-ID"].map((name) => `${name}: ${headerOf(answer, name)}`),
    "CSeq: 1 ACK",
  ]);
}

const statuses = ({ responses }: Results): number[] =>
  responses.flatMap(({ msgs }) => msgs.map(({ status }) => status));

describe("the result", () => {
  it.each(["promise", "callback", "request"] as const)(
    "by %s: connected, with the answer and where it came from",
    async (by) => {
      const { result } = await pass(peers.one.hostPort, {}, by);
      await accept(peers.one);
      const { connected, finalStatus, responses } = await result;
      expect({ connected, finalStatus, count: responses.length }).toEqual({
        connected: true,
        finalStatus: 200,
        count: 1,
      });
      const [address, port] = peers.one.hostPort.split(":");
      expect(responses[0]).toMatchObject({ address, port: Number(port), msgs: [{ status: 200 }] });
      expect(responses[0]?.msgs[0]?.time).toMatch(/^\d\d:\d\d:\d\d\.\d{6}$/);
    },
  );

  it("of a call that nobody takes: every target's answer, not connected", async () => {
    const { result } = await pass([`sip:bob@${peers.one.hostPort}`, `sip:bob@${peers.two.hostPort}`]);
    await refuse(peers.one, "480 Temporarily Unavailable");
    await refuse(peers.two, "486 Busy Here");
    await callerHears(480);
    const results = await result;
    expect([results.connected, results.finalStatus, statuses(results)]).toEqual([false, 486, [480, 486]]);
  });

  it("of one that the caller gives up comes too", async () => {
    const { result } = await pass(`sip:bob@${peers.one.hostPort}`);
    const invite = await peers.one.receive(/^INVITE/);
    peers.one.send(answerTo(invite, "180 Ringing"));
    await peers.caller.receive(/^SIP\/2.0 180/);
    const at = `127.0.0.1:${portOf(application.engine, "udp")}`;
    const lines = inviteLines(peers.caller, at, { callId: "call" }).filter((line) => !line.startsWith("Cont"));
    peers.caller.send(lines.map((line) => line.replace("INVITE", "CANCEL")));
    peers.one.send(answerTo(await peers.one.receive(/^CANCEL/), "200 OK"));
    peers.one.send(answerTo(invite, "487 Request Terminated"));
    await callerHears(487);
    const results = await result;
    expect([results.connected, statuses(results)]).toEqual([false, [487]]);
  });

  it("is an error where nothing could be sent", async () => {
    const { result } = await pass("sip:bob@127.0.0.3;transport=sctp");
    await expect(result).rejects.toBe("error proxying request to ");
    await callerHears(500);
  });
});

describe("the options", () => {
  it.each(["remainInDialog", "recordRoute", "path"])("%s: a route is recorded; without it none is", async (name) => {
    const { result } = await pass(`sip:bob@${peers.one.hostPort}`, { [name]: true });
    expect(recordedRoutes(await accept(peers.one)).length).toBe(1);
    await result;
  });

  it("none of them: no route is recorded", async () => {
    const { result } = await pass(`sip:bob@${peers.one.hostPort}`);
    expect(recordedRoutes(await accept(peers.one))).toEqual([]);
    await result;
  });

  it("forking simultaneous: all are asked, one has the call", async () => {
    const both = [`sip:bob@${peers.one.hostPort}`, `sip:bob@${peers.two.hostPort}`];
    const { result } = await pass(both, { forking: "simultaneous" });
    const other = await peers.two.receive(/^INVITE/);
    peers.two.send(answerTo(other, "180 Ringing"));
    await peers.caller.receive(/^SIP\/2.0 180/);
    await accept(peers.one);
    peers.two.send(answerTo(await peers.two.receive(/^CANCEL/), "200 OK"));
    peers.two.send(answerTo(other, "487 Request Terminated"));
    await peers.two.receive(/^ACK/);
    const results = await result;
    expect([results.connected, statuses(results)]).toEqual([true, [200]]);
  });

  it("provisionalTimeout: the next target after that time", async () => {
    const both = [`sip:bob@${peers.one.hostPort}`, `sip:bob@${peers.two.hostPort}`];
    const { result } = await pass(both, { provisionalTimeout: "100ms" });
    await accept(peers.two);
    expect((await result).connected).toBe(true);
  });

  it("finalTimeout: a target that only rings is cancelled after that time", async () => {
    const both = [`sip:bob@${peers.one.hostPort}`, `sip:bob@${peers.two.hostPort}`];
    const { result } = await pass(both, { finalTimeout: "200ms" });
    const invite = await peers.one.receive(/^INVITE/);
    peers.one.send(answerTo(invite, "180 Ringing"));
    peers.one.send(answerTo(await peers.one.receive(/^CANCEL/), "200 OK"));
    peers.one.send(answerTo(invite, "487 Request Terminated"));
    await accept(peers.two);
    const results = await result;
    expect([results.connected, results.finalStatus]).toEqual([true, 200]);
  });

  it("followRedirects: the Contact is asked, and the result has both answers", async () => {
    const { result } = await pass(`sip:bob@${peers.one.hostPort}`, { followRedirects: true });
    await refuse(peers.one, "302 Moved Temporarily", [`Contact: <sip:carol@${peers.two.hostPort}>`]);
    expect((await accept(peers.two)).split("\r\n")[0]).toBe(`INVITE sip:carol@${peers.two.hostPort} SIP/2.0`);
    const results = await result;
    expect([results.connected, statuses(results)]).toEqual([true, [302, 200]]);
  });

  it("headers: they are in the request", async () => {
    const { result } = await pass(`sip:bob@${peers.one.hostPort}`, { headers: { "X-Office": "Genova", Subject: "x" } });
    const invite = await accept(peers.one);
    expect([headerOf(invite, "X-Office"), headerOf(invite, "Subject")]).toEqual(["Genova", "x"]);
    await result;
  });
});
