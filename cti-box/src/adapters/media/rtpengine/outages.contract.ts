/** What becomes of calls when rtpengine goes, comes back, or never was there; and that it keeps no ports of what has ended. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CITIZEN_HZ, hearEachOther, hearsMusic, ok, OPERATOR_HZ } from "../../../../testing/media-peers/media-scene.ts";
import { RtpPeer } from "../../../../testing/media-peers/rtp-peer.ts";
import { startRtpengine } from "../../../../testing/media-peers/rtpengine-process.ts";
import { RecordingLog } from "../../../../testing/recording-log.ts";
import type { LegMedia, MediaEvent, AudioServer } from "../../../application/media-port.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import { openRestartMemory } from "../../store/restart-memory.ts";
import { openRtpengineMediaServer } from "./rtpengine-media-server.ts";

const citizen = { callId: "outage", legId: "citizen" } as LegMedia;
const operator = { callId: "outage", legId: "operator" } as LegMedia;

export function itSurvivesItsServer(): void {
  describe("rtpengine that goes and comes back", () => {
    it("is told as down, and the box goes on", tellsThatItIsDown);
    it("that has forgotten a call after a restart serves it anew", servesAnewAfterARestart);
    it("is left for another one by new calls, also by those that had just asked it", newCallsGoToAnother);
    it("plays on for a box that was killed, until the next one wants something else", goesOnAfterABox);
    it("offers anew whom a killed box had called, at the same place", offersAnewAfterABox);
    it("keeps no port of a leg that ended", freesPorts);
  });
}

async function tellsThatItIsDown(): Promise<void> {
  const rtpengine = await startRtpengine();
  const server = await openServer(rtpengine.ngPort);
  const peer = await RtpPeer.open();
  try {
    await rtpengine.close();
    expect(await server.answerOffer(citizen, peer.offer())).toMatchObject({ reason: "media-server-down" });
    expect(await server.health()).toMatchObject({ ok: false });
    expect(server.activeLegs()).toBe(0);
  } finally {
    await Promise.all([server.close(), peer.close()]);
  }
}

async function servesAnewAfterARestart(): Promise<void> {
  const first = await startRtpengine();
  const server = await openServer(first.ngPort);
  const [one, other] = await Promise.all([RtpPeer.open(), RtpPeer.open()]);
  const told: MediaEvent[] = [];
  const moved = new Promise<void>((resolve) => {
    server.onEvent((event) => {
      told.push(event);
      resolve();
    });
  });
  one.accept(ok(await server.answerOffer(citizen, one.offer())).answerSdp);
  other.accept(ok(await server.answerOffer(operator, other.offer())).answerSdp);
  await server.connect(citizen, operator);
  await first.kill();
  const second = await startRtpengine({ port: first.ngPort });
  try {
    await moved;
    for (const [leg, peer, hz] of [
      [citizen, one, CITIZEN_HZ],
      [operator, other, OPERATOR_HZ],
    ] as const) {
      const { offerSdp } = ok(await server.makeOffer(leg, { profile: "rtp" }));
      ok(await server.acceptAnswer(leg, peer.answer(offerSdp)));
      peer.speak(hz);
    }
    ok(await server.connect(citizen, operator));
    await hearEachOther(one, other);
    expect(told).toEqual([{ type: "media-moved", callId: citizen.callId }]);
    await server.closeCall(citizen.callId);
    expect(server.activeLegs()).toBe(0);
  } finally {
    await Promise.all([server.close(), one.close(), other.close()]);
    await second.close();
  }
}

async function newCallsGoToAnother(): Promise<void> {
  const [first, second] = await Promise.all([startRtpengine(), startRtpengine()]);
  const log = new RecordingLog();
  const server = await openRtpengineMediaServer({ ...first, others: [second], log });
  const peer = await RtpPeer.open();
  try {
    const [up, down] = [true, false].map((isUp) => [
      { name: `127.0.0.1:${first.ngPort}`, ok: isUp },
      { name: `127.0.0.1:${second.ngPort}`, ok: true },
    ]);
    expect(await server.health()).toMatchObject({ ok: true, servers: up });
    await first.kill();
    ok(await server.answerOffer(citizen, peer.offer()));
    expect(await server.health()).toMatchObject({ ok: true, servers: down, movedCalls: 0 });
    const again = await startRtpengine({ port: first.ngPort });
    try {
      expect(await server.health()).toMatchObject({ ok: true, servers: up });
      // The call is still where it was set up.
      await second.kill();
      expect(await server.health()).toMatchObject({ ok: true, servers: [{ ok: true }, { ok: false }] });
      await expect.poll(async () => (await server.health()).movedCalls, { timeout: 6_000 }).toBe(1);
    } finally {
      await server.close();
      await again.close();
    }
  } finally {
    await Promise.all([server.close(), peer.close()]);
    await Promise.all([first.close(), second.close()]);
  }
}

type Boxes = {
  killed: AudioServer;
  next: AudioServer;
  another: () => Promise<AudioServer>;
  one: RtpPeer;
  other: RtpPeer;
};

/** Boxes one after the other with one rtpengine and one memory: an earlier one never says another word. */
async function acrossBoxes(work: (boxes: Boxes) => Promise<void>): Promise<void> {
  const rtpengine = await startRtpengine();
  const folder = mkdtempSync(join(tmpdir(), "la2-memory-"));
  const memory = openRestartMemory(join(folder, "restart.sqlite"), new RecordingLog());
  const opened: AudioServer[] = [];
  const another = async (): Promise<AudioServer> => {
    const server = await openServer(rtpengine.ngPort, memory);
    opened.push(server);
    return server;
  };
  const [one, other] = await Promise.all([RtpPeer.open(), RtpPeer.open()]);
  try {
    await work({ killed: await another(), next: await another(), another, one, other });
  } finally {
    await Promise.all([...opened, one, other].map((each) => each.close()));
    memory.close();
    rmSync(folder, { recursive: true });
    await rtpengine.close();
  }
}

