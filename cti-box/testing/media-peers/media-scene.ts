/** One call with peers for the media servers' contract: who calls, who is called, and what they are to hear. */
import { expect } from "vitest";
import { BrowserPeer } from "./browser-peer.ts";
import type { BrowserCodec } from "./browser-peer.ts";
import { RtpPeer } from "./rtp-peer.ts";
import type { RtpPeerOptions } from "./rtp-peer.ts";
import { RecordingLog } from "../recording-log.ts";
import { MELODY_NOTES_HZ } from "../../src/adapters/media/audio/hold-melody.ts";
import { withText } from "../../src/adapters/media/text/text-media-server.ts";
import type { AudioServer, LegMedia, MediaEvent, MediaResult, MediaServer } from "../../src/application/media-port.ts";
import type { CallId, LegId } from "../../src/domain/call/ids.ts";

export type ServerUnderTest = {
  name: string;
  open(): Promise<AudioServer>;
  /** Whether it joins legs without a common codec by itself. */
  translates: boolean;
  /** What the tests' browsers may be in the DTLS handshake (browser-peer.ts tells why). */
  dtlsRole: "either" | "server";
  close(): Promise<void>;
};

/** Text on any port of this machine. */
export const TEXT_HERE = {
  ports: { listenAddress: "127.0.0.1", advertisedAddress: "127.0.0.1", ports: null },
  log: new RecordingLog(),
};

export const CITIZEN_HZ = 440;
export const OPERATOR_HZ = 1000;
export const COLLEAGUE_HZ = 1600;

/** One call with its peers; each leg is named after who is at its far end. */
export class MediaScene {
  readonly events: MediaEvent[] = [];
  private readonly underTest: ServerUnderTest;
  private readonly peers: { close(): Promise<void> }[] = [];
  private readonly listeners = new Set<() => void>();
  private opened: MediaServer | null = null;
  private count = 0;

  constructor(underTest: ServerUnderTest) {
    this.underTest = underTest;
  }

  get server(): MediaServer {
    if (this.opened === null) throw new Error("no server");
    return this.opened;
  }

  async open(): Promise<void> {
    this.opened = withText(await this.underTest.open(), TEXT_HERE);
    this.opened.onEvent((event) => {
      this.events.push(event);
      for (const listener of this.listeners) listener();
    });
  }

  leg(name: string): LegMedia {
    return { callId: `call-${this.count}` as CallId, legId: `${name}-${this.count}` as LegId };
  }

  /** Somebody who calls us over plain RTP. */
  async rtpCaller(name: string, options?: RtpPeerOptions): Promise<{ leg: LegMedia; peer: RtpPeer }> {
    const peer = this.add(await RtpPeer.open(options));
    const leg = this.leg(name);
    peer.accept(ok(await this.server.answerOffer(leg, peer.offer())).answerSdp);
    return { leg, peer };
  }

  async rtpPeer(options?: RtpPeerOptions): Promise<RtpPeer> {
    return this.add(await RtpPeer.open(options));
  }

  /** What somebody who calls us over plain RTP offers. */
  async rtpOffer(options?: RtpPeerOptions): Promise<string> {
    return (await this.rtpPeer(options)).offer();
  }

  /** Somebody whom we call over plain RTP. */
  async rtpCallee(
    name: string,
    towards: LegMedia,
    options?: RtpPeerOptions,
  ): Promise<{ leg: LegMedia; peer: RtpPeer }> {
    const peer = this.add(await RtpPeer.open(options));
    const leg = this.leg(name);
    const { offerSdp } = ok(await this.server.makeOffer(leg, { profile: "rtp", towards: towards.legId }));
    ok(await this.server.acceptAnswer(leg, peer.answer(offerSdp)));
    return { leg, peer };
  }

  async browserCaller(name: string, codecs: readonly BrowserCodec[] = ["pcma", "pcmu"]) {
    const peer = this.add(new BrowserPeer({ codecs, dtlsRole: this.underTest.dtlsRole }));
    const leg = this.leg(name);
    await peer.accept(ok(await this.server.answerOffer(leg, await peer.offer())).answerSdp);
    await peer.isUp();
    return { leg, peer };
  }

  async browserCallee(name: string, towards: LegMedia, codecs: readonly BrowserCodec[] = ["pcma", "pcmu"]) {
    const peer = this.add(new BrowserPeer({ codecs, dtlsRole: this.underTest.dtlsRole }));
    const leg = this.leg(name);
    const { offerSdp } = ok(await this.server.makeOffer(leg, { profile: "webrtc", towards: towards.legId }));
    ok(await this.server.acceptAnswer(leg, await peer.answer(offerSdp)));
    await peer.isUp();
    return { leg, peer };
  }

  /** A citizen from a trunk and an operator in a browser, both speaking, joined. */
  async conversation() {
    const citizen = await this.rtpCaller("citizen");
    const operator = await this.browserCallee("operator", citizen.leg);
    citizen.peer.speak(CITIZEN_HZ);
    operator.peer.speak(OPERATOR_HZ);
    ok(await this.server.connect(citizen.leg, operator.leg));
    await hearEachOther(citizen.peer, operator.peer);
    return { citizen, operator };
  }

  async told(wanted: (event: MediaEvent) => boolean, deadlineMs = 5000): Promise<MediaEvent[]> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        this.listeners.delete(look);
        reject(new Error(`not told; told was ${JSON.stringify(this.events)}`));
      }, deadlineMs);
      const look = (): void => {
        const found = this.events.filter(wanted);
        if (found.length === 0) return;
        clearTimeout(deadline);
        this.listeners.delete(look);
        resolve(found);
      };
      this.listeners.add(look);
      look();
    });
  }

  async endCall(): Promise<void> {
    await this.server.closeCall(this.leg("any").callId);
    await Promise.all(this.peers.splice(0).map((peer) => peer.close()));
    this.count += 1;
    this.events.length = 0;
    // Whatever a test did, its call leaves nothing behind.
    expect(this.server.activeLegs()).toBe(0);
  }

  async close(): Promise<void> {
    await this.opened?.close();
    await this.underTest.close();
  }

  private add<T extends { close(): Promise<void> }>(peer: T): T {
    this.peers.push(peer);
    return peer;
  }
}

export type Hearing = RtpPeer | BrowserPeer;

export async function hearEachOther(citizen: Hearing, operator: Hearing): Promise<void> {
  await operator.ear.hearsTone(CITIZEN_HZ);
  await citizen.ear.hearsTone(OPERATOR_HZ);
}

export async function hearsMusic(peer: Hearing): Promise<void> {
  for (const note of MELODY_NOTES_HZ) await peer.ear.hearsTone(note);
}

export function ok<T>(result: MediaResult<T>): T {
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}`);
  return result;
}
