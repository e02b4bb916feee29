/**
 * The embedded relay: a media server inside the box, for tens of calls, with nothing to install. It ends ICE and DTLS-SRTP of browsers, gives
 * trunks and desk phones plain RTP ports, and passes audio between the legs of a call without decoding it; what two legs do not share is
 * negotiated away, never transcoded.
 *
 *   leg: idle (hears silence) ⇄ joined to another ;  either ⇄ with music (remembers whom it is joined to)
 *
 * Everything runs on the caller's event loop, but nothing of it is shared: the port's calls and events are plain values, so the whole server can
 * move to a worker thread behind the same interface.
 */
import type {
  DtmfDigit,
  LegMedia,
  MediaDirection,
  MediaEvent,
  MediaProfile,
  MediaRefusal,
  MediaResult,
  MediaServer,
} from "../../../application/media-port.ts";
import type { Log } from "../../../application/ports.ts";
import type { CallId, LegId } from "../../../domain/call/ids.ts";
import { readSession } from "../sdp/read-session.ts";
import type { SessionDescription } from "../sdp/session-description.ts";
import { FrameClock } from "./frame-clock.ts";
import { legsToRenegotiate } from "./legs-to-renegotiate.ts";
import { TransportRefusal } from "./leg-transport.ts";
import type { TransportSettings } from "./leg-transport.ts";
import { RelayLegs } from "./relay-legs.ts";
import type { JoinedLeg } from "./relay-legs.ts";

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

export function createRelayMediaServer(settings: RelaySettings): MediaServer {
  return new RelayMediaServer(settings);
}

class RelayMediaServer implements MediaServer {
  private readonly legs: RelayLegs;
  private readonly clock: FrameClock;

  constructor(settings: RelaySettings) {
    this.legs = new RelayLegs(transportSettings(settings), settings.log);
    this.clock = new FrameClock((beat) => this.legs.beat(beat));
  }

  answerOffer(leg: LegMedia, offerSdp: string): Promise<MediaResult<{ answerSdp: string; direction: MediaDirection }>> {
    return asResult(async () => {
      const session = read(offerSdp);
      const known = this.legs.find(leg);
      const joined = await this.legs.prepare(leg, { profile: session.profile, session });
      try {
        const answerSdp = await joined.leg.answer(session, this.boundBy(joined));
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
    options: { profile: MediaProfile; towards?: LegId },
  ): Promise<MediaResult<{ offerSdp: string }>> {
    return asResult(async () => {
      const known = this.legs.find(leg);
      const joined = await this.legs.prepare(leg, { profile: options.profile });
      const towards = options.towards === undefined ? undefined : this.legs.find({ ...leg, legId: options.towards });
      try {
        // A counterpart that has not described itself bounds nothing.
        const codecs = towards?.leg.codecs ?? [];
        return { offerSdp: await joined.leg.offer(codecs.length === 0 ? null : codecs) };
      } catch (error) {
        if (known === undefined) await this.legs.close(leg);
        throw error;
      }
    });
  }

  acceptAnswer(leg: LegMedia, answerSdp: string): Promise<MediaResult<{ direction: MediaDirection }>> {
    return asResult(async () => {
      const session = read(answerSdp);
      const joined = this.legs.get(leg);
      if (!joined.leg.transport.fits(session)) {
        throw new TransportRefusal(
          "unsupported-transport",
          `answered with ${session.protocol} or another DTLS identity`,
        );
      }
      await joined.leg.accept(session);
      return { direction: session.direction };
    });
  }

  connect(a: LegMedia, b: LegMedia): Promise<MediaResult<{ renegotiate: LegId[] }>> {
    return asResult(async () => {
      const one = this.legs.get(a);
      const other = this.legs.get(b);
      if (one === other || a.callId !== b.callId) throw new TransportRefusal("unknown-leg", "not two legs of one call");
      const renegotiate = legsToRenegotiate<LegId>(speaker(one), speaker(other));
      if (renegotiate === "no-shared-codec") {
        throw new TransportRefusal("no-shared-codec", `${one.leg.codecs.join()} and ${other.leg.codecs.join()}`);
      }
      this.legs.join(one, other);
      return { renegotiate };
    });
  }

  disconnect(leg: LegMedia): Promise<MediaResult<object>> {
    return asResult(async () => this.legs.part(this.legs.get(leg)));
  }

  startMusic(leg: LegMedia): Promise<MediaResult<object>> {
    return asResult(async () => this.legs.startMusic(this.legs.get(leg)));
  }

  stopMusic(leg: LegMedia): Promise<MediaResult<object>> {
    return asResult(async () => this.legs.stopMusic(this.legs.get(leg)));
  }

  sendDtmf(leg: LegMedia, digit: DtmfDigit, durationMs: number): Promise<MediaResult<object>> {
    return asResult(async () => {
      const outcome = this.legs.get(leg).leg.press(digit, Math.min(Math.max(durationMs, 40), 5000));
      if (outcome !== "pressed") throw new TransportRefusal(outcome, "the key press cannot be sent");
      return {};
    });
  }

  closeLeg(leg: LegMedia): Promise<void> {
    return this.legs.close(leg);
  }

  closeCall(callId: CallId): Promise<void> {
    return this.legs.closeCall(callId);
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
  private boundBy(joined: JoinedLeg): readonly JoinedLeg["leg"]["codecs"][number][] | null {
    const { counterpart } = joined;
    return counterpart === null || counterpart.leg.codecs.length === 0 ? null : counterpart.leg.codecs;
  }
}

function speaker({ leg }: JoinedLeg): Parameters<typeof legsToRenegotiate<LegId>>[0] {
  const { profile, codecs, sending } = leg;
  return { id: leg.media.legId, profile, codecs, sending, couldSpeak: (wanted) => leg.couldSpeak(wanted) };
}

function read(sdp: string): SessionDescription {
  const outcome = readSession(sdp);
  if (!outcome.ok) throw new TransportRefusal(outcome.reason, outcome.detail);
  return outcome.session;
}

/** The edge: expected refusals become values, anything else is a bug and stays an exception. */
async function asResult<T extends object>(work: () => Promise<T>): Promise<MediaResult<T>> {
  try {
    return { ok: true, ...(await work()) };
  } catch (error) {
    if (error instanceof TransportRefusal) {
      const refusal: MediaRefusal = { ok: false, reason: error.reason, detail: error.message };
      return refusal;
    }
    throw error;
  }
}

function transportSettings({ listenAddress, advertisedAddress, portMin, portMax }: RelaySettings): TransportSettings {
  const hasRange = portMin !== undefined && portMax !== undefined && portMin > 0;
  return {
    listenAddress,
    advertisedAddress: advertisedAddress ?? listenAddress,
    ports: hasRange ? { min: portMin, max: portMax } : null,
  };
}
