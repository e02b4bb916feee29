/**
 * The embedded relay in the place of rtpengines none of which answers. New calls are set up there, and calls that were up are moved there: every answered far end is offered
 * one codec of G.711, the same for all of a call, because the relay translates nothing. A call stays where it is to its end, also when an rtpengine is back.
 *
 *   at rtpengine ─none answers, and there is room─▶ at the relay          new call ─one answers─▶ at rtpengine          new call ─none answers─▶ at the relay
 */
import type {
  AudioServer,
  LegMedia,
  MediaEvent,
  MediaHealth,
  MediaResult,
  LegsTakenBack,
} from "../../../application/media-port.ts";
import type { Log } from "../../../application/ports.ts";
import type { KeyMode } from "../../../domain/trunk/key-mode.ts";
import type { CallId, LegId } from "../../../domain/call/ids.ts";
import type { LetGoCall, LetGoLeg } from "../let-go-leg.ts";
import { createRelayMediaServer, type RelayServer, type RelaySettings } from "../relay/relay-media-server.ts";
import { TELEPHONE_CODECS, type AudioCodec } from "../sdp/audio-codecs.ts";
import type { RtpengineServers } from "./rtpengine-servers.ts";

/** `calls`: at most so many at once; the rest stays as it is without. */
export type RelayFallback = Omit<RelaySettings, "log"> & { calls: number };

/** A media server that can give up calls to another one. */
export type LettingGo = AudioServer & {
  holds(callId: CallId): boolean;
  /** Up to so many calls that are set up, with their answered legs. It knows nothing of them afterwards. */
  letGo(count: number): Promise<LetGoCall[]>;
};

type Parts = {
  server: LettingGo;
  servers: Pick<RtpengineServers, "standing" | "onChange">;
  fallback: RelayFallback;
  log: Log;
};

/** A leg that the relay goes on with as soon as its far end has been offered this. */
type Awaited = { leg: LetGoLeg; codec: AudioCodec };

export class FallbackMediaServer implements AudioServer {
  private readonly parts: Parts;
  private readonly relay: RelayServer;
  /** Calls at the relay, each with the legs that it has not taken over yet. */
  private readonly here = new Map<CallId, Map<LegId, Awaited>>();
  private readonly listeners = new Set<(event: MediaEvent) => void>();
  private movedCalls = 0;
  private moving: "resting" | "under-way" = "resting";

  constructor(parts: Parts) {
    this.parts = parts;
    const { calls: _limit, ...settings } = parts.fallback;
    this.relay = createRelayMediaServer({ ...settings, log: parts.log });
    parts.servers.onChange(() => void this.takeOver());
    parts.server.onEvent((event) => {
      // What rtpengine finds out of a call that has left it concerns nobody.
      if (!this.here.has(event.callId)) this.tell(event);
    });
    this.relay.onEvent((event) => this.tell(event));
  }

  answerOffer(...[leg, ...rest]: Parameters<AudioServer["answerOffer"]>): ReturnType<AudioServer["answerOffer"]> {
    return this.begin(leg.callId, (server) => server.answerOffer(leg, ...rest));
  }

  makeOffer(...[leg, options]: Parameters<AudioServer["makeOffer"]>): ReturnType<AudioServer["makeOffer"]> {
    const awaited = this.here.get(leg.callId)?.get(leg.legId);
    if (awaited !== undefined) return this.goOn(awaited);
    return this.begin(leg.callId, (server) => server.makeOffer(leg, options));
  }

  acceptAnswer(leg: LegMedia, answerSdp: string): ReturnType<AudioServer["acceptAnswer"]> {
    return this.of(leg.callId).acceptAnswer(leg, answerSdp);
  }

  connect(a: LegMedia, b: LegMedia): ReturnType<AudioServer["connect"]> {
    return this.of(a.callId).connect(a, b);
  }

  confer(legs: readonly LegMedia[]): ReturnType<AudioServer["confer"]> {
    const [first] = legs;
    return (first === undefined ? this.parts.server : this.of(first.callId)).confer(legs);
  }

  disconnect(leg: LegMedia): Promise<MediaResult<object>> {
    return this.of(leg.callId).disconnect(leg);
  }

  startMusic(leg: LegMedia): Promise<MediaResult<object>> {
    return this.of(leg.callId).startMusic(leg);
  }

