/**
 * The embedded relay: a media server inside the box, for tens of calls, with nothing to install. It ends ICE and DTLS-SRTP of browsers, gives
 * trunks and desk phones plain RTP ports, and passes audio between the legs of a call without decoding it; what two legs do not share is
 * negotiated away, never transcoded. Only a conference is decoded, mixed, and for that negotiated down to G.711.
 *
 *   leg: idle (hears silence) ⇄ joined to another, or to several ;  each ⇄ with music (remembers whom it is joined to)
 *
 * Everything runs on the caller's event loop, but nothing of it is shared: the port's calls and events are plain values, so the whole server can
 * move to a worker thread behind the same interface.
 */
import type {
  DtmfDigit,
  LegMedia,
  LegRules,
  MediaDirection,
  MediaEvent,
  MediaProfile,
  OfferedAudio,
  MediaResult,
  AudioServer,
  LegsTakenBack,
} from "../../../application/media-port.ts";
import type { Log } from "../../../application/ports.ts";
import type { CallId, LegId } from "../../../domain/call/ids.ts";
import type { KeyMode } from "../../../domain/trunk/key-mode.ts";
import type { AudioCodec } from "../sdp/audio-codecs.ts";
import { allowedBy, codecsOf } from "../sdp/audio-codecs.ts";
import { descriptionOf } from "../sdp/description-of.ts";
import { FrameClock } from "./frame-clock.ts";
import { legsToNarrow, legsToRenegotiate } from "./legs-to-renegotiate.ts";
import { asMediaResult, MediaRefused } from "../media-refused.ts";
import type { TransportSettings } from "./leg-transport.ts";
import { RelayLegs } from "./relay-legs.ts";
import type { JoinedLeg } from "./relay-legs.ts";
import type { LetGoLeg } from "../let-go-leg.ts";

export type RelaySettings = {
  /** IPv4 address of the sockets. */
  listenAddress: string;
  /** Address written into descriptions, where the box stands behind a 1:1 NAT. */
  advertisedAddress?: string | undefined;
  /** Inclusive range of UDP ports; absent: whatever the system gives. */
  portMin?: number | undefined;
  portMax?: number | undefined;
  log: Log;
};

/** `adopt`: goes on with a leg that another server had; its far end has to be offered anew, and speaks only these codecs. */
export type RelayServer = AudioServer & {
  adopt(leg: LetGoLeg, codecs: readonly AudioCodec[]): Promise<MediaResult<object>>;
};

export function createRelayMediaServer(settings: RelaySettings): RelayServer {
  return new RelayMediaServer(settings);
}

class RelayMediaServer implements RelayServer {
  private readonly legs: RelayLegs;
  private readonly clock: FrameClock;
  /** Offers of far ends that are being answered. */
  private readonly answering = new Map<LegId, Promise<unknown>>();

  constructor(settings: RelaySettings) {
    this.legs = new RelayLegs(transportSettings(settings), settings.log);
    this.clock = new FrameClock((beat) => this.legs.beat(beat));
  }

  async answerOffer(
    leg: LegMedia,
    offerSdp: string,
    rules: LegRules = {},
  ): Promise<MediaResult<{ answerSdp: string; direction: MediaDirection }>> {
    const answer = this.answer(leg, offerSdp, rules);
    this.answering.set(leg.legId, answer);
    try {
      return await answer;
    } finally {
      if (this.answering.get(leg.legId) === answer) this.answering.delete(leg.legId);
    }
  }

  private answer(
    leg: LegMedia,
    offerSdp: string,
    { audio, srtp }: LegRules,
  ): Promise<MediaResult<{ answerSdp: string; direction: MediaDirection }>> {
    return asMediaResult(async () => {
      const session = descriptionOf(offerSdp);
      const known = this.legs.find(leg);
      const joined = await this.legs.prepare(leg, { profile: session.profile, session });
      joined.leg.session.bind({ codecs: allowedBy(audio), srtp });
      try {
        const answerSdp = await joined.leg.answer(session, this.boundBy(joined, audio));
        return { answerSdp, direction: session.direction };
      } catch (error) {
        // A first offer that comes to nothing leaves nothing behind; a failed re-INVITE leaves the leg as it was (RFC 3261 §14.1).
        if (known === undefined) await this.legs.close(leg);
        throw error;
      }
    });
  }

  makeOffer(
    leg: LegMedia,
    options: LegRules & { profile: MediaProfile; towards?: LegId },
  ): Promise<MediaResult<{ offerSdp: string }>> {
    return asMediaResult(async () => {
      const known = this.legs.find(leg);
      const joined = await this.legs.prepare(leg, { profile: options.profile });
      joined.leg.session.bind({ codecs: allowedBy(options.audio), srtp: options.srtp });
      // What the counterpart speaks is known when its offer has been answered.
      if (options.towards !== undefined) await this.answering.get(options.towards);
      const towards = options.towards === undefined ? undefined : this.legs.find({ ...leg, legId: options.towards });
      try {
        // A counterpart that has not described itself bounds nothing.
        const codecs = towards?.leg.session.codecs ?? codecsOf(options.audio);
        return { offerSdp: await joined.leg.offer(codecs.length === 0 ? null : codecs) };
      } catch (error) {
        if (known === undefined) await this.legs.close(leg);
        throw error;
      }
    });
  }

