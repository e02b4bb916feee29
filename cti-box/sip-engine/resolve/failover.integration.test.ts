/** Targets that refuse, answer 503 or stay silent: the next one is tried, and the application hears one answer (RFC 3263 §4.3). */
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectApplication, portOf, statusOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, RawPeer } from "../testing/raw-peer.ts";
import { addressAnswer, ScriptedNames, srvAnswer } from "../testing/scripted-names.ts";
import { freePort } from "../testing/sipp/run-scenario.ts";
import { answerLines, StreamPeer } from "../testing/stream-peer.ts";

const t1Ms = 50;

let names: ScriptedNames;
let application: ConnectedApplication;
let first: RawPeer;
let second: RawPeer;

const portIn = (hostPort: string): number => Number(hostPort.split(":").at(-1));
const branchOf = (text: string): string => /branch=([^;\s]+)/.exec(headerOf(text, "Via"))?.[1] ?? "";

/** `office.example` over a protocol: these ports of this machine, in this order. */
function publish(protocol: "udp" | "tcp", ports: number[]): void {
  const name = `_sip._${protocol}.office.example`;
  names.zone[`SRV ${name}`] = ports.map((port, at) =>
    srvAnswer(name, 300, { priority: at + 1, weight: 1, port, target: "peer.office.example" }),
  );
}

beforeEach(async () => {
  names = await ScriptedNames.open({
    "A peer.office.example": [addressAnswer("peer.office.example", 300, "127.0.0.1")],
  });
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], t1Ms, { dnsServers: [names.at] });
  const engine = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
  first = await RawPeer.open("127.0.0.1", engine);
  second = await RawPeer.open("127.0.0.1", engine);
  publish("udp", [portIn(first.hostPort), portIn(second.hostPort)]);
});

afterEach(async () => {
  first.close();
  second.close();
  await application.close();
  await names.close();
});

async function nothingLeft(): Promise<void> {
  await vi.waitFor(
    async () => {
      const { transactions, dialogs, unacknowledged } = await application.engine.load();
      expect({ transactions, dialogs, unacknowledged }).toEqual({ transactions: 0, dialogs: 0, unacknowledged: 0 });
    },
    { timeout: 10_000, interval: 50 },
  );
}

const uri = "sip:200@office.example";

type Call = { req: Srf.SrfRequest & { cancel(done: () => void): void }; dialog: Promise<Srf.Dialog>; heard: number[] };

/** An INVITE of the application; `req` is there once it was sent. */
async function call(target: string, localSdp = exampleSdp): Promise<Call> {
  const heard: number[] = [];
  const sent = Promise.withResolvers<Call["req"]>();
  const dialog = application.srf.createUAC(target, { localSdp }, {
    cbRequest: (error: Error | null, req: Call["req"]) => (error ? sent.reject(error) : sent.resolve(req)),
    cbProvisional: (res: { status: number }) => heard.push(res.status),
  } as never);
  dialog.catch(() => undefined);
  return { req: await sent.promise, dialog, heard };
}

const contactOf = (peer: RawPeer): string[] => [
  `Contact: <sip:peer@${peer.hostPort}>`,
  "Content-Type: application/sdp",
];

async function hangUp(dialog: Srf.Dialog, peer: RawPeer): Promise<void> {
  const ended = new Promise((resolve) => dialog.destroy({ headers: {} }, resolve));
  peer.send(answerLines(await peer.receive(/^BYE /), "200 OK"));
  await ended;
}

describe("the next target", () => {
  it("is tried when the first answers 503: a new branch, the same call, one answer", async () => {
    const { dialog, heard, req } = await call(uri);
    const one = await first.receive(/^INVITE /);
    first.send(answerLines(one, "503 Service Unavailable"));
    expect(branchOf(await first.receive(/^ACK /))).toBe(branchOf(one));
    const two = await second.receive(/^INVITE /);
    expect(branchOf(two)).not.toBe(branchOf(one));
    for (const name of ["From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards"])
      expect(headerOf(two, name)).toBe(headerOf(one, name));
    expect(headerOf(two, "Call-ID")).toBe(req.get("Call-ID"));
    second.send(answerLines(two, "180 Ringing"));
    second.send(answerLines(two, "200 OK", contactOf(second)), exampleSdp);
    const established = await dialog;
    expect(heard).toEqual([180]);
    await second.receive(/^ACK /);
    await hangUp(established, second);
    expect(first.unread(/^(INVITE|CANCEL|BYE)/)).toEqual([]);
    await nothingLeft();
  });

  it("comes first in the calls after that", async () => {
    const asked = statusOf(application.srf, uri, { method: "OPTIONS" });
    first.send(answerLines(await first.receive(/^OPTIONS /), "503 Service Unavailable", ["Retry-After: 20"]));
    second.send(answerLines(await second.receive(/^OPTIONS /), "200 OK"));
    expect(await asked).toBe(200);
    const again = statusOf(application.srf, uri, { method: "OPTIONS" });
    second.send(answerLines(await second.receive(/^OPTIONS /), "200 OK"));
    expect(await again).toBe(200);
    expect(first.unread(/^OPTIONS/)).toEqual([]);
    await nothingLeft();
  });

  it("there is none: the application hears the last 503, once", async () => {
    const asked = statusOf(application.srf, uri, { method: "OPTIONS" });
    for (const peer of [first, second])
      peer.send(answerLines(await peer.receive(/^OPTIONS /), "503 Service Unavailable"));
    expect(await asked).toBe(503);
    await nothingLeft();
  });

  it("is not tried after any other answer, nor after ringing", async () => {
    const asked = statusOf(application.srf, uri, { method: "OPTIONS" });
    first.send(answerLines(await first.receive(/^OPTIONS /), "500 Server Internal Error"));
    expect(await asked).toBe(500);
    const { dialog } = await call(uri);
    const invite = await first.receive(/^INVITE /);
    first.send(answerLines(invite, "180 Ringing"));
    first.send(answerLines(invite, "503 Service Unavailable"));
    await expect(dialog).rejects.toMatchObject({ status: 503 });
    expect(second.unread(/./)).toEqual([]);
    await nothingLeft();
  });

  it("is tried when a connection is refused, and when one ends without an answer", async () => {
    const dead = await freePort();
    const closing = await StreamPeer.open("127.0.0.1");
    const living = await StreamPeer.open("127.0.0.1");
    publish("tcp", [dead, closing.port, living.port]);
    const asked = statusOf(application.srf, `${uri};transport=tcp`, { method: "OPTIONS" });
    const lost = await closing.receive(/^OPTIONS /);
    closing.hangUp();
    const request = await living.receive(/^OPTIONS /);
    expect(branchOf(request)).not.toBe(branchOf(lost));
    living.send(answerLines(request, "200 OK"));
    expect(await asked).toBe(200);
    await closing.close();
    await living.close();
    await nothingLeft();
  });

  it("is tried when the datagram's port is dead", async () => {
    publish("udp", [await freePort(), portIn(second.hostPort)]);
    const asked = statusOf(application.srf, uri, { method: "OPTIONS" });
    second.send(answerLines(await second.receive(/^OPTIONS /), "200 OK"));
    expect(await asked).toBe(200);
    await nothingLeft();
  });
});

