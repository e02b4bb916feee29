/** The trace of an engine in its worker thread, as its owner asks for it. */
import { once } from "node:events";
import Srf from "drachtio-srf";
import { afterEach, describe, expect, it } from "vitest";
import { startSipEngine, startSipEngineWorker, type SipEngineHandle } from "../engine.ts";
import { exampleSdp, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import type { WatchOptions } from "../watch/watch-options.ts";

const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const options = { admin: { host: "127.0.0.1", port: 0 }, secrets: ["s"], contacts: ["sip:127.0.0.1:0;transport=udp"] };

async function scene(watch: WatchOptions): Promise<{ engine: SipEngineHandle; peer: RawPeer; engineAt: string }> {
  const engine = await startSipEngineWorker({ ...options, t1Ms: 50, watch });
  closing.push(() => engine.close());
  const engineAt = engine.contacts[0]?.replace("udp/", "") ?? "";
  const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: Number(engineAt.split(":")[1]) });
  closing.push(() => peer.close());
  const srf = new Srf();
  void srf.connect({ ...engine.admin, secret: "s" });
  await once(srf as unknown as NodeJS.EventEmitter, "connect");
  closing.push(() => srf.disconnect());
  srf.invite((_req, res) => res.send(486));
  // The first INVITE may come before the route: the peer asks until somebody is there.
  let turn = 0;
  await expect
    .poll(async () => {
      turn += 1;
      peer.send(inviteLines(peer, engineAt, { callId: `first${turn}` }), exampleSdp);
      return (await peer.receive(new RegExp(`^SIP/2\\.0 [2-6][\\s\\S]*Call-ID: first${turn}\\r`))).slice(8, 11);
    })
    .toBe("486");
  return { engine, peer, engineAt };
}

describe("the trace", () => {
  it("has every message of a call, also after its end; repeated ones too, secrets and numbers masked", async () => {
    const { engine, peer, engineAt } = await scene({ trace: {} });
    const more = [
      'Authorization: Digest username="anna", nonce="n0nce", response="5ec2e7"',
      "P-Asserted-Identity: <sip:+393315550123@h>",
    ];
    const lines = inviteLines(peer, engineAt, { callId: "kept-1", more });
    peer.send(lines, exampleSdp);
    await peer.receive(/^SIP\/2\.0 486[\s\S]*Call-ID: kept-1\r/);
    peer.send(lines, exampleSdp);
    await peer.receive(/^SIP\/2\.0 486[\s\S]*Call-ID: kept-1\r/);
    const answer = await engine.trace({ find: "prefix", prefix: "kept", numbers: "masked" });
    const messages = answer.state === "on" ? (answer.calls[0]?.messages ?? []) : [];
    const told = messages.map(({ direction, text }) => `${direction} ${text.split("\r\n")[0]}`);
    const invite = `received INVITE sip:callee@${engineAt} SIP/2.0`;
    expect(told.filter((line) => line === invite)).toHaveLength(2);
    expect(told.filter((line) => line === "sent SIP/2.0 486 Busy Here").length).toBeGreaterThanOrEqual(2);
    expect(messages[0]).toMatchObject({ protocol: "udp", local: engineAt, remote: peer.hostPort });
    expect(messages[0]?.text).toContain("sip:+39331…23@h");
    expect(messages[0]?.text).not.toMatch(/n0nce|5ec2e7/);
    const shown = await engine.trace({ find: "calls", callIds: ["kept-1"], numbers: "shown" });
    expect(JSON.stringify(shown)).toContain("sip:+393315550123@h");
    expect(JSON.stringify(shown)).not.toMatch(/n0nce|5ec2e7/);
    expect(await engine.trace({ find: "last", numbers: "masked" })).toMatchObject({ calls: [{ callId: "kept-1" }] });
    const several = await Promise.all(
      ["kept", "first", "none"].map((prefix) => engine.trace({ find: "prefix", prefix, numbers: "masked" })),
    );
    expect(several.map((one) => (one.state === "on" ? one.calls[0]?.callId : null))).toEqual([
      "kept-1",
      expect.stringMatching(/^first/),
      undefined,
    ]);
  });

  it("that is off keeps nothing", async () => {
    const { engine } = await scene({});
    expect(await engine.trace({ find: "last", numbers: "masked" })).toEqual({ state: "off" });
  });

  it("of an unusable size is refused", async () => {
    await expect(startSipEngine({ ...options, watch: { trace: { megabytes: 0 } } })).rejects.toThrow(
      "trace-size: 0 is not between 1 and 1024",
    );
  });
});
