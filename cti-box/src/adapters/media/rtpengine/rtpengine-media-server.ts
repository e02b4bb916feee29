/**
 * rtpengine as the media server: audio flows through it and never through the box, which only speaks its ng protocol. It ends ICE and DTLS-SRTP of
 * browsers, translates codecs where two ends share none, and plays the music; so connecting two legs never needs a renegotiation here.
 *
 *   leg: paired with silence ⇄ paired with another, or with a seat at the mixer ;  each ⇄ with music (remembers whom it is joined to)
 */
import type {
  DtmfDigit,
  LegMedia,
  MediaDirection,
  MediaEvent,
  MediaHealth,
  MediaResult,
  AudioServer,
  LegsTakenBack,
} from "../../../application/media-port.ts";
import type { CallId, LegId } from "../../../domain/call/ids.ts";
import { asMediaResult, MediaRefused } from "../media-refused.ts";
import { descriptionOf } from "../sdp/description-of.ts";
import type { LetGoCall } from "../let-go-leg.ts";
import { FallbackMediaServer, type LettingGo } from "./fallback-media-server.ts";
import { healthOf } from "./health-of.ts";
import { holdMusic } from "./hold-music.ts";
import { KeyModes } from "../sdp/key-modes.ts";
import type { KeyMode } from "../../../domain/trunk/key-mode.ts";
import { KeyLog, type KeyReport } from "./key-log.ts";
import { keyEvents, playedMs } from "./key-reports.ts";
import { LegMemory, takenBackOf } from "./leg-memory.ts";
import { lookAfter } from "./lost-legs.ts";
import { RtpengineCall } from "./rtpengine-call.ts";
import { isUnanswered, RtpengineServers } from "./rtpengine-servers.ts";
import type { RtpengineSettings } from "./rtpengine-settings.ts";
import { createRelayMediaServer } from "../relay/relay-media-server.ts";

/** Opens even if rtpengine does not answer yet: `health` tells. @throws Error if a local address cannot be opened */
export async function openRtpengineMediaServer(settings: RtpengineSettings): Promise<AudioServer> {
  const { others = [], fallback, log } = settings;
  const servers = await RtpengineServers.open([settings, ...others], { log, hasSubstitute: fallback !== undefined });
  const server = new RtpengineMediaServer(servers, settings);
  try {
    await server.listenForKeys();
  } catch (error) {
    await server.close();
    throw error;
  }
  return fallback === undefined ? server : new FallbackMediaServer({ server, servers, fallback, log });
}

class RtpengineMediaServer implements LettingGo {
  private readonly servers: RtpengineServers;
  private readonly settings: RtpengineSettings;
  private readonly music: ReturnType<typeof holdMusic>;
  /** Mixes conferences; null until there is one. */
  private mixer: AudioServer | null = null;
  private readonly memory: LegMemory;
  /** Since the start. */
  private movedCalls = 0;
  private readonly calls = new Map<CallId, RtpengineCall>();
  private readonly keyModes = new KeyModes();
  private readonly listeners = new Set<(event: MediaEvent) => void>();
  private readonly looking: NodeJS.Timeout;
  private keyLog: KeyLog | null = null;
  /** One round of looks at a time, so that a server that does not answer is not asked ever more. */
  private round: "resting" | "under-way" = "resting";

  constructor(servers: RtpengineServers, settings: RtpengineSettings) {
    this.servers = servers;
    this.settings = settings;
    this.memory = new LegMemory(settings.memory ?? null);
    servers.onChange(() => void this.leaveLostServers());
    this.music = holdMusic(settings.holdMusicFile);
    this.looking = setInterval(() => void this.look(), settings.lookEveryMs ?? 5000);
  }

  async listenForKeys(): Promise<void> {
    const { keyLog } = this.settings;
    const heard = (key: KeyReport): void =>
      keyEvents(key, this.calls.get(key.callId as CallId)).forEach((event) => this.tell(event));
    if (keyLog !== undefined) this.keyLog = await KeyLog.open(keyLog, heard);
  }

