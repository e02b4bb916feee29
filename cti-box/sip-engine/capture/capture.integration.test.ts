/** The capture against real receivers: what a call looks like on the capture server, and what a server that is away costs. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";
import { CaptureServer } from "../testing/capture-server.ts";
import { connectApplication, portOf, type ConnectedApplication } from "../testing/connected-application.ts";
import { decodeHep, lengthOfPacket, type HepPacket } from "../testing/hep-decoder.ts";
import { exampleSdp, inviteLines, RawPeer } from "../testing/raw-peer.ts";
import { hasKamailio } from "../testing/recording-router.ts";
import { freePort } from "../testing/sipp/run-scenario.ts";
import type { CaptureOptions } from "./capture-options.ts";

const contacts = ["sip:127.0.0.1:0;transport=udp,tcp"];
const closing: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function engineWith(capture: CaptureOptions): Promise<{ application: ConnectedApplication; peer: RawPeer }> {
  const application = await connectApplication(contacts, 100, { watch: { capture } });
  closing.push(() => application.close());
  const peer = await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(application.engine, "udp") });
  closing.push(() => peer.close());
  return { application, peer };
}

/** A call that is refused: INVITE, 100, 486, ACK. */
async function refusedCall(
  { application, peer }: Awaited<ReturnType<typeof engineWith>>,
  callId: string,
): Promise<void> {
  const engineAt = `127.0.0.1:${portOf(application.engine, "udp")}`;
  application.srf.invite((_req, res) => res.send(486));
  await application.settled();
  const secret = 'Authorization: Digest username="anna", nonce="n0nce", response="5ec2e7"';
  peer.send(inviteLines(peer, engineAt, { callId, more: [secret] }), exampleSdp);
  const answer = await peer.receive(/^SIP\/2\.0 486/);
  const to = /^To: .*$/m.exec(answer)?.[0] ?? "";
  const ack = inviteLines(peer, engineAt, { callId }).filter((line) => !/^(To|Content-Type)/.test(line));
  peer.send([...ack.map((line) => line.replace(/^INVITE|INVITE$/, "ACK")), to]);
}

async function hepReceiver(port = 0): Promise<{ port: number; packets: HepPacket[] }> {
  const socket = createSocket("udp4");
  const packets: HepPacket[] = [];
  socket.on("message", (bytes) => packets.push(decodeHep(bytes)));
  socket.bind(port, "127.0.0.1");
  await once(socket, "listening");
  closing.push(() => socket.close());
  return { port: socket.address().port, packets };
}

const startLines = (packets: readonly HepPacket[], callId: string): string[] =>
  packets
    .filter((packet) => packet.correlationId === callId)
    .map(({ payload }) => payload.split(" SIP/2.0")[0]?.split("\r\n")[0] ?? "");

