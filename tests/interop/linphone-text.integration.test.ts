/** Real-time text with a real telephone: Linphone calls and is called, writes and reads; the box's media server answers it over plain drachtio-srf. */
import Srf from "drachtio-srf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSipEngine, type SipEngineHandle } from "../../cti-box/sip-engine/engine.ts";
import { createRelayMediaServer } from "../../cti-box/src/adapters/media/relay/relay-media-server.ts";
import { withText } from "../../cti-box/src/adapters/media/text/text-media-server.ts";
import { RecordingLog } from "../../cti-box/testing/recording-log.ts";
import { ok } from "../../cti-box/testing/media-peers/media-scene.ts";
import { LinphoneTextPhone } from "../phones/linphone-text-phone.ts";
import { PhoneNetwork, type PhoneHost } from "../phones/phone-network.ts";
import type { LegMedia, MediaServer } from "../../cti-box/src/application/media-port.ts";

const log = new RecordingLog();
let network: PhoneNetwork;
let host: PhoneHost;
let engine: SipEngineHandle;
let srf: Srf;
let media: MediaServer;
let phone: LinphoneTextPhone;
let written = "";

beforeAll(async () => {
  network = PhoneNetwork.open();
  host = network.addHost();
  const { address } = network;
  const secret = "secret of the text test";
  engine = await startSipEngine({
    admin: { host: "127.0.0.1", port: 0 },
    secrets: [secret],
    contacts: [`sip:${address}:5060;transport=udp`],
  });
  srf = new Srf();
  const connected = new Promise<void>((resolve) => srf.on("connect", () => resolve()));
  srf.on("error", () => undefined);
  void srf.connect({ ...engine.admin, secret });
  await connected;
  media = withText(createRelayMediaServer({ listenAddress: address, log }), {
    ports: { listenAddress: address, advertisedAddress: address, ports: null },
    log,
  });
  media.onEvent((event) => {
    if (event.type === "text-received") written += event.text;
  });
  phone = await LinphoneTextPhone.open(host);
}, 60_000);

afterAll(async () => {
  await phone?.close();
  await media?.close();
  srf?.disconnect();
  await engine?.close();
  network?.close();
});

test("a citizen who calls with Linphone writes and reads", async () => {
  const leg = legOf("caller");
  srf.invite((request, response) => {
    void (async () => {
      const { answerSdp } = ok(await media.answerOffer(leg, request.body));
      await srf.createUAS(request, response, { localSdp: answerSdp });
    })();
  });
  phone.command(`call sip:office@${network.address}`);
  await phone.is("StreamsRunning");
  await bothWays(leg);
  phone.command("hangup");
  await phone.is("none");
  await media.closeLeg(leg);
  expect(media.activeLegs()).toBe(0);
}, 60_000);

test("a colleague who is called on Linphone writes and reads", async () => {
  const leg = legOf("callee");
  const { offerSdp } = ok(await media.makeOffer(leg, { profile: "rtp", text: true }));
  const calling = srf.createUAC(`sip:anna@${host.address}:5060`, { localSdp: offerSdp });
  await phone.is("IncomingReceived");
  phone.command("answer");
  const dialog = await calling;
  ok(await media.acceptAnswer(leg, dialog.remote.sdp));
  await phone.is("StreamsRunning");
  await bothWays(leg);
  await new Promise<void>((done) => dialog.destroy({ headers: {} }, () => done()));
  await phone.is("none");
  await media.closeLeg(leg);
  expect(media.activeLegs()).toBe(0);
}, 60_000);

function legOf(name: string): LegMedia {
  return { callId: `call of ${name}`, legId: name } as unknown as LegMedia;
}

async function bothWays(leg: LegMedia): Promise<void> {
  expect(media.hasText(leg)).toBe(true);
  written = "";
  phone.command("write Perché no? ☎");
  await expect.poll(() => written, { timeout: 10_000 }).toBe("Perché no? ☎");
  ok(await media.sendText(leg, "Così è, un attimo"));
  await phone.reads("Così è, un attimo");
}
