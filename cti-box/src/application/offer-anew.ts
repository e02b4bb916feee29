/**
 * A leg's far end is told by re-INVITE where and how its media is from now on. One that meets a re-INVITE of the far end's own is repeated after a while
 * (RFC 3261 §14.1); its leg is free for other work meanwhile, and whether the wish still holds is looked at again.
 *   offered ─agreed─▶ done        offered ─491─▶ waiting ─pause─▶ offered, at most so often        offered ─refused, no answer─▶ failed
 */
import { answeredLeg } from "../domain/call/legs.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { CallMedia } from "./call-media.ts";
import type { EffectParts } from "./effect-parts.ts";
import type { Renegotiation } from "./far-end.ts";
import type { Consequence, LegLanes } from "./leg-lanes.ts";

/** A phone that does not answer must not hold up for longer what else its leg has to do. */
const longestReinviteMs = 4000;
/** A phone that sends a re-INVITE of its own each time is asked no more than this. */
export const mostReinvites = 5;

type OfferWish = Omit<Parameters<CallMedia["createOffer"]>[1], "profile">;

export type NewOffer = {
  legId: LegId;
  /** Looked at before each try; null: nothing is to be offered any more. */
  wish(): OfferWish | null;
  /** What is wrong when it is refused. */
  refusal: string;
  consequence: Consequence;
};

export class NewOffers {
  private readonly parts: Pick<EffectParts, "media" | "signalling" | "clock" | "callId" | "current">;
  private readonly lanes: LegLanes;
  private readonly waiting = new Set<() => void>();

  constructor(parts: NewOffers["parts"], lanes: LegLanes) {
    this.parts = parts;
    this.lanes = lanes;
  }

  run(offer: NewOffer, attempt = 1): void {
    this.lanes.run([offer.legId], () => this.offer(offer, attempt), offer.consequence);
  }

  /** The call is over. */
  close(): void {
    for (const stop of this.waiting) stop();
    this.waiting.clear();
  }

  /** @throws Error with `refusal` when it is refused, not answered in time, or meets one of the far end's too often */
  private async offer(offer: NewOffer, attempt: number): Promise<void> {
    const { media, signalling, callId, current } = this.parts;
    const { legId, refusal } = offer;
    const leg = answeredLeg(current(), legId);
    const wish = offer.wish();
    if (leg === null || wish === null) return undefined;
    const sdp = await media.createOffer({ callId, legId }, { profile: leg.media, ...wish });
    if (answeredLeg(current(), legId) === null) return undefined;
    const outcome = await this.within(longestReinviteMs, signalling.renegotiateLeg(legId, sdp));
    if (answeredLeg(current(), legId) === null) return undefined;
    if (outcome.kind === "agreed") return media.acceptAnswer({ callId, legId }, outcome.sdp);
    if (outcome.kind === "refused" || attempt === mostReinvites) throw new Error(refusal);
    return this.repeat(offer, attempt + 1, outcome.pauseMs);
  }

  private repeat(offer: NewOffer, attempt: number, pauseMs: number): void {
    const stop = this.parts.clock.after(pauseMs, () => {
      this.waiting.delete(stop);
      this.run(offer, attempt);
    });
    this.waiting.add(stop);
  }

  private async within(ms: number, answer: Promise<Renegotiation>): Promise<Renegotiation> {
    let stop = (): void => undefined;
    const late = new Promise<Renegotiation>((resolve) => {
      stop = this.parts.clock.after(ms, () => resolve({ kind: "refused", status: 408 }));
    });
    try {
      return await Promise.race([answer, late]);
    } finally {
      stop();
    }
  }
}
