/**
 * The calls' media operations over a media server. Refusals of the server become errors here.
 *
 * Whoever is rung is offered what the caller speaks. The leg of a caller that is answered only later (another office, a colleague) is set up
 * at the server when the first phone is rung; its answer waits here until the call wants it. So connecting never needs a renegotiation.
 */
import type { CallLeg, CallMedia } from "../../application/call-media.ts";
import type { DtmfDigit, LegRules, MediaResult, MediaServer, LegsTakenBack } from "../../application/media-port.ts";
import type { PromptLanguage, PromptName } from "../../domain/queue/announcement.ts";
import { ringingTone } from "./audio/ringing-tone.ts";
import type { PromptFiles } from "./prompt-files.ts";
import type { KeyMode } from "../../domain/trunk/key-mode.ts";
import { refusalOfOffer } from "./sdp/refusal-of-offer.ts";
import type { LegId } from "../../domain/call/ids.ts";

/** `given`: the call has asked for the answer; the server may still be at work on it. */
type FirstAnswer = {
  state: "waiting" | "given";
  offer: string;
  answer: Promise<string>;
};

export function createCallMedia(server: MediaServer, prompts: Pick<PromptFiles, "sound">): CallMedia {
  return new ServedCallMedia(server, prompts);
}

class ServedCallMedia implements CallMedia {
  private readonly server: MediaServer;
  private readonly prompts: Pick<PromptFiles, "sound">;
  private readonly answers = new Map<CallLeg["callId"], Map<LegId, FirstAnswer>>();

  constructor(server: MediaServer, prompts: Pick<PromptFiles, "sound">) {
    this.server = server;
    this.prompts = prompts;
  }

  async createOffer(leg: CallLeg, order: Parameters<CallMedia["createOffer"]>[1]): Promise<string> {
    const { towards, text = false, ...rules } = order;
    if (towards === null) return done(await this.server.makeOffer(leg, { ...rules, text })).offerSdp;
    if (towards.offer !== null)
      this.describe({ callId: leg.callId, legId: towards.legId }, { ...towards, offer: towards.offer });
    return done(await this.server.makeOffer(leg, { ...rules, towards: towards.legId, text })).offerSdp;
  }

  async answerOffer(leg: CallLeg, offer: string, rules: LegRules): Promise<string> {
    const first = this.answers.get(leg.callId)?.get(leg.legId);
    const isKnown = first?.state === "waiting" && first.offer === offer;
    const answer = isKnown ? first.answer : this.askServer(leg, { ...rules, offer });
    this.keep(leg, { state: "given", offer, answer });
    return answer;
  }

  refusalOf(offer: string, rules: LegRules): string | null {
    return refusalOfOffer(offer, rules);
  }

  async acceptAnswer(leg: CallLeg, answer: string): Promise<void> {
    done(await this.server.acceptAnswer(leg, answer));
  }

  async connect(one: CallLeg, other: CallLeg): Promise<LegId[]> {
    return done(await this.server.connect(one, other)).renegotiate;
  }

  async confer(legs: readonly CallLeg[]): Promise<LegId[]> {
    return done(await this.server.confer(legs)).renegotiate;
  }

  async disconnect(legs: readonly CallLeg[]): Promise<void> {
    for (const leg of legs) {
      const result = await this.server.disconnect(leg);
      if (!result.ok && result.reason !== "unknown-leg") done(result);
    }
  }

  async startMusic(leg: CallLeg): Promise<void> {
    done(await this.server.startMusic(leg));
  }

  async stopMusic(leg: CallLeg): Promise<void> {
    done(await this.server.stopMusic(leg));
  }

  async playRinging(leg: CallLeg): Promise<void> {
    done(await this.server.announce(leg, ringingTone()));
  }

  async announce(
    leg: CallLeg,
    { prompts, language }: { prompts: readonly PromptName[]; language: PromptLanguage },
  ): Promise<void> {
    const sounds = await Promise.all(prompts.map((name) => this.prompts.sound(language, name)));
    done(await this.server.announce(leg, Buffer.concat(sounds)));
  }

  keysBy(leg: CallLeg, mode: KeyMode): void {
    this.server.keysBy(leg, mode);
  }

  async sendDtmf(leg: CallLeg, { digit, durationMs }: { digit: string; durationMs: number }): Promise<void> {
    done(await this.server.sendDtmf(leg, digit as DtmfDigit, durationMs));
  }

  async sendText(leg: CallLeg, text: string): Promise<void> {
    done(await this.server.sendText(leg, text));
  }

  hasText(leg: CallLeg): boolean {
    return this.server.hasText(leg);
  }

  async release(leg: CallLeg): Promise<void> {
    this.answers.get(leg.callId)?.delete(leg.legId);
    await this.server.closeLeg(leg);
  }

  async releaseCall(callId: CallLeg["callId"]): Promise<void> {
    this.answers.delete(callId);
    await this.server.closeCall(callId);
  }

  takeBack(callIds: readonly CallLeg["callId"][]): LegsTakenBack {
    return this.server.takeBack(callIds);
  }

  /** Gives the server the leg's offer, once; its answer is kept for the moment when the leg is answered. */
  private describe(leg: CallLeg, described: LegRules & { offer: string }): void {
    if (this.answers.get(leg.callId)?.has(leg.legId) === true) return;
    const { offer } = described;
    const answer = this.askServer(leg, described);
    // Told to whoever asks for the answer.
    answer.catch(() => undefined);
    this.keep(leg, { state: "waiting", offer, answer });
  }

  private keep({ callId, legId }: CallLeg, answer: FirstAnswer): void {
    const ofCall = this.answers.get(callId) ?? new Map<LegId, FirstAnswer>();
    this.answers.set(callId, ofCall.set(legId, answer));
  }

  private async askServer(leg: CallLeg, { offer, audio = "any", srtp }: LegRules & { offer: string }): Promise<string> {
    const rules: LegRules = srtp === undefined ? { audio } : { audio, srtp };
    return done(await this.server.answerOffer(leg, offer, rules)).answerSdp;
  }
}

function done<T>(result: MediaResult<T>): T {
  if (result.ok) return result;
  throw new Error(`${result.reason}: ${result.detail}`);
}