describe("a target that stays silent", () => {
  it("is left behind; should it ring after all, it is cancelled", async () => {
    const { dialog } = await call(uri);
    const one = await first.receive(/^INVITE /);
    const two = await second.receive(/^INVITE /);
    second.send(answerLines(two, "200 OK", contactOf(second)), exampleSdp);
    const established = await dialog;
    first.send(answerLines(one, "180 Ringing"));
    const cancel = await first.receive(/^CANCEL /);
    expect(branchOf(cancel)).toBe(branchOf(one));
    first.send(answerLines(cancel, "200 OK"));
    first.send(answerLines(one, "487 Request Terminated"));
    await first.receive(/^ACK /);
    await hangUp(established, second);
    await nothingLeft();
  });

  it("and answers after all: its call is acknowledged and hung up, the other one stays", async () => {
    const { dialog } = await call(uri);
    const one = await first.receive(/^INVITE /);
    const two = await second.receive(/^INVITE /);
    second.send(answerLines(two, "180 Ringing"));
    first.send(answerLines(one, "200 OK", contactOf(first)), exampleSdp);
    await first.receive(/^ACK /);
    first.send(answerLines(await first.receive(/^BYE /), "200 OK"));
    second.send(answerLines(two, "200 OK", contactOf(second)), exampleSdp);
    await hangUp(await dialog, second);
    await nothingLeft();
  });

  it("both: the application hears 408", async () => {
    expect(await statusOf(application.srf, uri, { method: "OPTIONS" })).toBe(408);
    await nothingLeft();
  });
});

describe("CANCEL of the application", () => {
  it("goes to the target that rings now", async () => {
    const { req, dialog, heard } = await call(uri);
    const one = await first.receive(/^INVITE /);
    first.send(answerLines(one, "503 Service Unavailable"));
    const two = await second.receive(/^INVITE /);
    second.send(answerLines(two, "180 Ringing"));
    await vi.waitFor(() => expect(heard).toEqual([180]));
    req.cancel(() => undefined);
    const cancel = await second.receive(/^CANCEL /);
    expect(branchOf(cancel)).toBe(branchOf(two));
    second.send(answerLines(cancel, "200 OK"));
    second.send(answerLines(two, "487 Request Terminated"));
    await expect(dialog).rejects.toMatchObject({ status: 487 });
    expect(first.unread(/^CANCEL/)).toEqual([]);
    await nothingLeft();
  });

  it("keeps any other target from being tried", async () => {
    const { req, dialog } = await call(uri);
    const one = await first.receive(/^INVITE /);
    req.cancel(() => undefined);
    first.send(answerLines(one, "100 Trying"));
    first.send(answerLines(await first.receive(/^CANCEL /), "200 OK"));
    first.send(answerLines(one, "503 Service Unavailable"));
    await expect(dialog).rejects.toMatchObject({ status: 503 });
    expect(second.unread(/./)).toEqual([]);
    await nothingLeft();
  });
});

describe("inside of a dialog", () => {
  it("the next target of the peer's name is tried as well", async () => {
    const { dialog } = await call(`sip:200@${second.hostPort}`);
    const invite = await second.receive(/^INVITE /);
    const contact = [
      "Contact: <sip:peer@office.example>",
      "Content-Type: application/sdp",
      `Record-Route: <sip:office.example;lr>`,
    ];
    second.send(answerLines(invite, "200 OK", contact), exampleSdp);
    const established = await dialog;
    const ended = new Promise((resolve) => established.destroy({ headers: {} }, resolve));
    const one = await first.receive(/^BYE /);
    first.send(answerLines(one, "503 Service Unavailable"));
    const two = await second.receive(/^BYE /);
    expect(headerOf(two, "CSeq")).toBe(headerOf(one, "CSeq"));
    second.send(answerLines(two, "200 OK"));
    await ended;
    await nothingLeft();
  });
});
