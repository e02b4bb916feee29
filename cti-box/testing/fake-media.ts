/** Media without packets: keeps who hears whom, who hears music and which legs have media, and refuses what makes no sense. */
import type { CallLeg, CallMedia } from "../src/application/call-media.ts";
import type { LegsTakenBack } from "../src/application/media-port.ts";
import type { MediaProfile } from "../src/domain/call/call.ts";
import type { LegId } from "../src/domain/call/ids.ts";

export class FakeMedia implements CallMedia {
  readonly sessions = new Map<LegId, CallLeg>();
  readonly music = new Set<LegId>();
  readonly pairs = new Set<string>();
  readonly digits: string[] = [];
  readonly keyModes = new Map<LegId, string>();
  /** Legs whose far end has agreed to real-time text, and what they were written. */
  readonly withText = new Set<LegId>();
  readonly written: { legId: LegId; text: string }[] = [];
  /** Legs that were offered text. */
  readonly offeredText = new Set<LegId>();
  readonly announced: string[] = [];
  /** Legs that a conference understands only after a re-INVITE. */
  readonly foreign = new Set<LegId>();
  /** Operations that fail. */
  readonly broken = new Set<string>();

  keysBy({ legId }: CallLeg, mode: string): void {
    this.keyModes.set(legId, mode);
  }

  async createOffer(leg: CallLeg, { profile, text }: { profile: MediaProfile; text?: boolean }): Promise<string> {
    this.failIfBroken("createOffer");
    if (text === true && profile !== "webrtc") this.offeredText.add(leg.legId);
    this.sessions.set(leg.legId, leg);
    return `offer of ${profile}`;
  }

  async answerOffer(leg: CallLeg, offer: string): Promise<string> {
    this.failIfBroken("answerOffer");
    this.sessions.set(leg.legId, leg);
    return `answer to ${offer}`;
  }

  refusalOf(): string | null {
    return this.broken.has("refusalOf") ? "no codec in common" : null;
  }

  async acceptAnswer({ legId }: CallLeg): Promise<void> {
    this.failIfBroken("acceptAnswer");
    this.require(legId);
  }

  async connect(one: CallLeg, other: CallLeg): Promise<LegId[]> {
    this.require(one.legId);
    this.require(other.legId);
    this.pairs.add(`${one.legId}+${other.legId}`);
    return [];
  }

  async confer(legs: readonly CallLeg[]): Promise<LegId[]> {
    this.failIfBroken("confer");
    for (const { legId } of legs) this.require(legId);
    this.pairs.add(legs.map(({ legId }) => legId).join("+"));
    return legs.map(({ legId }) => legId).filter((legId) => this.foreign.has(legId));
  }

  async disconnect(legs: readonly CallLeg[]): Promise<void> {
    this.pairs.delete(legs.map(({ legId }) => legId).join("+"));
  }

  async startMusic({ legId }: CallLeg): Promise<void> {
    this.require(legId);
    this.music.add(legId);
  }

  async stopMusic({ legId }: CallLeg): Promise<void> {
    this.music.delete(legId);
  }

  async playRinging({ legId }: CallLeg): Promise<void> {
    this.require(legId);
    this.announced.push(`ringing to ${legId}`);
  }

  async announce(
    { legId }: CallLeg,
    { prompts, language }: { prompts: readonly string[]; language: string },
  ): Promise<void> {
    this.require(legId);
    this.announced.push(`${language} ${prompts.join(" ")}`);
  }

  async sendDtmf({ legId }: CallLeg, { digit }: { digit: string }): Promise<void> {
    this.digits.push(`${digit} to ${legId}`);
  }

  async sendText({ legId }: CallLeg, text: string): Promise<void> {
    this.require(legId);
    if (!this.withText.has(legId)) throw new Error(`no-text: leg ${legId}`);
    this.written.push({ legId, text });
  }

  hasText({ legId }: CallLeg): boolean {
    return this.withText.has(legId);
  }

  async release({ legId }: CallLeg): Promise<void> {
    this.sessions.delete(legId);
    this.music.delete(legId);
    this.withText.delete(legId);
  }

  async releaseCall(callId: CallLeg["callId"]): Promise<void> {
    for (const leg of this.sessions.values()) if (leg.callId === callId) await this.release(leg);
  }

  takeBack(callIds: readonly CallLeg["callId"][]): LegsTakenBack {
    const left = [...this.sessions.values()].filter(({ callId }) => callIds.includes(callId));
    return { goOn: left.map(({ legId }) => legId), unsettled: [] };
  }

  private require(legId: LegId): void {
    if (!this.sessions.has(legId)) throw new Error(`leg ${legId} has no media`);
  }

  private failIfBroken(operation: string): void {
    if (this.broken.has(operation)) throw new Error(`${operation} is broken`);
  }
}
