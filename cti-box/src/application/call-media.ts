/**
 * The media operations a call needs, leg by leg. A leg that the box places is offered what its counterpart speaks, so that the two never
 * have to be renegotiated when they are connected. Failures are thrown; the call turns them into a refused or ended leg.
 */
import type { PromptLanguage, PromptName } from "../domain/queue/announcement.ts";
import type { KeyMode } from "../domain/trunk/key-mode.ts";
import type { MediaProfile } from "../domain/call/call.ts";
import type { LegRules, LegsTakenBack } from "./media-port.ts";
import type { CallId, LegId } from "../domain/call/ids.ts";

export type CallLeg = { callId: CallId; legId: LegId };

/** The leg at the other end of the conversation to come; `offer`: what its far end offered, in case it is not answered yet; null: the server knows its answer. */
export type Counterpart = LegRules & { legId: LegId; offer: string | null };

export interface CallMedia {
  createOffer(
    leg: CallLeg,
    order: LegRules & { profile: MediaProfile; towards: Counterpart | null; text?: boolean },
  ): Promise<string>;
  /** First answer and every answer to a re-INVITE of the same leg. */
  answerOffer(leg: CallLeg, offer: string, rules: LegRules): Promise<string>;
  /** Why an offer could not be answered for a leg that nobody has described yet; null: it could. */
  refusalOf(offer: string, rules: LegRules): string | null;
  acceptAnswer(leg: CallLeg, answer: string): Promise<void>;
  /** Joins two legs; names those that are understood only after a re-INVITE with an offer towards the other. */
  connect(one: CallLeg, other: CallLeg): Promise<LegId[]>;
  /** Joins three legs so that each hears the others; names those that are heard only after a re-INVITE with an offer of `audio: "telephone"`. */
  confer(legs: readonly CallLeg[]): Promise<LegId[]>;
  /** Parts legs that were joined; a leg that is gone already is no error. */
  disconnect(legs: readonly CallLeg[]): Promise<void>;
  startMusic(leg: CallLeg): Promise<void>;
  stopMusic(leg: CallLeg): Promise<void>;
  /** The tone of a telephone that rings, for as long as anybody is rung; `connect` ends it. */
  playRinging(leg: CallLeg): Promise<void>;
  /** Plays prompts one after the other, once, over the music if there is any. */
  announce(leg: CallLeg, announcement: { prompts: readonly PromptName[]; language: PromptLanguage }): Promise<void>;
  /** How the leg's far end says keys; said before it is described. */
  keysBy(leg: CallLeg, mode: KeyMode): void;
  /** `durationMs` 40 to 5000. */
  sendDtmf(leg: CallLeg, key: { digit: string; durationMs: number }): Promise<void>;
  /** T.140 characters towards a far end that has agreed to real-time text. */
  sendText(leg: CallLeg, text: string): Promise<void>;
  /** Whether the far end has agreed to real-time text by now. */
  hasText(leg: CallLeg): boolean;
  release(leg: CallLeg): Promise<void>;
  /** After a kill of the box: legs of these calls whose media is left. What they hear has to be said anew. */
  takeBack(callIds: readonly CallId[]): LegsTakenBack;
  /** Frees whatever the call still holds. */
  releaseCall(callId: CallId): Promise<void>;
}
