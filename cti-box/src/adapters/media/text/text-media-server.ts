/**
 * Real-time text (RFC 4103) beside whichever server carries the audio. That one refuses every `m=text` by its place; here the place is filled, from a UDP port of
 * the box's own: text is small, and no media server is needed to pass it. Everything else is the audio server's.
 *
 *   far end ⇄ text port of its leg ⇄ characters: `text-received`, `sendText`
 */
import type {
  AudioServer,
  DtmfDigit,
  LegMedia,
  MediaEvent,
  MediaHealth,
  MediaRefusal,
  MediaResult,
  MediaServer,
  LegsTakenBack,
} from "../../../application/media-port.ts";
import type { Log } from "../../../application/ports.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import type { KeyMode } from "../../../domain/trunk/key-mode.ts";
import type { CallId, LegId } from "../../../domain/call/ids.ts";
import type { TransportSettings } from "../relay/leg-transport.ts";
import { TextLeg } from "./text-leg.ts";
import type { KeptText } from "./text-leg.ts";

export type TextSettings = {
  /** Where the ports are opened; null: text is refused. */
  ports: TransportSettings | null;
  /** Where legs are remembered, so that a box that was killed can take them back; absent: they are not. */
  memory?: RestartMemory | undefined;
  log: Log;
};

export function withText(audio: AudioServer, settings: TextSettings): MediaServer {
  return new TextMediaServer(audio, settings);
}

class TextMediaServer implements MediaServer {
  private readonly audio: AudioServer;
  private readonly settings: TextSettings;
  /** Of every leg that has media, with or without text. */
  private readonly legs = new Map<string, TextLeg>();
  private readonly remembered = new Set<LegId>();
  private readonly listeners = new Set<(event: MediaEvent) => void>();

  constructor(audio: AudioServer, settings: TextSettings) {
    this.audio = audio;
    this.settings = settings;
  }

  async answerOffer(
    media: LegMedia,
    offerSdp: string,
    options?: Parameters<AudioServer["answerOffer"]>[2],
  ): ReturnType<AudioServer["answerOffer"]> {
    return this.described(media, this.audio.answerOffer(media, offerSdp, options), async (leg, answer) => ({
      ...answer,
      answerSdp: await leg.answer(offerSdp, answer.answerSdp),
    }));
  }

  async makeOffer(
    media: LegMedia,
    { text = false, ...options }: Parameters<AudioServer["makeOffer"]>[1],
  ): ReturnType<AudioServer["makeOffer"]> {
    return this.described(media, this.audio.makeOffer(media, options), async (leg, { offerSdp }) => ({
      offerSdp: await leg.offer(offerSdp, text),
    }));
  }

  async acceptAnswer(media: LegMedia, answerSdp: string): ReturnType<AudioServer["acceptAnswer"]> {
    return this.described(media, this.audio.acceptAnswer(media, answerSdp), async (leg, accepted) => {
      await leg.accept(answerSdp);
      return accepted;
    });
  }

  async sendText(media: LegMedia, text: string): Promise<MediaResult<object>> {
    const leg = this.legs.get(keyOf(media));
    if (leg === undefined) return refused("unknown-leg", `leg ${media.legId} has no media`);
    if (!leg.hasText) return refused("no-text", "the far end took none");
    return leg.write(text) ? { ok: true } : refused("capacity", "the far end reads too slowly for so much text");
  }

  hasText(media: LegMedia): boolean {
    return this.legs.get(keyOf(media))?.hasText === true;
  }

  connect(a: LegMedia, b: LegMedia): ReturnType<AudioServer["connect"]> {
    return this.audio.connect(a, b);
  }

  confer(legs: readonly LegMedia[]): ReturnType<AudioServer["confer"]> {
    return this.audio.confer(legs);
  }

  disconnect(leg: LegMedia): ReturnType<AudioServer["disconnect"]> {
    return this.audio.disconnect(leg);
  }

  startMusic(leg: LegMedia): ReturnType<AudioServer["startMusic"]> {
    return this.audio.startMusic(leg);
  }

  stopMusic(leg: LegMedia): ReturnType<AudioServer["stopMusic"]> {
    return this.audio.stopMusic(leg);
  }

