/** Keys: as events (RFC 4733), by the signalling and as tones; who is told of them, and what the counterparts get. Judged by what arrives, packets and sound. */
import { describe, expect, it } from "vitest";
import {
  CITIZEN_HZ,
  hearEachOther,
  ok,
  OPERATOR_HZ,
  type MediaScene,
  type ServerUnderTest,
} from "../../../testing/media-peers/media-scene.ts";
import type { KeyMode } from "../../domain/trunk/key-mode.ts";
import type { RtpPeer } from "../../../testing/media-peers/rtp-peer.ts";
import type { LegMedia } from "../../application/media-port.ts";

type Party = { leg: LegMedia; peer: RtpPeer };

/** `tones`: the server hears and makes tones. */
export function itPassesKeys(scene: MediaScene, { translates }: Pick<ServerUnderTest, "translates">): void {
  asEvents(scene);
  describe("keys by the signalling", () => bySignalling(scene));
  // rtpengine stands for a server that translates codecs and not tones.
  if (!translates) describe("keys in the sound", () => inTheSound(scene));
}

/** A carrier that calls, with its own way of saying keys, and an operator's desk phone with events. */
async function conversation(scene: MediaScene, mode: KeyMode, keyType: number | null = null) {
  scene.server.keysBy(scene.leg("carrier"), mode);
  const carrier = await scene.rtpCaller("carrier", { codecs: ["pcma"], keyType });
  const operator = await scene.rtpCallee("operator", carrier.leg, { codecs: ["pcma"] });
  ok(await scene.server.connect(carrier.leg, operator.leg));
  carrier.peer.speak(CITIZEN_HZ);
  operator.peer.speak(OPERATOR_HZ);
  await hearEachOther(carrier.peer, operator.peer);
  return { carrier, operator };
}

const toldOf = (scene: MediaScene, { leg }: Party, told: { type: string; digit: string }) =>
  scene.told(
    (event) => event.type === told.type && "digit" in event && event.legId === leg.legId && event.digit === told.digit,
  );

/** Two carriers, the first with tones. */
async function carriers(scene: MediaScene, mode: KeyMode) {
  scene.server.keysBy(scene.leg("other"), mode);
  scene.server.keysBy(scene.leg("carrier"), "inband");
  const carrier = await scene.rtpCaller("carrier", { codecs: ["pcma"], keyType: null });
  const other = await scene.rtpCallee("other", carrier.leg, { codecs: ["pcma"], keyType: null });
  ok(await scene.server.connect(carrier.leg, other.leg));
  return { carrier, other };
}

function bySignalling(scene: MediaScene): void {
  it("neither offers nor agrees to events", async () => {
    const leg = scene.leg("carrier");
    scene.server.keysBy(leg, "info");
    expect(ok(await scene.server.answerOffer(leg, await scene.rtpOffer())).answerSdp).not.toContain("telephone-event");
    expect(ok(await scene.server.makeOffer(leg, { profile: "rtp" })).offerSdp).not.toContain("telephone-event");
  });

  it("hands an operator's keys and the box's own to the signalling, and no packet of them to the carrier", async () => {
    const { carrier, operator } = await conversation(scene, "info", 101);
    const before = carrier.peer.packets.length;
    await operator.peer.press("7");
    const [signal] = await toldOf(scene, carrier, { type: "key-to-signal", digit: "7" });
    expect(signal).toMatchObject({ ...carrier.leg, durationMs: expect.any(Number) });
    ok(await scene.server.sendDtmf(carrier.leg, "#", 200));
    expect(await toldOf(scene, carrier, { type: "key-to-signal", digit: "#" })).toMatchObject([{ durationMs: 200 }]);
    await carrier.peer.ear.hearsTone(OPERATOR_HZ);
    expect(new Set(carrier.peer.packets.slice(before).map(({ payloadType }) => payloadType))).toEqual(new Set([8]));
    expect(scene.events.filter(({ type }) => type === "key-to-signal")).toHaveLength(2);
  });

  it("passes a key that came by the signalling on as an event", async () => {
    const { operator } = await conversation(scene, "info");
    ok(await scene.server.sendDtmf(operator.leg, "4", 100));
    await operator.peer.hearsKeys("4");
  });
}

