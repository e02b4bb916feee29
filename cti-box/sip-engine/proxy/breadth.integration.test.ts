/** How far a request may be forked (RFC 5393): a limit that it carries itself, against requests that multiply on their way through forking proxies. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerTo, ProxyingEngine } from "../testing/proxying-engine.ts";
import { headerOf, type RawPeer } from "../testing/raw-peer.ts";

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
  // The caller does not acknowledge here: its transaction ends by timer H.
  await expect.poll(() => proxying.load(), { timeout: 15_000 }).toMatchObject({ transactions: 0, dialogs: 0 });
  await proxying.close();
});

const to = (...peers: RawPeer[]): string[] => peers.map((peer) => `sip:bob@${peer.hostPort}`);
const invited = (peer: RawPeer): Promise<string> => peer.receive(/^INVITE/);

async function refuses(peer: RawPeer, invite: string, status: string): Promise<void> {
  peer.send(answerTo(invite, status));
  await peer.receive(/^ACK/);
}

describe("the breadth of a request (RFC 5393)", () => {
  it("is shared among targets that are asked at once", async () => {
    await proxying.call(caller, to(one, two), { mode: "simultaneous", lines: ["Max-Breadth: 7"] });
    const [first, second] = await Promise.all([invited(one), invited(two)]);
    expect([first, second].map((invite) => headerOf(invite, "Max-Breadth"))).toEqual(["3", "3"]);
    await refuses(one, first, "486 Busy Here");
    await refuses(two, second, "486 Busy Here");
    await caller.receive(/^SIP\/2.0 486/);
  });

  it("too small for all at once: one after the other", async () => {
    await proxying.call(caller, to(one, two), { mode: "simultaneous", lines: ["Max-Breadth: 1"] });
    await refuses(one, await invited(one), "486 Busy Here");
    await refuses(two, await invited(two), "404 Not Found");
    await caller.receive(/^SIP\/2.0 486/);
  });

  it("none left: 440", async () => {
    const id = await proxying.call(caller, to(one), { lines: ["Max-Breadth: 0"] });
    expect(await proxying.result(id)).toEqual(["NOK|Rejected with 440 Max-Breadth Exceeded"]);
    await caller.receive(/^SIP\/2.0 440/);
  });
});
