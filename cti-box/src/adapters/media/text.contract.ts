/** The part of the media servers' contract that is about real-time text (RFC 4103) beside the audio, with phones that write and read by themselves. */
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { afterEach, describe, expect, it } from "vitest";
import { hearEachOther, ok, CITIZEN_HZ, OPERATOR_HZ } from "../../../testing/media-peers/media-scene.ts";
import type { MediaScene } from "../../../testing/media-peers/media-scene.ts";
import { RtpPeer } from "../../../testing/media-peers/rtp-peer.ts";
import { TextPeer, textSection } from "../../../testing/media-peers/text-peer.ts";
import type { TextLines } from "../../../testing/media-peers/text-peer.ts";
import type { LegMedia } from "../../application/media-port.ts";

const opened: { close(): Promise<void> }[] = [];

export function itPassesText(scene: MediaScene): void {
  describe("real-time text", () => {
    afterEach(() => Promise.all(opened.splice(0).map((peer) => peer.close())));
    agreements(scene);
    writing(scene);
    changes(scene);
    refusals(scene);
    strangers(scene);
  });
}

function agreements(scene: MediaScene): void {
  it("a caller with text writes and reads, and is heard as well", async () => {
    const { leg, peer, text } = await caller(scene);
    const operator = await scene.browserCallee("operator", leg);
    expect(scene.server.hasText(leg)).toBe(true);
    expect(scene.server.hasText(operator.leg)).toBe(false);
    peer.speak(CITIZEN_HZ);
    operator.peer.speak(OPERATOR_HZ);
    ok(await scene.server.connect(leg, operator.leg));
    text.write(["Buon", "giorno ☎"]);
    await reads(scene, leg, "Buongiorno ☎");
    ok(await scene.server.sendText(leg, "Dica pure, l'ascolto: perché scrive? 🙂"));
    await text.reads("Dica pure, l'ascolto: perché scrive? 🙂");
    await hearEachOther(peer, operator.peer);
  });

  it("whoever is called is offered text where that is asked for, and agrees or not", async () => {
    const { leg, offerSdp, peer, text } = await callee(scene, { text: true });
    expect(textSection(offerSdp)).toMatch(/^m=text [1-9]\d* RTP\/AVP 100 98\r\n/);
    ok(await scene.server.acceptAnswer(leg, peer.answer(offerSdp) + text.lines()));
    text.accept(offerSdp);
    expect(scene.server.hasText(leg)).toBe(true);
    text.write(["ciao"]);
    await reads(scene, leg, "ciao");
    ok(await scene.server.sendText(leg, "salve"));
    await text.reads("salve");
  });

  it("a far end that refuses the text has voice alone, and is never offered it again", async () => {
    const { leg, offerSdp, peer, text } = await callee(scene, { text: true });
    ok(await scene.server.acceptAnswer(leg, peer.answer(offerSdp) + text.lines({ port: 0 })));
    expect(scene.server.hasText(leg)).toBe(false);
    expect(await scene.server.sendText(leg, "x")).toMatchObject({ ok: false, reason: "no-text" });
    const again = ok(await scene.server.makeOffer(leg, { profile: "rtp" })).offerSdp;
    expect(kindsOf(again)).toEqual(["audio", "text"]);
    expect(textSection(again)).toMatch(/^m=text 0 /);
  });

  it("nobody is offered text without being asked, a browser never", async () => {
    expect((await callee(scene, {})).offerSdp).not.toContain("m=text");
    const order = { profile: "webrtc", text: true } as const;
    expect(ok(await scene.server.makeOffer(scene.leg("operator"), order)).offerSdp).not.toContain("m=text");
  });

  it("a far end without redundancy is written to without", async () => {
    const { leg, text, answerSdp } = await caller(scene, { red: false });
    expect(textSection(answerSdp)).not.toContain("red/1000");
    ok(await scene.server.sendText(leg, "salve"));
    await text.reads("salve");
    text.write(["ciao"]);
    await reads(scene, leg, "ciao");
  });

  it("a leg without media, or without text, is told so", async () => {
    const { leg } = await scene.rtpCaller("citizen");
    expect(scene.server.hasText(leg)).toBe(false);
    expect(await scene.server.sendText(leg, "x")).toMatchObject({ ok: false, reason: "no-text" });
    expect(await scene.server.sendText(scene.leg("stranger"), "x")).toMatchObject({ ok: false, reason: "unknown-leg" });
    expect(scene.server.hasText(scene.leg("stranger"))).toBe(false);
  });
}

