/** Requests over 1300 bytes leave by TCP where somebody listens there, and by UDP where nobody does (RFC 3261 §18.1.1). */
import type Srf from "drachtio-srf";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { connectApplication, portOf, statusOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { exampleSdp, headerOf, RawPeer } from "../testing/raw-peer.ts";
import { addressAnswer, ScriptedNames, srvAnswer } from "../testing/scripted-names.ts";
import { answerLines, StreamPeer } from "../testing/stream-peer.ts";

let names: ScriptedNames;
let application: ConnectedApplication;
let datagrams: RawPeer;
let stream: StreamPeer;

const portIn = (hostPort: string): number => Number(hostPort.split(":").at(-1));
const long = "x".repeat(1_400);
const text = { "Content-Type": "text/plain" };

beforeEach(async () => {
  names = await ScriptedNames.open({
    "A peer.office.example": [addressAnswer("peer.office.example", 300, "127.0.0.1")],
  });
  application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 50, { dnsServers: [names.at] });
  const engine = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
  // One port number for both, if it is free for both.
  for (;;) {
    datagrams = await RawPeer.open("127.0.0.1", engine);
    const opened = await StreamPeer.open("127.0.0.1", portIn(datagrams.hostPort)).catch(() => null);
    if (opened !== null) {
      stream = opened;
      break;
    }
    datagrams.close();
  }
});

afterEach(async () => {
  datagrams.close();
  await stream.close().catch(() => undefined);
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

const message = (uri: string, body: string): Promise<number> =>
  statusOf(application.srf, uri, { method: "MESSAGE", body, headers: text });

describe("a long request", () => {
  it("goes over TCP to the same address and port; a short one does not", async () => {
    const uri = `sip:200@${datagrams.hostPort}`;
    const asked = message(uri, long);
    const request = await stream.receive(/^MESSAGE /);
    expect(headerOf(request, "Via")).toMatch(/^SIP\/2\.0\/TCP /);
    stream.send(answerLines(request, "200 OK"));
    expect(await asked).toBe(200);
    const short = message(uri, "short");
    const datagram = await datagrams.receive(/^MESSAGE /);
    expect(headerOf(datagram, "Via")).toMatch(/^SIP\/2\.0\/UDP /);
    datagrams.send(answerLines(datagram, "200 OK"));
    expect(await short).toBe(200);
    await nothingLeft();
  });

  it("goes where the name's TCP service is, though the URI asks for UDP", async () => {
    const elsewhere = await StreamPeer.open("127.0.0.1");
    const publish = (protocol: string, port: number): void => {
      const name = `_sip._${protocol}.office.example`;
      const target = "peer.office.example";
      names.zone[`SRV ${name}`] = [srvAnswer(name, 300, { priority: 1, weight: 1, port, target })];
    };
    publish("udp", portIn(datagrams.hostPort));
    publish("tcp", elsewhere.port);
    const asked = message("sip:200@office.example;transport=udp", long);
    elsewhere.send(answerLines(await elsewhere.receive(/^MESSAGE /), "200 OK"));
    expect(await asked).toBe(200);
    await elsewhere.close();
    await nothingLeft();
  });

  it("goes by UDP where nobody listens on TCP, whole, and does not knock again the next time", async () => {
    await stream.close();
    const uri = `sip:200@${datagrams.hostPort}`;
    for (let time = 0; time < 2; time += 1) {
      const asked = message(uri, long);
      const request = await datagrams.receive(/^MESSAGE /);
      expect(headerOf(request, "Via")).toMatch(/^SIP\/2\.0\/UDP /);
      expect(request.endsWith(long)).toBe(true);
      datagrams.send(answerLines(request, "200 OK"));
      expect(await asked).toBe(200);
      if (time > 0) continue;
      stream = await StreamPeer.open("127.0.0.1", portIn(datagrams.hostPort));
    }
    expect(stream.accepted).toBe(0);
    await nothingLeft();
  });

  it("as an INVITE: Contact names TCP, the call stays on that connection, and a long re-INVITE in a UDP call changes over", async () => {
    const sdp = `${exampleSdp}a=x:${long}\r\n`;
    const contact = [`Contact: <sip:peer@${datagrams.hostPort}>`, "Content-Type: application/sdp"];
    const called = application.srf.createUAC(`sip:200@${datagrams.hostPort}`, { localSdp: sdp });
    const invite = await stream.receive(/^INVITE /);
    expect(headerOf(invite, "Contact")).toContain(";transport=tcp");
    stream.send(answerLines(invite, "200 OK", contact), exampleSdp);
    await stream.receive(/^ACK /);
    await endOver(await called, stream);

    const again = application.srf.createUAC(`sip:200@${datagrams.hostPort}`, { localSdp: exampleSdp });
    datagrams.send(answerLines(await datagrams.receive(/^INVITE /), "200 OK", contact), exampleSdp);
    const dialog = await again;
    await datagrams.receive(/^ACK /);
    const changed = dialog.modify(sdp);
    const reinvite = await stream.receive(/^INVITE /);
    expect(headerOf(reinvite, "Via")).toMatch(/^SIP\/2\.0\/TCP /);
    stream.send(answerLines(reinvite, "200 OK", contact), exampleSdp);
    await changed;
    await endOver(dialog, datagrams);
    await nothingLeft();
  });
});

async function endOver(
  dialog: Srf.Dialog,
  peer: { receive(pattern: RegExp): Promise<string>; send(lines: string[]): void },
): Promise<void> {
  const ended = new Promise((resolve) => dialog.destroy({ headers: {} }, resolve));
  peer.send(answerLines(await peer.receive(/^BYE /), "200 OK"));
  await ended;
}
