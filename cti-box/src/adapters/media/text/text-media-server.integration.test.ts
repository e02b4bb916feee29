/** What the text does when the box was killed, when there is no text, and when no port is free, over real sockets and beside an audio server that only describes. */
import { afterEach, expect, it } from "vitest";
import { RecordingLog } from "../../../../testing/recording-log.ts";
import { TextPeer, textSection } from "../../../../testing/media-peers/text-peer.ts";
import type { AudioServer, LegMedia, MediaEvent, MediaServer } from "../../../application/media-port.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import { withText } from "./text-media-server.ts";
import type { TextSettings } from "./text-media-server.ts";

const leg = { callId: "call", legId: "citizen" } as unknown as LegMedia;
const AUDIO = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n";
const SECURE_AUDIO = AUDIO.replace("RTP/AVP", "RTP/SAVP");
const log = new RecordingLog();
const anyPort = { listenAddress: "127.0.0.1", advertisedAddress: "127.0.0.1", ports: null };
const closing: { close(): Promise<void> }[] = [];

afterEach(() => Promise.all(closing.splice(0).map((each) => each.close())));

/** Describes what it is given; text is refused at its place. */
function audioServer(answer = AUDIO): AudioServer {
  const refusedText = `${answer}m=text 0 RTP/AVP 96\r\na=inactive\r\n`;
  const isGone = { ok: false, reason: "media-server-down", detail: "gone" };
  return {
    answerOffer: async (_leg: LegMedia, offer: string) =>
      offer === "" ? isGone : { ok: true, answerSdp: refusedText, direction: "sendrecv" },
    makeOffer: async () => ({ ok: true, offerSdp: answer }),
    takeBack: () => ({ goOn: [leg.legId], unsettled: [] }),
    closeLeg: async () => {},
    close: async () => {},
    onEvent: () => {},
    activeLegs: () => 0,
  } as unknown as AudioServer;
}

function memoryOf(
  kept = new Map<string, string>(),
): RestartMemory & { kept: RestartMemory["kept"]; size: () => number } {
  return {
    keep: (kind, key, value) => void kept.set(`${kind} ${key}`, JSON.stringify(value)),
    forget: (kind, key) => void kept.delete(`${kind} ${key}`),
    kept: (kind) =>
      [...kept]
        .filter(([key]) => key.startsWith(`${kind} `))
        .map(([key, value]) => ({ key: key.slice(kind.length + 1), value: JSON.parse(value) as unknown })),
    size: () => kept.size,
  };
}

function serverWith(settings: Partial<TextSettings>, audio = audioServer()) {
  const server = withText(audio, { ports: anyPort, log, ...settings });
  const events: MediaEvent[] = [];
  const listeners: (() => void)[] = [];
  server.onEvent((event) => {
    events.push(event);
    for (const listener of listeners.splice(0)) listener();
  });
  closing.push(server);
  const told = async (text: string): Promise<void> => {
    while (events.map((event) => (event.type === "text-received" ? event.text : "")).join("") !== text)
      await new Promise<void>((done) => listeners.push(done));
  };
  return { server, told };
}

async function textPhone(): Promise<TextPeer> {
  const peer = await TextPeer.open();
  closing.push(peer);
  return peer;
}

async function answered(server: MediaServer, phone: TextPeer): Promise<string> {
  const answer = await server.answerOffer(leg, AUDIO + phone.lines());
  return answer.ok ? answer.answerSdp : "";
}

it("a box that was killed goes on at the same port, and reads nothing twice", async () => {
  const memory = memoryOf();
  const first = serverWith({ memory });
  const phone = await textPhone();
  phone.accept(await answered(first.server, phone));
  phone.write(["prima "]);
  await first.told("prima ");
  // A killed box forgets nothing of what it has remembered, and its port is free.
  const left = memoryOf(new Map(memory.kept("text").map(({ key, value }) => [`text ${key}`, JSON.stringify(value)])));
  expect(JSON.stringify(left.kept("text"))).not.toContain("prima");
  await first.server.close();

  const second = serverWith({ memory: left });
  expect(second.server.takeBack([leg.callId]).goOn).toEqual([leg.legId]);
  await expect.poll(() => second.server.hasText(leg)).toBe(true);
  phone.write(["dopo"]);
  await second.told("dopo");
  await second.server.sendText(leg, "eccomi");
  await phone.reads("eccomi");
  await second.server.closeLeg(leg);
  expect(left.size()).toBe(0);
});

it("text of legs that do not come back is forgotten", async () => {
  const memory = memoryOf();
  const { server } = serverWith({ memory });
  await answered(server, await textPhone());
  expect(memory.size()).toBe(1);
  const left = memoryOf(new Map(memory.kept("text").map(({ key, value }) => [`text ${key}`, JSON.stringify(value)])));
  const audio = { ...audioServer(), takeBack: () => ({ goOn: [], unsettled: [] }) };
  expect(serverWith({ memory: left }, audio).server.takeBack([]).goOn).toEqual([]);
  expect(left.size()).toBe(0);
});

it("a leg without text is not remembered", async () => {
  const memory = memoryOf();
  await serverWith({ memory }).server.answerOffer(leg, AUDIO);
  expect(memory.size()).toBe(0);
});

it("without ports for text it is refused as the audio server does", async () => {
  const { server } = serverWith({ ports: null });
  expect(textSection(await answered(server, await textPhone()))).toMatch(/^m=text 0 /);
  expect(server.hasText(leg)).toBe(false);
  expect(await server.makeOffer(leg, { profile: "rtp", text: true })).toMatchObject({ offerSdp: AUDIO });
});

it("where no port is free the call goes on without text, and the log says so", async () => {
  const phone = await textPhone();
  const port = phone.port - (phone.port % 2);
  const { server } = serverWith({
    ports: { ...anyPort, listenAddress: "192.0.2.1", ports: { min: port, max: port + 1 } },
  });
  expect(textSection(await answered(server, phone))).toMatch(/^m=text 0 /);
  expect(log.messages("warn")).toEqual(["no port for text: the leg goes on without it"]);
});

it.each([
  ["RTP/SAVP", SECURE_AUDIO],
  ["keys that may be taken", `${AUDIO}a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x\r\n`],
])("beside encrypted audio (%s) there is no text in the clear", async (_how, audio) => {
  const { server } = serverWith({}, audioServer(audio));
  expect(textSection(await answered(server, await textPhone()))).toMatch(/^m=text 0 /);
  expect(await server.makeOffer(leg, { profile: "rtp", text: true })).toMatchObject({ offerSdp: audio });
});

it("a leg that the audio server refuses holds no port", async () => {
  const { server } = serverWith({});
  expect(await server.answerOffer(leg, "")).toMatchObject({ ok: false });
  expect(server.activeLegs()).toBe(0);
});

it("a leg closed while its port is opened stays closed", async () => {
  const { server } = serverWith({});
  const phone = await textPhone();
  const answering = answered(server, phone);
  await server.closeLeg(leg);
  expect(textSection(await answering)).toMatch(/^m=text 0 /);
  expect(server.hasText(leg)).toBe(false);
  expect(server.activeLegs()).toBe(0);
});

it("writes no faster than is read, and takes no more than minutes of it", async () => {
  const { server } = serverWith({});
  await answered(server, await textPhone());
  expect(await server.sendText(leg, "x".repeat(9000))).toMatchObject({ ok: false, reason: "capacity" });
});
