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
  MediaProfile,
  OfferedAudio,
  MediaResult,
  MediaServer,
} from "../../../application/media-port.ts";
import type { Log } from "../../../application/ports.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import type { CallId, LegId } from "../../../domain/call/ids.ts";
import { asMediaResult, MediaRefused } from "../media-refused.ts";
import { readSession } from "../sdp/read-session.ts";
import type { SessionDescription } from "../sdp/session-description.ts";
import { holdMusic } from "./hold-music.ts";
import { KeyLog } from "./key-log.ts";
import type { KeyReport } from "./key-log.ts";
import { LegMemory } from "./leg-memory.ts";
import { lookAfter } from "./lost-legs.ts";
import { NgClient } from "./ng-client.ts";
import { NgRequests } from "./ng-requests.ts";
import { RtpengineCall } from "./rtpengine-call.ts";
import { createRelayMediaServer } from "../relay/relay-media-server.ts";

export type RtpengineSettings = {
  ngHost: string;
  ngPort: number;
  /** Written into descriptions in place of rtpengine's own address, where it stands behind a 1:1 NAT. */
  advertisedAddress?: string | undefined;
  /** A file on rtpengine's machine; absent: the box's own melody. */
  holdMusicFile?: string | undefined;
  /** Where rtpengine's `--dtmf-log-dest` points; absent: key presses are passed between legs but not told. */
  keyLog?: { host: string; port: number } | undefined;
  /** Where the box receives the audio of conferences from rtpengine; absent: at its address towards it, on any port. */
  mixer?:
    | { listenAddress?: string | undefined; portMin?: number | undefined; portMax?: number | undefined }
    | undefined;
  /** Time between two looks at each call, in milliseconds. */
  lookEveryMs?: number;
  /** Where legs are remembered, so that a box that was killed can take them back; absent: they are not. */
  memory?: RestartMemory | undefined;
  log: Log;
};

const DIGITS = "0123456789*#ABCD";

/** Opens even if rtpengine does not answer yet: `health` tells. @throws Error if a local address cannot be opened */
export async function openRtpengineMediaServer(settings: RtpengineSettings): Promise<MediaServer> {
  const ng = new NgRequests(await NgClient.open({ host: settings.ngHost, port: settings.ngPort }));
  const server = new RtpengineMediaServer(ng, settings);
  try {
    await server.listenForKeys();
  } catch (error) {
    await server.close();
    throw error;
  }
  return server;
}

class RtpengineMediaServer implements MediaServer {
  private readonly ng: NgRequests;
  private readonly settings: RtpengineSettings;
  private readonly music: ReturnType<typeof holdMusic>;
  /** Mixes conferences; null until there is one. */
  private mixer: MediaServer | null = null;
  private readonly memory: LegMemory;
  private readonly calls = new Map<CallId, RtpengineCall>();
  private readonly listeners = new Set<(event: MediaEvent) => void>();
  private readonly looking: NodeJS.Timeout;
  private keyLog: KeyLog | null = null;
  /** One round of looks at a time, so that a server that does not answer is not asked ever more. */
  private round: "resting" | "under-way" = "resting";

  constructor(ng: NgRequests, settings: RtpengineSettings) {
    this.ng = ng;
    this.settings = settings;
    this.memory = new LegMemory(settings.memory ?? null);
    this.music = holdMusic(settings.holdMusicFile);
    this.looking = setInterval(() => void this.look(), settings.lookEveryMs ?? 5000);
  }

  async listenForKeys(): Promise<void> {
    const { keyLog } = this.settings;
    if (keyLog !== undefined) this.keyLog = await KeyLog.open(keyLog, (key) => this.tellKey(key));
  }

  answerOffer(
    leg: LegMedia,
    offerSdp: string,
    { audio }: { audio?: OfferedAudio } = {},
  ): Promise<MediaResult<{ answerSdp: string; direction: MediaDirection }>> {
    return asMediaResult(async () => {
      const offer = read(offerSdp);
      const answerSdp = await this.inCall(leg.callId, (call) => {
        call.expect(leg, offer);
        return call.turns.inTurn(() => call.answerOffer(leg, offer, audio));
      });
      return { answerSdp, direction: offer.direction };
    });
  }

