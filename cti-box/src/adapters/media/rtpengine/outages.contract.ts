/** What becomes of calls when rtpengine goes, comes back, or never was there; and that it keeps no ports of what has ended. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { RtpPeer } from "../../../../testing/media-peers/rtp-peer.ts";
import { startRtpengine } from "../../../../testing/media-peers/rtpengine-process.ts";
import { RecordingLog } from "../../../../testing/recording-log.ts";
import type { LegMedia, MediaEvent, MediaServer } from "../../../application/media-port.ts";
import { openRtpengineMediaServer } from "./rtpengine-media-server.ts";

const citizen = { callId: "outage", legId: "citizen" } as LegMedia;
const operator = { callId: "outage", legId: "operator" } as LegMedia;

export function itSurvivesItsServer(): void {
  describe("rtpengine that goes and comes back", () => {
    it("is told as down, and the box goes on", tellsThatItIsDown);
    it("has lost the legs of before, each told once, and serves new calls", losesLegsWithARestart);
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

async function losesLegsWithARestart(): Promise<void> {
  const first = await startRtpengine();
  const server = await openServer(first.ngPort);
  const [one, other] = await Promise.all([RtpPeer.open(), RtpPeer.open()]);
  const lost: MediaEvent[] = [];
  const bothLost = new Promise<void>((resolve) => {
    server.onEvent((event) => {
      lost.push(event);
      if (lost.length === 2) resolve();
    });
  });
  await server.answerOffer(citizen, one.offer());
  await server.answerOffer(operator, other.offer());
  await server.connect(citizen, operator);
  await first.close();
  const second = await startRtpengine({ port: first.ngPort });
  try {
    await bothLost;
    expect(lost.map(({ type, legId }) => `${type} ${legId}`)).toEqual(["media-lost citizen", "media-lost operator"]);
    await server.closeCall(citizen.callId);
    expect(server.activeLegs()).toBe(0);
    expect(await server.answerOffer(citizen, one.offer())).toMatchObject({ ok: true });
  } finally {
    await Promise.all([server.close(), one.close(), other.close()]);
    await second.close();
  }
}

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

async function openServer(ngPort: number): Promise<MediaServer> {
  return openRtpengineMediaServer({ ngHost: "127.0.0.1", ngPort, lookEveryMs: 200, log: new RecordingLog() });
}
