/** Real-time text (RFC 4103) beside whichever server carries the audio: until its ports are there, the far ends' text is refused by the audio server. */
import type {
  AudioServer,
  DtmfDigit,
  LegMedia,
  MediaEvent,
  MediaHealth,
  MediaRefusal,
  MediaServer,
} from "../../../application/media-port.ts";
import type { CallId, LegId } from "../../../domain/call/ids.ts";

export function withText(audio: AudioServer): MediaServer {
  return new TextMediaServer(audio);
}

class TextMediaServer implements MediaServer {
  private readonly audio: AudioServer;

  constructor(audio: AudioServer) {
    this.audio = audio;
  }

  answerOffer(...given: Parameters<AudioServer["answerOffer"]>): ReturnType<AudioServer["answerOffer"]> {
    return this.audio.answerOffer(...given);
  }

  makeOffer(...given: Parameters<AudioServer["makeOffer"]>): ReturnType<AudioServer["makeOffer"]> {
    return this.audio.makeOffer(...given);
  }

  acceptAnswer(...given: Parameters<AudioServer["acceptAnswer"]>): ReturnType<AudioServer["acceptAnswer"]> {
    return this.audio.acceptAnswer(...given);
  }

  async sendText(): Promise<MediaRefusal> {
    return { ok: false, reason: "no-text", detail: "the far end took none" };
  }

  hasText(): boolean {
    return false;
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

  sendDtmf(leg: LegMedia, digit: DtmfDigit, durationMs: number): ReturnType<AudioServer["sendDtmf"]> {
    return this.audio.sendDtmf(leg, digit, durationMs);
  }

  closeLeg(leg: LegMedia): Promise<void> {
    return this.audio.closeLeg(leg);
  }

  closeCall(callId: CallId): Promise<void> {
    return this.audio.closeCall(callId);
  }

  takeBack(callIds: readonly CallId[]): LegId[] {
    return this.audio.takeBack(callIds);
  }

  onEvent(listener: (event: MediaEvent) => void): void {
    this.audio.onEvent(listener);
  }

  health(): Promise<MediaHealth> {
    return this.audio.health();
  }

  activeLegs(): number {
    return this.audio.activeLegs();
  }

  close(): Promise<void> {
    return this.audio.close();
  }
}