  answerOffer(
    ...[leg, offerSdp, rules = {}]: Parameters<AudioServer["answerOffer"]>
  ): ReturnType<AudioServer["answerOffer"]> {
    return asMediaResult(async () => {
      const offer = descriptionOf(offerSdp);
      const answerSdp = await this.inCall(leg.callId, (call) => {
        call.expect(leg, offer);
        return call.turns.inTurn(() => call.answerOffer(leg, offer, rules));
      });
      return { answerSdp, direction: offer.direction };
    });
  }

  makeOffer(...[leg, options]: Parameters<AudioServer["makeOffer"]>): ReturnType<AudioServer["makeOffer"]> {
    return asMediaResult(() =>
      this.inCall(leg.callId, async (call) => {
        const work = (): Promise<string> => call.makeOffer(leg, options);
        // A leg that does not exist yet is in nobody's way: it need not wait while the caller's leg is set up and gets its music.
        return { offerSdp: await (call.has(leg) ? call.turns.inTurn(work) : call.turns.alongside(work)) };
      }),
    );
  }

  acceptAnswer(leg: LegMedia, answerSdp: string): Promise<MediaResult<{ direction: MediaDirection }>> {
    return asMediaResult(async () => {
      const answer = descriptionOf(answerSdp);
      return this.inCall(leg.callId, async (call) => ({
        direction: await call.turns.inTurn(() => call.acceptAnswer(leg, answer)),
      }));
    });
  }

  connect(a: LegMedia, b: LegMedia): Promise<MediaResult<{ renegotiate: LegId[] }>> {
    return this.act(a.callId, async (call) => {
      if (a.callId !== b.callId) throw new MediaRefused("unknown-leg", "not two legs of one call");
      await call.connect(a, b);
      return { renegotiate: [] };
    });
  }

  confer(legs: readonly LegMedia[]): Promise<MediaResult<{ renegotiate: LegId[] }>> {
    const [first] = legs;
    if (first === undefined || legs.some(({ callId }) => callId !== first.callId))
      return asMediaResult(() => Promise.reject(new MediaRefused("unknown-leg", "not legs of one call")));
    return this.act(first.callId, async (call) => {
      await call.confer(legs);
      return { renegotiate: [] };
    });
  }

  disconnect(leg: LegMedia): Promise<MediaResult<object>> {
    return this.act(leg.callId, async (call) => done(call.disconnect(leg)));
  }

  startMusic(leg: LegMedia): Promise<MediaResult<object>> {
    return this.act(leg.callId, async (call) => done(call.setHearing(leg, "music")));
  }

  stopMusic(leg: LegMedia): Promise<MediaResult<object>> {
    return this.act(leg.callId, async (call) => done(call.setHearing(leg, "counterpart")));
  }

  announce(leg: LegMedia, sound: Buffer): Promise<MediaResult<object>> {
    return this.act(leg.callId, async (call) => done(call.announce(leg, sound)));
  }

  keysBy(leg: LegMedia, mode: KeyMode): void {
    this.keyModes.set(leg, mode);
  }

  sendDtmf(leg: LegMedia, digit: DtmfDigit, durationMs: number): Promise<MediaResult<object>> {
    return this.act(leg.callId, async (call) => done(call.sendDtmf(leg, digit, playedMs(durationMs))));
  }

  async closeLeg(leg: LegMedia): Promise<void> {
    this.keyModes.forget(leg);
    const call = this.calls.get(leg.callId);
    if (call !== undefined) await this.inCall(leg.callId, () => call.closeLeg(leg.legId));
  }

  async closeCall(callId: CallId): Promise<void> {
    this.keyModes.forgetCall(callId);
    const call = this.calls.get(callId);
    if (call === undefined) return;
    await this.inCall(callId, async () => {
      for (const { legId } of call.medias) await call.closeLeg(legId);
    });
  }

  takeBack(callIds: readonly CallId[]): LegsTakenBack {
    const kept = this.memory.all();
    const legs = kept.map(({ leg }) => leg);
    const others = new Set(legs.map(({ media }) => media.callId).filter((callId) => !callIds.includes(callId)));
    for (const { leg, server } of kept) {
      const call = this.calls.get(leg.media.callId) ?? this.newCall(leg.media.callId, this.servers.named(server));
      this.calls.set(call.callId, call);
      call.takeBack(leg);
    }
    for (const callId of others) void this.closeCall(callId);
    return takenBackOf(legs.filter(({ media }) => !others.has(media.callId)));
  }

  holds(callId: CallId): boolean {
    return this.calls.has(callId);
  }