function writing(scene: MediaScene): void {
  it("two packets lost, or a wrong order, are no loss", async () => {
    const { leg, text } = await caller(scene);
    text.write(["uno ", "due ", "tre ", "quattro ", "cinque"], { lost: [1, 2], order: [0, 2, 1, 4, 3, 5, 6] });
    await reads(scene, leg, "uno due tre quattro cinque");
  });

  it("where more is lost there is a mark", async () => {
    const { leg, text } = await caller(scene);
    text.write(["uno ", "due ", "tre ", "quattro ", "cinque ", "sei"], { lost: [1, 2, 3, 4] });
    await reads(scene, leg, "uno \uFFFDquattro cinque sei");
  });

  it("backspace and new line arrive as such", async () => {
    const { leg, text } = await caller(scene);
    text.write(["sig", "\b\b", "\u2028"]);
    await reads(scene, leg, "sig\b\b\u2028");
    ok(await scene.server.sendText(leg, "a\b\u2028"));
    await text.reads("a\b\u2028");
  });

  it("no packet does harm, and the text goes on", async () => {
    const { leg, text } = await caller(scene);
    text.write(["a"]);
    await reads(scene, leg, "a");
    for (const length of [0, 1, 11, 12, 13, 40, 1400]) text.raw(Buffer.alloc(length, 0xff));
    for (const type of [96, 97, 5])
      for (const length of [0, 1, 4, 400])
        text.raw(Buffer.concat([Buffer.from([0x80, type, 9, 9, 0, 0, 0, 0, 0, 0, 0, 1]), Buffer.alloc(length, 0xe1)]));
    text.write(["b"]);
    await scene.told((event) => event.type === "text-received" && event.text.endsWith("b"));
  });
}

function changes(scene: MediaScene): void {
  it("who holds gets what was written when it resumes; place and port stay", async () => {
    const { leg, peer, text, answerSdp } = await caller(scene);
    const held = peer.offer({ direction: "sendonly" }) + text.lines({ direction: "sendonly" });
    const { answerSdp: answer } = ok(await scene.server.answerOffer(leg, held));
    expect(textSection(answer)).toContain("a=recvonly");
    ok(await scene.server.sendText(leg, "aspetto"));
    text.write(["un attimo"]);
    await reads(scene, leg, "un attimo");
    expect(text.text).toBe("");
    const resumed = ok(await scene.server.answerOffer(leg, peer.offer() + text.lines())).answerSdp;
    await text.reads("aspetto");
    expect(textSection(resumed)).toBe(textSection(answerSdp));
  });

  it("a fresh offer of ours keeps text, place, port and payload types without being asked", async () => {
    const { leg, peer, text, answerSdp } = await caller(scene, { before: true });
    const { offerSdp } = ok(await scene.server.makeOffer(leg, { profile: "rtp" }));
    expect(kindsOf(offerSdp)).toEqual(["text", "audio"]);
    expect(textSection(offerSdp)).toBe(textSection(answerSdp));
    ok(await scene.server.acceptAnswer(leg, before(peer.answer(offerSdp), text.lines())));
    ok(await scene.server.sendText(leg, "eccomi"));
    await text.reads("eccomi");
  });

  it("a far end that switches text off has none any more, and again when it switches it on", async () => {
    const { leg, peer, text } = await caller(scene);
    const off = ok(await scene.server.answerOffer(leg, peer.offer() + text.lines({ port: 0 }))).answerSdp;
    expect(textSection(off)).toMatch(/^m=text 0 /);
    expect(scene.server.hasText(leg)).toBe(false);
    text.accept(ok(await scene.server.answerOffer(leg, peer.offer() + text.lines())).answerSdp);
    ok(await scene.server.sendText(leg, "di nuovo"));
    await text.reads("di nuovo");
  });

  it("ports are freed with the leg", async () => {
    const { leg, answerSdp } = await caller(scene);
    const port = Number(/^m=text (\d+)/.exec(textSection(answerSdp))?.[1]);
    await expect(bind(port)).rejects.toThrow("EADDRINUSE");
    await scene.server.closeLeg(leg);
    await bind(port);
  });
}