const goesOnAfterABox = (): Promise<void> =>
  acrossBoxes(async ({ killed, next, another, one, other }) => {
    one.accept(ok(await killed.answerOffer(citizen, one.offer())).answerSdp);
    const { offerSdp } = ok(await killed.makeOffer(operator, { profile: "rtp", towards: citizen.legId }));
    ok(await killed.acceptAnswer(operator, other.answer(offerSdp)));
    one.speak(CITIZEN_HZ);
    other.speak(OPERATOR_HZ);
    ok(await killed.connect(citizen, operator));
    ok(await killed.startMusic(citizen));
    await hearsMusic(one);
    expect(next.takeBack([citizen.callId])).toEqual({ goOn: [citizen.legId, operator.legId], unsettled: [] });
    ok(await next.connect(citizen, operator));
    await hearEachOther(one, other);
    // As long as the melody: each note of it would be heard between the operator's tone.
    expect(await one.ear.shareDuring(OPERATOR_HZ, 2_100)).toBeGreaterThan(0.9);
    // Nothing plays now, and a third box does not know that.
    const third = await another();
    third.takeBack([citizen.callId]);
    ok(await third.startMusic(citizen));
    await hearsMusic(one);
  });

const offersAnewAfterABox = (): Promise<void> =>
  acrossBoxes(async ({ killed, next, one, other }) => {
    one.accept(ok(await killed.answerOffer(citizen, one.offer())).answerSdp);
    one.speak(CITIZEN_HZ);
    const first = ok(await killed.makeOffer(operator, { profile: "rtp", towards: citizen.legId })).offerSdp;
    // The answer comes to a box that is not there any more.
    const answer = other.answer(first);
    other.speak(OPERATOR_HZ);
    expect(next.takeBack([citizen.callId])).toEqual({ goOn: [citizen.legId], unsettled: [operator.legId] });
    const again = ok(await next.makeOffer(operator, { profile: "rtp", towards: citizen.legId })).offerSdp;
    const [before, after] = [first, again].map((sdp) => /^m=audio (\d+)/m.exec(sdp)?.[1]);
    expect(after).toBe(before);
    ok(await next.connect(citizen, operator));
    ok(await next.acceptAnswer(operator, answer));
    await hearEachOther(one, other);
    await next.closeCall(citizen.callId);
    expect(next.activeLegs()).toBe(0);
  });

async function freesPorts(): Promise<void> {
  const rtpengine = await startRtpengine();
  const server = await openServer(rtpengine.ngPort);
  const [one, other] = await Promise.all([RtpPeer.open(), RtpPeer.open()]);
  /** Everything that the process has open; ports are all that comes and goes. */
  const open = (): number => readdirSync(`/proc/${rtpengine.process.pid}/fd`).length;
  try {
    const without = open();
    await server.answerOffer(citizen, one.offer());
    const withCitizen = open();
    expect(withCitizen).toBeGreaterThan(without);
    await server.answerOffer(operator, other.offer());
    await server.connect(citizen, operator);
    expect(open()).toBeGreaterThan(withCitizen);
    await server.closeLeg(operator);
    await expect.poll(open).toBe(withCitizen);
    await server.closeLeg(citizen);
    await expect.poll(open).toBe(without);
  } finally {
    await Promise.all([server.close(), one.close(), other.close()]);
    await rtpengine.close();
  }
}

async function openServer(ngPort: number, memory?: RestartMemory): Promise<AudioServer> {
  const settings = { ngHost: "127.0.0.1", ngPort, lookEveryMs: 200, log: new RecordingLog() };
  return openRtpengineMediaServer({ ...settings, ...(memory && { memory }) });
}