  announce(leg: LegMedia, sound: Buffer): ReturnType<AudioServer["announce"]> {
    return this.audio.announce(leg, sound);
  }

  keysBy(leg: LegMedia, mode: KeyMode): void {
    this.audio.keysBy(leg, mode);
  }

  sendDtmf(leg: LegMedia, digit: DtmfDigit, durationMs: number): ReturnType<AudioServer["sendDtmf"]> {
    return this.audio.sendDtmf(leg, digit, durationMs);
  }

  async closeLeg(media: LegMedia): Promise<void> {
    await Promise.all([this.forget(keyOf(media)), this.audio.closeLeg(media)]);
  }

  async closeCall(callId: CallId): Promise<void> {
    const keys = [...this.legs].filter(([, { media }]) => media.callId === callId).map(([key]) => key);
    await Promise.all([...keys.map((key) => this.forget(key)), this.audio.closeCall(callId)]);
  }

  takeBack(callIds: readonly CallId[]): LegsTakenBack {
    const legs = this.audio.takeBack(callIds);
    for (const { key, value } of this.settings.memory?.kept("text") ?? []) {
      // The memory belongs to this version of the program: what is in it was written here.
      const kept = value as KeptText;
      if (!legs.goOn.includes(kept.media.legId)) {
        this.settings.memory?.forget("text", key);
        continue;
      }
      this.remembered.add(kept.media.legId);
      void this.legOf(kept.media)?.takeBack(kept);
    }
    return legs;
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.listeners.add(listener);
    this.audio.onEvent(listener);
  }

  health(): Promise<MediaHealth> {
    return this.audio.health();
  }

  /** A port of text whose audio is gone counts too. */
  activeLegs(): number {
    const withPort = [...this.legs.values()].filter(({ holdsPort }) => holdsPort).length;
    return Math.max(this.audio.activeLegs(), withPort);
  }

  async close(): Promise<void> {
    await Promise.all([...[...this.legs.keys()].map((key) => this.forget(key)), this.audio.close()]);
  }

  /** What the audio server made of a description, with the text in it. A leg that was new and is refused leaves nothing behind. */
  private async described<T extends object>(
    media: LegMedia,
    work: Promise<MediaResult<T>>,
    withLeg: (leg: TextLeg, result: { ok: true } & T) => Promise<T>,
  ): Promise<MediaResult<T>> {
    const wasKnown = this.legs.has(keyOf(media));
    const leg = this.legOf(media);
    const result = await work;
    if (leg === null) return result;
    if (!result.ok) {
      if (!wasKnown) await this.forget(keyOf(media));
      return result;
    }
    const described = await withLeg(leg, result);
    this.remember(leg);
    return { ...result, ...described };
  }

  /** Null: there is no text here. */
  private legOf(media: LegMedia): TextLeg | null {
    const { ports, log } = this.settings;
    if (ports === null) return null;
    const known = this.legs.get(keyOf(media));
    if (known !== undefined) return known;
    const leg = new TextLeg(media, {
      settings: ports,
      told: ({ callId, legId }, text) => this.tell({ type: "text-received", callId, legId, text }),
      failed: ({ callId, legId }, error) =>
        log.warn({ callId, legId, error: String(error) }, "no port for text: the leg goes on without it"),
    });
    this.legs.set(keyOf(media), leg);
    return leg;
  }

  private remember(leg: TextLeg): void {
    const { legId } = leg.media;
    if (this.legs.get(keyOf(leg.media)) !== leg) return;
    const kept = leg.kept();
    if (kept === null) return this.forgetMemory(legId);
    this.remembered.add(legId);
    this.settings.memory?.keep("text", legId, kept);
  }

  /** Most legs never had text: nothing is written for them. */
  private forgetMemory(legId: LegId): void {
    if (this.remembered.delete(legId)) this.settings.memory?.forget("text", legId);
  }

  private async forget(key: string): Promise<void> {
    const leg = this.legs.get(key);
    if (leg === undefined) return;
    this.legs.delete(key);
    this.forgetMemory(leg.media.legId);
    await leg.close();
  }

  private tell(event: MediaEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

function keyOf({ callId, legId }: LegMedia): string {
  return `${callId} ${legId}`;
}

function refused(reason: MediaRefusal["reason"], detail: string): MediaRefusal {
  return { ok: false, reason, detail };
}