function refusals(scene: MediaScene): void {
  it.each<[string, TextLines | string]>([
    ["encrypted text", { protocol: "RTP/SAVP" }],
    ["text that is switched off", { port: 0 }],
    ["unknown formats", "m=text 4000 RTP/AVP 98\r\na=rtpmap:98 xml/1000\r\n"],
    ["text over another transport", "m=text 4000 TCP t140\r\n"],
  ])("%s is refused at its place, and the call goes on", async (_what, lines) => {
    const peer = await add(RtpPeer.open());
    const text = await add(TextPeer.open());
    const leg = scene.leg("citizen");
    const offer = peer.offer() + (typeof lines === "string" ? lines : text.lines(lines));
    const { answerSdp } = ok(await scene.server.answerOffer(leg, offer));
    expect(kindsOf(answerSdp)).toEqual(["audio", "text"]);
    expect(textSection(answerSdp)).toMatch(/^m=text 0 /);
    expect(scene.server.hasText(leg)).toBe(false);
  });

  it("the first usable one of several is taken", async () => {
    const peer = await add(RtpPeer.open());
    const text = await add(TextPeer.open());
    const leg = scene.leg("citizen");
    const offer = peer.offer() + text.lines({ port: 0 }) + text.lines() + text.lines();
    const sections = ok(await scene.server.answerOffer(leg, offer))
      .answerSdp.split(/^(?=m=)/m)
      .slice(1);
    expect(sections.map((section) => /^m=(\S+ 0|\S+)/.exec(section)?.[1])).toEqual([
      "audio",
      "text 0",
      "text",
      "text 0",
    ]);
  });
}

function strangers(scene: MediaScene): void {
  it("a phone behind a router that changes its port is written to where it writes from", async () => {
    const described = await add(TextPeer.open());
    const { leg, text } = await caller(scene, { describedPort: described.port });
    text.write(["ciao"]);
    await reads(scene, leg, "ciao");
    ok(await scene.server.sendText(leg, "salve"));
    await text.reads("salve");
    expect(described.text).toBe("");
  });

  it("another host neither writes nor reads", async () => {
    const { leg, text, answerSdp } = await caller(scene);
    const stranger = await add(TextPeer.open({ address: "127.0.0.2" }));
    stranger.accept(answerSdp);
    stranger.write(["intruder"]);
    text.write(["ciao"]);
    await reads(scene, leg, "ciao");
    ok(await scene.server.sendText(leg, "salve"));
    await text.reads("salve");
    expect(stranger.text).toBe("");
  });
}

/** Somebody with text who calls us; `before`: its text goes before its audio. */
async function caller(
  scene: MediaScene,
  options: { red?: boolean; before?: boolean; describedPort?: number } = {},
): Promise<{ leg: LegMedia; peer: RtpPeer; text: TextPeer; answerSdp: string }> {
  const peer = await add(RtpPeer.open());
  const text = await add(TextPeer.open({ red: options.red ?? true }));
  const leg = scene.leg("citizen");
  const lines = text.lines(options.describedPort === undefined ? {} : { port: options.describedPort });
  const offer = options.before === true ? before(peer.offer(), lines) : peer.offer() + lines;
  const { answerSdp } = ok(await scene.server.answerOffer(leg, offer));
  peer.accept(answerSdp);
  text.accept(answerSdp);
  return { leg, peer, text, answerSdp };
}

/** Somebody whom we call. */
async function callee(scene: MediaScene, order: { text?: boolean }) {
  const peer = await add(RtpPeer.open());
  const text = await add(TextPeer.open());
  const leg = scene.leg("colleague");
  const { offerSdp } = ok(await scene.server.makeOffer(leg, { profile: "rtp", ...order }));
  return { leg, peer, text, offerSdp };
}

async function add<T extends { close(): Promise<void> }>(opening: Promise<T>): Promise<T> {
  const peer = await opening;
  opened.push(peer);
  return peer;
}

/** Everything that this leg's far end wrote, piece by piece. */
async function reads(scene: MediaScene, leg: LegMedia, expected: string): Promise<void> {
  await scene.told(() => written(scene, leg) === expected);
  expect(written(scene, leg)).toBe(expected);
}

function written(scene: MediaScene, leg: LegMedia): string {
  return scene.events
    .map((event) => (event.type === "text-received" && event.legId === leg.legId ? event.text : ""))
    .join("");
}

function kindsOf(sdp: string): string[] {
  return [...sdp.matchAll(/^m=(\S+)/gm)].map(([, kind]) => kind ?? "");
}

function before(sdp: string, lines: string): string {
  return sdp.replace(/^(?=m=)/m, lines);
}

async function bind(port: number): Promise<void> {
  const socket = createSocket("udp4");
  socket.bind({ address: "127.0.0.1", port, exclusive: true });
  try {
    await once(socket, "listening");
  } finally {
    socket.close();
  }
}