  stopMusic(leg: LegMedia): Promise<MediaResult<object>> {
    return this.of(leg.callId).stopMusic(leg);
  }

  announce(leg: LegMedia, sound: Buffer): Promise<MediaResult<object>> {
    return this.of(leg.callId).announce(leg, sound);
  }

  /** Said to both: which one the leg begins at is not known yet. */
  keysBy(leg: LegMedia, mode: KeyMode): void {
    this.parts.server.keysBy(leg, mode);
    this.relay.keysBy(leg, mode);
  }

  sendDtmf(...[leg, ...rest]: Parameters<AudioServer["sendDtmf"]>): Promise<MediaResult<object>> {
    return this.of(leg.callId).sendDtmf(leg, ...rest);
  }

  async closeLeg(leg: LegMedia): Promise<void> {
    this.here.get(leg.callId)?.delete(leg.legId);
    await this.of(leg.callId).closeLeg(leg);
  }

  async closeCall(callId: CallId): Promise<void> {
    this.here.delete(callId);
    await Promise.all([this.parts.server.closeCall(callId), this.relay.closeCall(callId)]);
  }

  /** What was at the relay ended with the box. */
  takeBack(callIds: readonly CallId[]): LegsTakenBack {
    return this.parts.server.takeBack(callIds);
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.listeners.add(listener);
  }

  async health(): Promise<MediaHealth> {
    const { ok, detail, movedCalls = 0, ...rest } = await this.parts.server.health();
    const legs = this.relay.activeLegs();
    const inPlace = ok && legs === 0 ? "" : `; the embedded relay in their place, ${legs} legs`;
    const hasRoom = this.here.size < this.parts.fallback.calls;
    return {
      ...rest,
      ok: ok || hasRoom,
      detail: `${detail}${inPlace}`,
      movedCalls: movedCalls + this.movedCalls,
      fallbackLegs: legs,
    };
  }

  activeLegs(): number {
    return this.parts.server.activeLegs() + this.relay.activeLegs();
  }

  async close(): Promise<void> {
    await Promise.all([this.parts.server.close(), this.relay.close()]);
  }

  private of(callId: CallId): AudioServer {
    return this.here.has(callId) ? this.relay : this.parts.server;
  }

  /** A leg's first operation. A call that rtpengine does not have begins at the relay when none answers, also when that is found out only now. */
  private async begin<T>(
    callId: CallId,
    ask: (server: AudioServer) => Promise<MediaResult<T>>,
  ): Promise<MediaResult<T>> {
    if (this.mayBeginHere(callId)) this.here.set(callId, new Map());
    const result = await ask(this.of(callId));
    if (result.ok || result.reason !== "media-server-down" || !this.mayBeginHere(callId)) return result;
    this.here.set(callId, new Map());
    return ask(this.relay);
  }

  private mayBeginHere(callId: CallId): boolean {
    const { server, servers, fallback } = this.parts;
    if (servers.standing === "answers" || this.here.has(callId) || server.holds(callId)) return false;
    return this.here.size < fallback.calls;
  }

  private async takeOver(): Promise<void> {
    const { server, servers, fallback, log } = this.parts;
    if (servers.standing === "answers" || this.moving === "under-way") return;
    this.moving = "under-way";
    const room = Math.max(0, fallback.calls - this.here.size);
    for (const { callId, legs } of await server.letGo(room)) {
      const codec = sharedBy(legs);
      this.here.set(callId, new Map(legs.map((leg) => [leg.media.legId, { leg, codec }])));
      this.movedCalls += 1;
      log.warn({ callId, codec }, "no rtpengine answers: the embedded relay goes on with the call");
      this.tell({ type: "media-moved", callId });
    }
    this.moving = "resting";
  }

  private async goOn({ leg, codec }: Awaited): ReturnType<AudioServer["makeOffer"]> {
    const { media, profile } = leg;
    const adopted = await this.relay.adopt(leg, [codec]);
    if (!adopted.ok) return adopted;
    this.here.get(media.callId)?.delete(media.legId);
    return this.relay.makeOffer(media, { profile });
  }

  private tell(event: MediaEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

/** The law of G.711 that all of them may speak, as far as is known; A-law, which every carrier in Europe speaks, where none is. */
function sharedBy(legs: readonly LetGoLeg[]): AudioCodec {
  return TELEPHONE_CODECS.find((codec) => legs.every(({ session }) => session.couldSpeak([codec]))) ?? "pcma";
}
