/** Media without packets: keeps who hears whom, who hears music and which legs have media, and refuses what makes no sense. */
import type { CallMedia } from "../src/application/call-media.ts";
import type { MediaProfile } from "../src/domain/call/call.ts";
import type { LegId } from "../src/domain/call/ids.ts";

export class FakeMedia implements CallMedia {
  readonly sessions = new Map<LegId, MediaProfile>();
  readonly music = new Set<LegId>();
  readonly pairs = new Set<string>();
  readonly digits: string[] = [];
  /** Legs whose next operation fails. */
  readonly broken = new Set<string>();

  async createOffer(legId: LegId, profile: MediaProfile): Promise<string> {
    this.failIfBroken("createOffer");
    this.sessions.set(legId, profile);
    return `offer of ${profile}`;
  }

  async answerOffer(legId: LegId, offer: string, profile: MediaProfile): Promise<string> {
    this.failIfBroken("answerOffer");
    this.sessions.set(legId, profile);
    return `answer to ${offer}`;
  }

  async acceptAnswer(legId: LegId): Promise<void> {
    this.failIfBroken("acceptAnswer");
    this.require(legId);
  }

  async connect(one: LegId, other: LegId): Promise<void> {
    this.require(one);
    this.require(other);
    this.pairs.add(`${one}+${other}`);
  }

  async disconnect(one: LegId, other: LegId): Promise<void> {
    this.pairs.delete(`${one}+${other}`);
  }

  async startMusic(legId: LegId): Promise<void> {
    this.require(legId);
    this.music.add(legId);
  }

  async stopMusic(legId: LegId): Promise<void> {
    this.music.delete(legId);
  }

  async sendDtmf(legId: LegId, digit: string): Promise<void> {
    this.digits.push(`${digit} to ${legId}`);
  }

  async release(legId: LegId): Promise<void> {
    this.sessions.delete(legId);
    this.music.delete(legId);
  }

  private require(legId: LegId): void {
    if (!this.sessions.has(legId)) throw new Error(`leg ${legId} has no media`);
  }

  private failIfBroken(operation: string): void {
    if (this.broken.has(operation)) throw new Error(`${operation} is broken`);
  }
}
