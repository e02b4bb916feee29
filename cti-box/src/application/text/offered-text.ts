/** Which legs that the box places are offered real-time text: those whose counterpart has it. A page always has it, and gets it over its own channel. */
import { answeredLeg, counterpartOf } from "../../domain/call/legs.ts";
import type { Call } from "../../domain/call/call.ts";
import type { SignallingEffect } from "../../domain/call/call-effect.ts";
import type { LegId } from "../../domain/call/ids.ts";
import type { CallMedia } from "../call-media.ts";

type PlacedLeg = Pick<Extract<SignallingEffect, { type: "place-leg" }>, "legId" | "to" | "media">;

export type TextOffers = {
  media: Pick<CallMedia, "hasText">;
  /** Does the trunk's carrier take text (`realTimeText`)? */
  textOfTrunk(trunkId: string): boolean;
};

/** `counterpartOffer`: what the other party has offered and was not answered yet. */
export function offersText(
  call: Call,
  { legId, to, media }: PlacedLeg,
  { offers, counterpartOffer }: { offers: TextOffers; counterpartOffer: string | null },
): boolean {
  if (media === "webrtc") return false;
  if (to.kind === "trunk") return offers.textOfTrunk(to.trunkId);
  // The operator who asks for advice writes on the page.
  if (to.kind === "office" && to.handover.mode === "attended") return true;
  const { phase } = call;
  // The desk phone of whoever calls a citizen: the first trunk will do.
  if (phase.kind === "dialling" && phase.stage.kind === "own-phone")
    return phase.routes.some(({ trunkId }) => offers.textOfTrunk(trunkId));
  if (counterpartOffer !== null) return describesText(counterpartOffer);
  return hasText(call, counterpartOf(call, legId), offers);
}

function hasText(call: Call, legId: LegId, { media }: TextOffers): boolean {
  const leg = answeredLeg(call, legId);
  if (leg === null) return false;
  return leg.media === "webrtc" || media.hasText({ callId: call.callId, legId });
}

/** RFC 4103 §3; port 0: not wanted. */
function describesText(sdp: string): boolean {
  return /^m=text [1-9]/m.test(sdp);
}