  makeOffer(
    leg: LegMedia,
    options: { profile: MediaProfile; towards?: LegId; audio?: OfferedAudio },
  ): Promise<MediaResult<{ offerSdp: string }>> {
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
      const answer = read(answerSdp);
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

  sendDtmf(leg: LegMedia, digit: DtmfDigit, durationMs: number): Promise<MediaResult<object>> {
    return this.act(leg.callId, async (call) => done(call.sendDtmf(leg, digit, durationMs)));
  }

  async closeLeg(leg: LegMedia): Promise<void> {
    const call = this.calls.get(leg.callId);
    if (call !== undefined) await this.inCall(leg.callId, () => call.closeLeg(leg.legId));
  }

  async closeCall(callId: CallId): Promise<void> {
    const call = this.calls.get(callId);
    if (call === undefined) return;
    await this.inCall(callId, async () => {
      for (const { legId } of call.medias) await call.closeLeg(legId);
    });
  }

  takeBack(callIds: readonly CallId[]): LegId[] {
    const legs = this.memory.all();
    const others = new Set(legs.map(({ media }) => media.callId).filter((callId) => !callIds.includes(callId)));
    for (const leg of legs) {
      const { callId } = leg.media;
      const call = this.calls.get(callId) ?? this.newCall(callId);
      this.calls.set(callId, call);
      call.takeBack(leg);
    }
    for (const callId of others) void this.closeCall(callId);
    return legs.filter(({ media }) => !others.has(media.callId)).map(({ media }) => media.legId);
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.listeners.add(listener);
  }

  async health(): Promise<{ ok: boolean; detail: string }> {
    const { ngHost, ngPort } = this.settings;
    const answer = await asMediaResult(async () => this.ng.send({ command: "ping" }));
    const where = `rtpengine at ${ngHost}:${ngPort}`;
    return answer.ok
      ? { ok: true, detail: `${where}, ${this.activeLegs()} legs` }
      : { ok: false, detail: `${where}: ${answer.detail}` };
  }

  activeLegs(): number {
    let legs = 0;
    for (const call of this.calls.values()) legs += call.size;
    return legs;
  }

  async close(): Promise<void> {
    clearInterval(this.looking);
    await Promise.all([...this.calls.keys()].map((callId) => this.closeCall(callId)));
    await Promise.all([this.ng.close(), this.keyLog?.close(), this.mixer?.close()]);
  }

  private act<T extends object>(callId: CallId, work: (call: RtpengineCall) => Promise<T>): Promise<MediaResult<T>> {
    return asMediaResult(() => this.inCall(callId, (call) => call.turns.inTurn(() => work(call))));
  }

  /** With the call of that id; one that has no legs afterwards is forgotten again. */
  private async inCall<T>(callId: CallId, work: (call: RtpengineCall) => Promise<T>): Promise<T> {
    const call = this.calls.get(callId) ?? this.newCall(callId);
    this.calls.set(callId, call);
    try {
      return await work(call);
    } finally {
      if (call.isIdle && this.calls.get(callId) === call) this.calls.delete(callId);
    }
  }

  private newCall(callId: CallId): RtpengineCall {
    return new RtpengineCall(callId, {
      ng: this.ng,
      music: this.music,
      mixer: () => this.openMixer(),
      memory: this.memory,
      advertisedAddress: this.settings.advertisedAddress ?? null,
      announced: (leg) => this.tell({ type: "announcement-ended", ...leg }),
      lost: (leg, detail) => {
        this.settings.log.warn({ ...leg, detail }, "media of a leg was lost");
        this.tell({ type: "media-lost", ...leg });
      },
    });
  }

  private openMixer(): MediaServer {
    const { mixer, log } = this.settings;
    this.mixer ??= createRelayMediaServer({
      ...mixer,
      listenAddress: mixer?.listenAddress ?? this.ng.localAddress,
      log,
    });
    return this.mixer;
  }

  private async look(): Promise<void> {
    if (this.round === "under-way") return;
    this.round = "under-way";
    for (const call of this.calls.values()) await lookAfter(call, this.ng, Date.now());
    this.round = "resting";
  }

  private tellKey({ callid, source_tag, event }: KeyReport): void {
    const leg = this.calls.get(callid as CallId)?.medias.find(({ legId }) => legId === source_tag);
    const digit = DIGITS[event];
    if (leg !== undefined && digit !== undefined) {
      this.tell({ type: "dtmf-received", ...leg, digit: digit as DtmfDigit });
    }
  }

  private tell(event: MediaEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

async function done(work: Promise<void>): Promise<object> {
  await work;
  return {};
}

function read(sdp: string): SessionDescription {
  const outcome = readSession(sdp);
  if (!outcome.ok) throw new MediaRefused(outcome.reason, outcome.detail);
  return outcome.session;
}
