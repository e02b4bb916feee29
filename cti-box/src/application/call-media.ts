/** The media operations a call needs, leg by leg. */
import type { MediaProfile } from "../domain/call/call.ts";
import type { LegId } from "../domain/call/ids.ts";

export interface CallMedia {
  createOffer(legId: LegId, profile: MediaProfile): Promise<string>;
  /** First answer and every answer to a re-INVITE of the same leg. */
  answerOffer(legId: LegId, offer: string, profile: MediaProfile): Promise<string>;
  acceptAnswer(legId: LegId, answer: string): Promise<void>;
  connect(one: LegId, other: LegId): Promise<void>;
  disconnect(one: LegId, other: LegId): Promise<void>;
  startMusic(legId: LegId): Promise<void>;
  stopMusic(legId: LegId): Promise<void>;
  sendDtmf(legId: LegId, digit: string, durationMs: number): Promise<void>;
  release(legId: LegId): Promise<void>;
}