describe("the capture server", () => {
  it("sees every message of a call, with its way, its time and without its secrets", async () => {
    const receiver = await hepReceiver();
    const before = Date.now() * 1_000;
    const scene = await engineWith({
      host: "127.0.0.1",
      port: receiver.port,
      captureId: 42,
      authKey: "k",
      nodeName: "box",
    });
    await refusedCall(scene, "seen");
    const engineAt = `127.0.0.1:${portOf(scene.application.engine, "udp")}`;
    await expect
      .poll(() => startLines(receiver.packets, "seen"))
      .toEqual([
        `INVITE sip:callee@${engineAt}`,
        "SIP/2.0 100 Trying",
        "SIP/2.0 486 Busy Here",
        `ACK sip:callee@${engineAt}`,
      ]);
    const [invite, trying] = receiver.packets.filter((packet) => packet.correlationId === "seen");
    expect(invite).toMatchObject({ source: scene.peer.hostPort, destination: engineAt, protocol: 17, protocolType: 1 });
    expect(invite).toMatchObject({ captureId: 42, authKey: "k", nodeName: "box" });
    expect(trying).toMatchObject({ source: engineAt, destination: scene.peer.hostPort });
    expect(invite?.payload).toContain('username="anna"');
    expect(invite?.payload).not.toMatch(/n0nce|5ec2e7/);
    for (const { atUs } of receiver.packets) expect(atUs).toBeGreaterThan(before - 1_000);
    for (const { atUs } of receiver.packets) expect(atUs).toBeLessThanOrEqual((Date.now() + 1) * 1_000);
  });

  it("may be reached over TCP, and is reached again when it comes back; meanwhile calls go on", async () => {
    const port = await freePort();
    const scene = await engineWith({ host: "127.0.0.1", port, transport: "tcp", secrets: "sent" });
    await refusedCall(scene, "unseen");
    const packets: HepPacket[] = [];
    const server = createServer((socket) => {
      let rest: Buffer = Buffer.alloc(0);
      socket.on("data", (chunk) => {
        rest = Buffer.concat([rest, chunk]);
        for (
          let length = lengthOfPacket(rest);
          length !== null && rest.length >= length;
          length = lengthOfPacket(rest)
        ) {
          packets.push(decodeHep(rest.subarray(0, length)));
          rest = rest.subarray(length);
        }
      });
      closing.push(() => socket.destroy());
    });
    server.listen(port, "127.0.0.1");
    closing.push(() => server.close());
    await once(server, "connection");
    let turn = 0;
    await expect
      .poll(
        async () => {
          turn += 1;
          await refusedCall(scene, `seen${turn}`);
          return startLines(packets, `seen${turn}`);
        },
        { timeout: 10_000 },
      )
      .toContain("SIP/2.0 486 Busy Here");
    expect(packets.some(({ payload }) => payload.includes("5ec2e7"))).toBe(true);
    expect(packets.some(({ correlationId }) => correlationId === "unseen")).toBe(false);
  });

  it.skipIf(!hasKamailio && process.env["CI"] === undefined).each(["packets", "messages"] as const)(
    "Kamailio's sipcapture reads the %s",
    async (reads) => {
      const server = await CaptureServer.start(reads);
      closing.push(() => server.close());
      const scene = await engineWith({ host: "127.0.0.1", port: server.port, captureId: 77, authKey: "chiave" });
      const engineAt = `127.0.0.1:${portOf(scene.application.engine, "udp")}`;
      const peerAt = scene.peer.hostPort;
      const way = (atEngine: string): string => (atEngine === "in" ? `${peerAt} ${engineAt}` : `${engineAt} ${peerAt}`);
      // It may take a moment to start: calls are made until one is seen whole.
      let turn = 0;
      const seen = (): string[] => server.lines.filter((line) => line.split(" ").includes(`kamailio${turn}`));
      await expect
        .poll(
          async () => {
            turn += 1;
            await refusedCall(scene, `kamailio${turn}`);
            await expect
              .poll(seen, { timeout: 500 })
              .toHaveLength(4)
              .catch(() => undefined);
            return seen().length;
          },
          { timeout: 15_000 },
        )
        .toBe(4);
      const callId = `kamailio${turn}`;
      const expected = {
        packets: ["in", "out", "out", "in"].map((side) => `packet 3 1 77 chiave ${callId} ${way(side)}`),
        messages: [
          `message ${callId} INVITE 1 ${peerAt}`,
          `message ${callId} 100 1 ${engineAt}`,
          `message ${callId} 486 1 ${engineAt}`,
          `message ${callId} ACK 1 ${peerAt}`,
        ],
      };
      expect(seen().toSorted(), server.log).toEqual(expected[reads].toSorted());
    },
  );

  it("unusable options are told with the engine's others", async () => {
    const capture = { host: "", port: 0, captureId: -1, authKey: "" };
    const started: Promise<SipEngineHandle> = startSipEngine({
      admin: { host: "127.0.0.1", port: 0 },
      secrets: [],
      contacts,
      watch: { capture },
    });
    await expect(started).rejects.toMatchObject({ problems: { length: 5 } });
  });
});