function inTheSound(scene: MediaScene): void {
  it("are told once each while the caller waits, with music and without", async () => {
    scene.server.keysBy(scene.leg("carrier"), "inband");
    const carrier = await scene.rtpCaller("carrier", { codecs: ["pcma"], keyType: null });
    await carrier.peer.soundKeys("12");
    ok(await scene.server.startMusic(carrier.leg));
    await carrier.peer.soundKeys("#D");
    await toldOf(scene, carrier, { type: "dtmf-received", digit: "D" });
    expect(scene.events.map((event) => "digit" in event && event.digit)).toEqual(["1", "2", "#", "D"]);
  });

  it("reach an operator as events, and are told; the operator hears hardly anything of the tones", async () => {
    const { carrier, operator } = await conversation(scene, "inband");
    await carrier.peer.soundKeys("159", 300);
    await operator.peer.hearsKeys("159");
    await toldOf(scene, carrier, { type: "dtmf-received", digit: "9" });
    // Of each tone of 300 ms what is heard before it is known for one.
    expect(operator.peer.ear.heardOfKeysMs()).toBeLessThan(3 * 50);
  });

  it("of an operator reach the carrier as tones, and so do the box's own, in their order", async () => {
    const { carrier, operator } = await conversation(scene, "inband");
    await operator.peer.press("7");
    await carrier.peer.ear.hearsKeys("7");
    for (const key of ["3", "*"] as const) ok(await scene.server.sendDtmf(carrier.leg, key, 100));
    await carrier.peer.ear.hearsKeys("73*");
    await carrier.peer.ear.hearsTone(OPERATOR_HZ);
    expect(scene.events).toEqual([{ type: "dtmf-received", ...operator.leg, digit: "7" }]);
  });

  it("pass between two carriers that both say them so, as they are", async () => {
    const { carrier, other } = await carriers(scene, "inband");
    await carrier.peer.soundKeys("80");
    await other.peer.ear.hearsKeys("80");
  });

  it("go to a carrier that has them by the signalling, and are told", async () => {
    const { carrier, other } = await carriers(scene, "info");
    await carrier.peer.soundKeys("6");
    await toldOf(scene, other, { type: "key-to-signal", digit: "6" });
    await toldOf(scene, carrier, { type: "dtmf-received", digit: "6" });
  });

  it.each([
    ["events where the carrier agrees to them", 101],
    ["tones where it does not", null],
  ] as const)("of a carrier that may do either are %s", async (_what, keyType) => {
    const { carrier, operator } = await conversation(scene, "auto", keyType);
    if (keyType === null) await carrier.peer.soundKeys("5");
    else await carrier.peer.press("5");
    await operator.peer.hearsKeys("5");
    await operator.peer.press("8");
    if (keyType === null) await carrier.peer.ear.hearsKeys("8");
    else await carrier.peer.hearsKeys("8");
  });

  it("are no keys of a carrier that says them as events: its tones are sound", async () => {
    const { carrier, operator } = await conversation(scene, "rfc4733", 101);
    await carrier.peer.soundKeys("5");
    await operator.peer.ear.hearsKeys("5");
    expect([scene.events, operator.peer.keys]).toEqual([[], []]);
  });
}

function asEvents(scene: MediaScene): void {
  it("a citizen's keys reach the operator and are told, each once", async () => {
    const { citizen, operator } = await scene.conversation();
    for (const key of ["4", "#"]) await citizen.peer.press(key);
    await operator.peer.hearsKeys("4#");
    await scene.told((event) => event.type === "dtmf-received" && event.digit === "#");
    expect(scene.events).toEqual([
      { type: "dtmf-received", ...citizen.leg, digit: "4" },
      { type: "dtmf-received", ...citizen.leg, digit: "#" },
    ]);
  });

  it("an operator's keys reach the citizen's side", async () => {
    const { citizen, operator } = await scene.conversation();
    await operator.peer.press("7");
    await citizen.peer.hearsKeys("7");
  });

  it("keys sent by the box arrive in order, and the voice goes on after them", async () => {
    const { citizen, operator } = await scene.conversation();
    ok(await scene.server.sendDtmf(citizen.leg, "1", 100));
    ok(await scene.server.sendDtmf(citizen.leg, "9", 100));
    await citizen.peer.hearsKeys("19");
    await hearEachOther(citizen.peer, operator.peer);
  });

  it("a far end without telephone events is sent none", async () => {
    const citizen = await scene.rtpCaller("citizen", { keyType: null });
    const sent = await scene.server.sendDtmf(citizen.leg, "1", 100);
    expect(sent).toMatchObject({ ok: false, reason: "no-telephone-event" });
  });
}
