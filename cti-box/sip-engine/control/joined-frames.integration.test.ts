/**
 * An application that was busy finds many frames at once. With promises, it listens to a call only in a continuation: nothing may be lost
 * there (control protocol §14). Each test is also run with the gaps taken out, to show that it would find a loss.
 */
import Srf from "drachtio-srf";
import { afterEach, describe, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { portOf } from "../testing/connected-application.ts";
import { JoiningRelay } from "../testing/joining-relay.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../testing/raw-peer.ts";

const calls = 25;
const busyMs = 20;

let engine: SipEngineHandle;
let relay: JoiningRelay;
let srf: Srf;
let peer: RawPeer;

afterEach(async () => {
  peer.close();
  srf.disconnect();
  relay.close();
  await engine.close();
});

async function start(gaps: "kept" | "taken-out"): Promise<void> {
  const secret = "secret";
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: [secret],
    contacts: ["sip:127.0.0.1:0;transport=udp"],
  });
  relay = await JoiningRelay.open(engine.admin, { busyMs, gaps });
  srf = new Srf();
  srf.on("error", () => undefined);
  const connected = new Promise((resolve) => srf.on("connect", resolve));
  void srf.connect({ host: "127.0.0.1", port: relay.port, secret });
  await connected;
  peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") });
}

/** Lines of a request in a call that the peer began, or that was begun with the peer. */
function requestIn(call: string, method: string, cseq: number): string[] {
  const isOurs = call.startsWith("SIP/2.0");
  const own = isOurs ? headerOf(call, "From") : `${headerOf(call, "To")};tag=callee`;
  const other = isOurs ? headerOf(call, "To") : headerOf(call, "From");
  return [
    `${method} sip:callee@127.0.0.1 SIP/2.0`,
    `Via: SIP/2.0/UDP ${peer.hostPort};branch=z9hG4bK-${headerOf(call, "Call-ID")}-${method}`,
    `From: ${own}`,
    `To: ${other}`,
    `Call-ID: ${headerOf(call, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
  ];
}

function answerTo(request: string, status: string, more: string[] = []): string[] {
  return [
    `SIP/2.0 ${status}`,
    `Via: ${headerOf(request, "Via")}`,
    `From: ${headerOf(request, "From")}`,
    `To: ${headerOf(request, "To")};tag=callee`,
    `Call-ID: ${headerOf(request, "Call-ID")}`,
    `CSeq: ${headerOf(request, "CSeq")}`,
    `Contact: <sip:callee@${peer.hostPort}>`,
    ...more,
  ];
}

type Heard = { count: number };

/** The caller acknowledges and hangs up as soon as it hears the 200. */
async function callersHangUpAtOnce(heard: Heard): Promise<void> {
  srf.invite((req, res) => {
    void (async () => {
      const dialog = await srf.createUAS(req, res, { localSdp: exampleSdp });
      dialog.on("destroy", () => (heard.count += 1));
    })();
  });
  await expect.poll(() => relay.counts.frames).toBeGreaterThanOrEqual(2);
  for (let number = 0; number < calls; number += 1) {
    peer.send(inviteLines(peer, "127.0.0.1", { callId: `in-${number}` }), exampleSdp);
    const ok = await peer.receive(/^SIP\/2\.0 200/);
    peer.send(requestIn(ok, "ACK", 1));
    peer.send(requestIn(ok, "BYE", 2));
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
  }
}

/** The callee hangs up with the 200 still on its way to the application. */
async function calleesHangUpAtOnce(heard: Heard): Promise<void> {
  for (let number = 0; number < calls; number += 1) {
    const called = srf.createUAC(`sip:callee@${peer.hostPort}`, { localSdp: exampleSdp }).then((dialog) => {
      dialog.on("destroy", () => (heard.count += 1));
    });
    const invite = await peer.receive(/^INVITE /);
    peer.send(answerTo(invite, "200 OK", ["Content-Type: application/sdp"]), exampleSdp);
    peer.send(requestIn(invite, "BYE", 2));
    await called;
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 2 BYE/);
  }
}

type Sent = { on(event: "response", listener: (response: { status: number }) => void): void };

/** Requests outside of calls that are answered at once. */
async function requestsAnsweredAtOnce(heard: Heard): Promise<void> {
  for (let number = 0; number < calls; number += 1) {
    const request = srf as unknown as { request(uri: string, options: object): Promise<Sent> };
    const sent = request.request(`sip:${peer.hostPort}`, { method: "OPTIONS" });
    peer.send(answerTo(await peer.receive(/^OPTIONS /), "200 OK"));
    (await sent).on("response", () => (heard.count += 1));
  }
}

/** The first NOTIFY comes with the 202, as RFC 6665 §4.2.1.2 wants it. */
async function notifiedAtOnce(heard: Heard): Promise<void> {
  for (let number = 0; number < calls; number += 1) {
    const subscribed = srf
      .createUAC(`sip:desk@${peer.hostPort}`, {
        method: "SUBSCRIBE",
        headers: { Event: "presence", Expires: "60" },
      } as never)
      .then((dialog) => {
        dialog.on("notify", (_req, res) => {
          heard.count += 1;
          res.send(200);
        });
      });
    const subscribe = await peer.receive(/^SUBSCRIBE /);
    peer.send(answerTo(subscribe, "202 Accepted", ["Expires: 60"]));
    peer.send([...requestIn(subscribe, "NOTIFY", 1), "Event: presence", "Subscription-State: active"]);
    await subscribed;
    await peer.receive(/^SIP\/2\.0 200[\s\S]*CSeq: 1 NOTIFY/);
  }
}

/** The caller gives up with its INVITE; the application looks something up before it listens. */
async function callersGiveUpAtOnce(heard: Heard): Promise<void> {
  srf.invite((req) => {
    void (async () => {
      await Promise.resolve();
      req.on("cancel", () => (heard.count += 1));
    })();
  });
  await expect.poll(() => relay.counts.frames).toBeGreaterThanOrEqual(2);
  for (let number = 0; number < calls; number += 1) {
    const lines = inviteLines(peer, "127.0.0.1", { callId: `given-up-${number}` });
    const kept = lines.filter((line) => !line.startsWith("Con")).map((line) => line.replace("INVITE", "CANCEL"));
    peer.send(lines, exampleSdp);
    peer.send(kept);
    const terminated = await peer.receive(/^SIP\/2\.0 487/);
    const to = `To: ${headerOf(terminated, "To")}`;
    peer.send(kept.map((line) => (line.startsWith("To:") ? to : line.replace("CANCEL", "ACK"))));
  }
}

describe.each([
  ["a caller gives up with its INVITE", callersGiveUpAtOnce],
  ["a caller hangs up with its ACK", callersHangUpAtOnce],
  ["a callee hangs up with its 200", calleesHangUpAtOnce],
  ["a request is answered at once", requestsAnsweredAtOnce],
  ["a NOTIFY comes with the 202", notifiedAtOnce],
])("%s, and the application is busy", (_name, scene) => {
  it("it hears of every one", async () => {
    await start("kept");
    const heard: Heard = { count: 0 };
    await scene(heard);
    await expect.poll(() => heard.count).toBe(calls);
  });

  it("without the gaps it would not", async () => {
    await start("taken-out");
    const heard: Heard = { count: 0 };
    await scene(heard);
    expect(relay.counts.gaps).toBeGreaterThan(0);
    // As many frames are on their way as ever will be: what was not heard by now is lost.
    await expect.poll(async () => (await engine.load()).unacknowledged).toBe(0);
    expect(heard.count).toBeLessThan(calls);
  });
});
