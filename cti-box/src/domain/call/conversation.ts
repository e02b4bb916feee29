/** Who hears whom in a phase of a call. */
import { callerLegOf, isCallerAnswered } from "./find-leg.ts";
import type { Call, CallPhase } from "./call.ts";
import type { LegId } from "./ids.ts";

/** The legs that hear each other now, if any: the caller and one counterpart, the two who consult, or the three of a conference. */
export function conversationOf(call: Call): readonly LegId[] | null {
  const phase = call.phase;
  switch (phase.kind) {
    case "talking":
    case "transferred":
    case "overflowed":
      return [callerLegOf(call).legId, phase.legId];
    case "merging":
      return isCallerAnswered(call) ? [callerLegOf(call).legId, phase.legId] : null;
    case "held":
      return phase.by.every((source) => source === "caller") ? [callerLegOf(call).legId, phase.legId] : null;
    case "consulting":
      return consultationOf(call, phase);
    case "dialling":
    case "parked":
    case "surveying":
    case "queued":
    case "turned-away":
    case "ringing":
    case "transferring":
    case "ended":
      return null;
  }
}

function consultationOf(call: Call, phase: Extract<CallPhase, { kind: "consulting" }>): readonly LegId[] {
  const { operatorLegId, targetLegId } = phase;
  const citizen = callerLegOf(call).legId;
  switch (phase.talkingTo) {
    case "target":
      return [operatorLegId, targetLegId];
    case "caller":
      return [citizen, operatorLegId];
    case "everybody":
      return [citizen, operatorLegId, targetLegId];
  }
}

/** Whom this leg talks to now, where that is one party. */
export function partnerOf(call: Call, legId: LegId): LegId | null {
  const conversation = conversationOf(call);
  if (conversation === null || !conversation.includes(legId)) return null;
  const [partner, ...more] = conversation.filter((one) => one !== legId);
  return partner === undefined || more.length > 0 ? null : partner;
}