  adopt({ media, profile, session }: LetGoLeg, codecs: readonly AudioCodec[]): Promise<MediaResult<object>> {
    return asMediaResult(async () => {
      const { leg } = await this.legs.prepare(media, { profile });
      leg.session.continueFrom(session.kept(), codecs);
      return {};
    });
  }

  acceptAnswer(leg: LegMedia, answerSdp: string): Promise<MediaResult<{ direction: MediaDirection }>> {
    return asMediaResult(async () => {
      const session = descriptionOf(answerSdp);
      const joined = this.legs.get(leg);
      if (!joined.leg.transport.fits(session)) {
        throw new MediaRefused("unsupported-transport", `answered with ${session.protocol} or another DTLS identity`);
      }
      await joined.leg.accept(session);
      return { direction: session.direction };
    });
  }

  connect(a: LegMedia, b: LegMedia): Promise<MediaResult<{ renegotiate: LegId[] }>> {
    return asMediaResult(async () => {
      const one = this.legs.get(a);
      const other = this.legs.get(b);
      if (one === other || a.callId !== b.callId) throw new MediaRefused("unknown-leg", "not two legs of one call");
      const renegotiate = legsToRenegotiate<LegId>(speaker(one), speaker(other));
      if (renegotiate === "no-shared-codec") {
        throw new MediaRefused(
          "no-shared-codec",
          `${one.leg.session.codecs.join()} and ${other.leg.session.codecs.join()}`,
        );
      }
      this.legs.join(one, other);
      return { renegotiate };
    });
  }

  confer(legs: readonly LegMedia[]): Promise<MediaResult<{ renegotiate: LegId[] }>> {
    return asMediaResult(async () => {
      const members = legs.map((leg) => this.legs.get(leg));
      if (new Set(members).size < 3 || legs.some(({ callId }) => callId !== legs[0]?.callId))
        throw new MediaRefused("unknown-leg", "not three legs of one call");
      const renegotiate = legsToNarrow<LegId>(members.map(speaker));
      if (renegotiate === "no-shared-codec")
        throw new MediaRefused("no-shared-codec", "a conference is mixed in G.711, which a leg does not speak");
      this.legs.confer(members);
      return { renegotiate };
    });
  }

  disconnect(leg: LegMedia): Promise<MediaResult<object>> {
    return asMediaResult(async () => this.legs.part(this.legs.get(leg)));
  }

  startMusic(leg: LegMedia): Promise<MediaResult<object>> {
    return asMediaResult(async () => this.legs.startMusic(this.legs.get(leg)));
  }

  stopMusic(leg: LegMedia): Promise<MediaResult<object>> {
    return asMediaResult(async () => this.legs.stopMusic(this.legs.get(leg)));
  }

  announce(leg: LegMedia, sound: Buffer): Promise<MediaResult<object>> {
    return asMediaResult(async () => this.legs.announce(this.legs.get(leg), sound));
  }

  keysBy(leg: LegMedia, mode: KeyMode): void {
    this.legs.keyModes.set(leg, mode);
  }

  sendDtmf(leg: LegMedia, digit: DtmfDigit, durationMs: number): Promise<MediaResult<object>> {
    return asMediaResult(async () => {
      const outcome = this.legs.press(this.legs.get(leg), digit, Math.min(Math.max(durationMs, 40), 5000));
      if (outcome !== "pressed") throw new MediaRefused(outcome, "the key press cannot be sent");
      return {};
    });
  }

  closeLeg(leg: LegMedia): Promise<void> {
    return this.legs.close(leg);
  }

  closeCall(callId: CallId): Promise<void> {
    return this.legs.closeCall(callId);
  }

  /** Its audio runs in the box's own process and ends with it. */
  takeBack(): LegsTakenBack {
    return { goOn: [], unsettled: [] };
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.legs.listeners.add(listener);
  }

  async health(): Promise<{ ok: boolean; detail: string }> {
    return { ok: true, detail: `embedded relay, ${this.legs.size} legs` };
  }

  activeLegs(): number {
    return this.legs.size;
  }

  async close(): Promise<void> {
    this.clock.close();
    await this.legs.closeAll();
  }

  /** What a leg's counterpart can hear; null if it has none yet. */
  private boundBy({ counterpart }: JoinedLeg, audio: OfferedAudio | undefined): readonly AudioCodec[] | null {
    const codecs = counterpart?.leg.session.codecs ?? codecsOf(audio);
    return codecs.length === 0 ? null : codecs;
  }
}

function speaker({ leg }: JoinedLeg): Parameters<typeof legsToRenegotiate<LegId>>[0] {
  const { profile, codecs } = leg.session;
  const couldSpeak = (wanted: readonly AudioCodec[]): boolean => leg.session.couldSpeak(wanted);
  return { id: leg.media.legId, profile, codecs, sending: leg.sending, couldSpeak };
}

function transportSettings({ listenAddress, advertisedAddress, portMin, portMax }: RelaySettings): TransportSettings {
  const hasRange = portMin !== undefined && portMax !== undefined && portMin > 0;
  return {
    listenAddress,
    advertisedAddress: advertisedAddress ?? listenAddress,
    ports: hasRange ? { min: portMin, max: portMax } : null,
  };
}