  async letGo(count: number): Promise<LetGoCall[]> {
    const calls = [...this.calls.values()].filter(({ isSetUp }) => isSetUp).slice(0, count);
    const letGo = calls.map(({ callId, described }) => ({ callId, legs: described }));
    // Its legs are forgotten as in a move, but nobody goes on with them here.
    await Promise.all(calls.map((call) => call.moveTo(call.server, call.server)));
    for (const { callId } of letGo) this.calls.delete(callId);
    return letGo;
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.listeners.add(listener);
  }

  async health(): Promise<MediaHealth> {
    await this.servers.ask();
    return healthOf([...this.calls.values()], this.servers.all, this.movedCalls);
  }

  activeLegs(): number {
    let legs = 0;
    for (const call of this.calls.values()) legs += call.size;
    return legs;
  }

  async close(): Promise<void> {
    clearInterval(this.looking);
    await Promise.all([...this.calls.keys()].map((callId) => this.closeCall(callId)));
    await Promise.all([this.servers.close(), this.keyLog?.close(), this.mixer?.close()]);
  }

  private act<T extends object>(callId: CallId, work: (call: RtpengineCall) => Promise<T>): Promise<MediaResult<T>> {
    return asMediaResult(() => this.inCall(callId, (call) => call.turns.inTurn(() => work(call))));
  }

  /** With the call of that id; one that has no legs afterwards is forgotten again. A call that is not set up yet may go to another rtpengine. */
  private async inCall<T>(callId: CallId, work: (call: RtpengineCall) => Promise<T>): Promise<T> {
    const call = this.calls.get(callId) ?? this.newCall(callId);
    this.calls.set(callId, call);
    try {
      return await work(call);
    } catch (error) {
      if (!isUnanswered(error) || !call.isIdle || this.servers.choose() === call.server) throw error;
    } finally {
      if (call.isIdle && this.calls.get(callId) === call) this.calls.delete(callId);
    }
    return this.inCall(callId, work);
  }

  private newCall(callId: CallId, server = this.servers.choose()): RtpengineCall {
    return new RtpengineCall(callId, {
      server,
      ng: server.ng,
      music: this.music,
      mixer: () => this.openMixer(),
      memory: this.memory,
      keyModes: this.keyModes,
      keyToSignal: (leg, key) => this.tell({ type: "key-to-signal", ...leg, ...key }),
      advertisedAddress: server.advertisedAddress,
      announced: (leg) => this.tell({ type: "announcement-ended", ...leg }),
      lost: (leg, detail) => {
        this.settings.log.warn({ ...leg, detail }, "media of a leg was lost");
        this.tell({ type: "media-lost", ...leg });
      },
    });
  }

  private openMixer(): AudioServer {
    const { mixer, log } = this.settings;
    this.mixer ??= createRelayMediaServer({
      ...mixer,
      listenAddress: mixer?.listenAddress ?? this.servers.localAddress,
      log,
    });
    return this.mixer;
  }

  private async look(): Promise<void> {
    if (this.round === "under-way") return;
    this.round = "under-way";
    await this.leaveLostServers();
    for (const call of this.calls.values()) {
      const { server } = call;
      if (server.state === "lost" || !call.isSetUp || !call.turns.isIdle) continue;
      const found = await lookAfter(call, server.ng, Date.now());
      if (found === "forgotten" && call.server === server && call.isSetUp) void this.move(call);
    }
    this.round = "resting";
  }

  /** Calls stay where they are while no rtpengine answers at all: their audio may flow all the same. */
  private async leaveLostServers(): Promise<void> {
    if ((await this.servers.sureStanding()) === "lost") return;
    for (const call of this.calls.values()) if (call.server.state === "lost" && call.isSetUp) void this.move(call);
  }

  private async move(call: RtpengineCall): Promise<void> {
    const { callId, server } = call;
    const next = this.servers.choose();
    if (!(await call.moveTo(next, server))) return;
    this.movedCalls += 1;
    this.settings.log.warn({ callId, from: server.name, to: next.name }, "rtpengine lost a call: it is set up anew");
    this.tell({ type: "media-moved", callId });
  }

  private tell(event: MediaEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

async function done(work: Promise<void>): Promise<object> {
  await work;
  return {};
}
