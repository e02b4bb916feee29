/** A proxied target that is a name with several addresses (RFC 3263 §4.3): for the application it is one target, whichever address answers. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerTo, ProxyingEngine, recordedRoutes } from "../testing/proxying-engine.ts";
import { headerOf, inviteLines, type RawPeer } from "../testing/raw-peer.ts";
import { addressAnswer, ScriptedNames, srvAnswer } from "../testing/scripted-names.ts";

const office = "sip:bob@office.example";
const service = "_sip._udp.office.example";

let names: ScriptedNames;
let proxying: ProxyingEngine;
let caller: RawPeer;
let first: RawPeer;
let second: RawPeer;
beforeEach(async () => {
  names = await ScriptedNames.open({
    "A peer.office.example": [addressAnswer("peer.office.example", 300, "127.0.0.1")],
  });
  proxying = await ProxyingEngine.start(undefined, 25, { dnsServers: [names.at] });
  caller = await proxying.peer("127.0.0.2");
  first = await proxying.peer("127.0.0.1");
  second = await proxying.peer("127.0.0.1");
  names.zone[`SRV ${service}`] = [first, second].map((peer, at) =>
    srvAnswer(service, 300, {
      priority: at + 1,
      weight: 1,
      port: Number(peer.hostPort.split(":")[1]),
      target: "peer.office.example",
    }),
  );
});
afterEach(async () => {
  await expect.poll(() => proxying.load(), { timeout: 15_000 }).toMatchObject({ transactions: 0, dialogs: 0 });
  await proxying.close();
  await names.close();
});

const branchOf = (text: string): string => /branch=([^;\s]+)/.exec(headerOf(text, "Via"))?.[1] ?? "";

async function accepts(peer: RawPeer, invite: string): Promise<string> {
  peer.send(answerTo(invite, "200 OK", { lines: [`Contact: <sip:bob@${peer.hostPort}>`] }));
  return caller.receive(/^SIP\/2.0 200/);
}

describe("a name with two addresses", () => {
  it("503 of the first: the second has the call, with a branch of its own, and the application hears one 200", async () => {
    const id = await proxying.call(caller, [office], { remains: true });
    const refused = await first.receive(/^INVITE/);
    first.send(answerTo(refused, "503 Service Unavailable"));
    await first.receive(/^ACK/);
    const invite = await second.receive(/^INVITE/);
    expect(branchOf(invite)).not.toBe(branchOf(refused));
    expect(recordedRoutes(invite).length).toBe(1);
    await accepts(second, invite);
    expect(await proxying.result(id)).toEqual(["200", "OK|done"]);
  });

  it("both refuse with 503: the next target is asked", async () => {
    const third = await proxying.peer("127.0.0.3");
    const id = await proxying.call(caller, [office, `sip:bob@${third.hostPort}`]);
    for (const peer of [first, second]) {
      peer.send(answerTo(await peer.receive(/^INVITE/), "503 Service Unavailable"));
      await peer.receive(/^ACK/);
    }
    await accepts(third, await third.receive(/^INVITE/));
    expect(await proxying.result(id)).toEqual(["503", "200", "OK|done"]);
  });

  it("a silent first one that rings late is cancelled; one that accepts late is acknowledged and hung up here", async () => {
    const id = await proxying.call(caller, [office], { remains: true });
    const silent = await first.receive(/^INVITE/);
    const invite = await second.receive(/^INVITE/);
    first.send(answerTo(silent, "180 Ringing", { tag: "late" }));
    first.send(answerTo(await first.receive(/^CANCEL/), "200 OK"));
    await accepts(second, invite);
    first.send(answerTo(silent, "200 OK", { tag: "late", lines: [`Contact: <sip:late@${first.hostPort}>`] }));
    await first.receive(/^ACK/);
    const bye = await first.receive(/^BYE/);
    expect([bye.split("\r\n")[0], headerOf(bye, "Route")]).toEqual([`BYE sip:late@${first.hostPort} SIP/2.0`, ""]);
    first.send(answerTo(bye, "200 OK"));
    expect(await proxying.result(id)).toEqual(["200", "OK|done"]);
    expect(caller.unread(/tag=late/)).toEqual([]);
  });

  it("a caller that gives up: the second address is never asked", async () => {
    const id = await proxying.call(caller, [office]);
    const invite = await first.receive(/^INVITE/);
    const lines = inviteLines(caller, proxying.at(), { callId: "call" }).filter((line) => !line.startsWith("Cont"));
    caller.send(lines.map((line) => line.replace("INVITE", "CANCEL")));
    await caller.receive(/^SIP\/2.0 487/);
    first.send(answerTo(invite, "503 Service Unavailable"));
    await first.receive(/^ACK/);
    expect((await proxying.result(id)).at(-1)).toBe("OK|done");
    await expect.poll(() => proxying.load(), { timeout: 15_000 }).toMatchObject({ transactions: 0 });
    expect(second.unread(/^INVITE/)).toEqual([]);
  });

  it("the application's own timeout is for the target as a whole: after it neither address is asked again", async () => {
    const third = await proxying.peer("127.0.0.3");
    const id = await proxying.call(caller, [office, `sip:bob@${third.hostPort}`], { provisional: "100ms" });
    await first.receive(/^INVITE/);
    await accepts(third, await third.receive(/^INVITE/));
    expect(await proxying.result(id)).toEqual(["200", "OK|done"]);
    await expect.poll(() => proxying.load(), { timeout: 15_000 }).toMatchObject({ transactions: 0 });
    expect(second.unread(/^INVITE/)).toEqual([]);
  });
});
