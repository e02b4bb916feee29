/** The engine in its worker thread: starts, says why it did not, reports its load, ends. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import Srf from "drachtio-srf";
import { describe, expect, it } from "vitest";
import { InvalidEngineOptions, startSipEngineWorker } from "./engine.ts";
import { exampleSdp, inviteLines, RawPeer } from "./testing/raw-peer.ts";

const options = {
  admin: { host: "127.0.0.1", port: 0 },
  secrets: ["s"],
  contacts: ["sip:127.0.0.1:0;transport=udp,tcp"],
};
const empty = { transactions: 0, dialogs: 0, unacknowledged: 0, bindings: 0 };

describe("the worker", () => {
  it("serves an application of this thread, reports its load, and is gone after close, asked for once or twice", async () => {
    const engine = await startSipEngineWorker({ ...options, t1Ms: 20 });
    const srf = new Srf();
    void srf.connect({ ...engine.admin, secret: "s" });
    await once(srf as unknown as NodeJS.EventEmitter, "connect");
    const port = Number(engine.contacts[0]?.split(":").at(-1));
    const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port });
    srf.invite((_req, res) => res.send(486));
    // The first INVITE may come before the route: the peer asks until somebody is there.
    let turn = 0;
    await expect
      .poll(async () => {
        turn += 1;
        peer.send(inviteLines(peer, `127.0.0.1:${port}`, { callId: `w${turn}` }), exampleSdp);
        return (await peer.receive(new RegExp(`^SIP/2\\.0 [2-6][\\s\\S]*Call-ID: w${turn}\\r`))).slice(8, 11);
      })
      .toBe("486");
    expect((await Promise.all([engine.load(), engine.load()]))[0].transactions).toBeGreaterThan(0);
    await expect.poll(() => engine.load(), { timeout: 5_000 }).toEqual(empty);
    srf.disconnect();
    peer.close();
    const [, , reason] = await Promise.all([engine.close(), engine.close(), engine.closed]);
    expect(reason).toBeNull();
    expect(await engine.load()).toEqual(empty);
  });

  it("hears whom the limits for strangers spare now: whoever was banned is answered, and is a stranger again later", async () => {
    const protection = { trusted: [], requestsPerSecond: 1, requestBurst: 1, refusals: 3 };
    const engine = await startSipEngineWorker({ ...options, t1Ms: 20, protection });
    const srf = new Srf();
    void srf.connect({ ...engine.admin, secret: "s" });
    await once(srf as unknown as NodeJS.EventEmitter, "connect");
    const port = Number(engine.contacts[0]?.split(":").at(-1));
    const peer = await RawPeer.open("127.0.7.1", { host: "127.0.0.1", port });
    srf.invite((_req, res) => res.send(486));
    let turn = 0;
    const ask = (): void => {
      turn += 1;
      peer.send(inviteLines(peer, `127.0.0.1:${port}`, { callId: `t${turn}` }), exampleSdp);
    };
    const bans = async () => (await engine.protection()).bans.map(({ source }) => source);
    const untilBanned = async () => {
      ask();
      return bans();
    };
    await expect.poll(untilBanned, { interval: 5, timeout: 5_000 }).toEqual(["127.0.7.1"]);
    engine.trust(["127.0.7.0/24"]);
    ask();
    expect(await peer.receive(new RegExp(`^SIP/2\\.0 486[\\s\\S]*Call-ID: t${turn}\\r`))).toContain("486");
    expect(await bans()).toEqual([]);
    engine.trust([]);
    await expect.poll(untilBanned, { interval: 5, timeout: 5_000 }).toEqual(["127.0.7.1"]);
    srf.disconnect();
    peer.close();
    await engine.close();
  });

  it("that cannot open an address says which and why; one with unusable options says all that is wrong", async () => {
    const taken = createSocket("udp4");
    taken.bind(0, "127.0.0.1");
    await once(taken, "listening");
    const contact = `sip:127.0.0.1:${taken.address().port};transport=udp`;
    await expect(startSipEngineWorker({ ...options, contacts: [contact] })).rejects.toThrow(
      `contact ${contact}: udp 127.0.0.1:${taken.address().port} is in use by another program`,
    );
    taken.close();
    const wrong = startSipEngineWorker({ ...options, secrets: [], contacts: [] });
    await expect(wrong).rejects.toThrow(InvalidEngineOptions);
    await expect(wrong).rejects.toMatchObject({ problems: { length: 2 } });
  });
});
