/** Legs of a call by what they are. */
import type { Call, Leg } from "./call.ts";
import type { LegId } from "./ids.ts";

export function findLeg(call: Call, legId: LegId): Leg | null {
  return call.legs.find((leg) => leg.legId === legId) ?? null;
}

/** The leg the call came in on; it is always the first. */
export function callerLegOf(call: Call): Leg {
  const leg = call.legs[0];
  if (leg === undefined) throw new Error(`call ${call.callId} has no caller leg`);
  return leg;
}

export function isCallerAnswered(call: Call): boolean {
  return callerLegOf(call).state.kind === "answered";
}
