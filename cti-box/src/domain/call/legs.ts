/**
 * Legs of a call. A leg the box has closed stays `closing` until the far end's last word: a late 200 is answered with BYE.
 *   trying ─180─▶ alerting ─200─▶ answered        any of them ─box ends it─▶ closing ─last word─▶ gone
 */
import { callerLegOf, findLeg, isCallerAnswered } from "./find-leg.ts";
import { withEffect } from "./step.ts";
import type { Step } from "./step.ts";
import type { Call, Leg, LegState } from "./call.ts";
import { statusOfLegEnd } from "./leg-end-causes.ts";
import type { LegEndReason } from "./call-effect.ts";
import type { PlannedTrunkLeg } from "../trunk/trunk-route.ts";
import type { LegId, OperatorId } from "./ids.ts";

/** Neither closing nor gone. */
export function isOpen(leg: Leg): boolean {
  return leg.state.kind === "trying" || leg.state.kind === "alerting" || leg.state.kind === "answered";
}

/** Channels of the carrier's trunk that the call takes. A call that is being made has its place there before its INVITE goes out. */
export function channelsOn(call: Call, trunkId: string): number {
  const { phase } = call;
  const isKept = phase.kind === "dialling" && phase.stage.kind === "own-phone" && phase.routes[0]?.trunkId === trunkId;
  const open = call.legs.filter((leg) => leg.peer.kind === "trunk" && leg.peer.name === trunkId && isOpen(leg));
  return open.length + (isKept ? 1 : 0);
}

/** Outgoing legs that nobody has answered yet: the devices or the office being rung now. */
export function pendingLegsOf(call: Call): Leg[] {
  return call.legs.filter(
    (leg) => leg.direction === "out" && (leg.state.kind === "trying" || leg.state.kind === "alerting"),
  );
}

/** Who will talk to the party of this leg: everybody to the citizen, and the citizen to the operator who calls. */
export function counterpartOf(call: Call, legId: LegId): LegId {
  const { legId: citizen } = callerLegOf(call);
  if (legId !== citizen) return citizen;
  return call.phase.kind === "dialling" && call.phase.stage.kind === "citizen" ? call.phase.stage.legId : citizen;
}

/** The leg, where it is answered and nobody has ended it. */
export function answeredLeg(call: Call, legId: LegId): Leg | null {
  const leg = findLeg(call, legId);
  return leg?.state.kind === "answered" ? leg : null;
}

/** The caller is on our line, and may have to wait there. Whoever calls a colleague is rung for at once, or told that nobody can be. */
export function waitsForUs(call: Call): boolean {
  return isCallerAnswered(call) && call.callee?.kind !== "operator";
}

export function withLegState(step: Step, legId: LegId, state: LegState): Step {
  const legs = step.call.legs.map((leg) => (leg.legId === legId ? { ...leg, state } : leg));
  return { call: { ...step.call, legs }, effects: step.effects };
}

/** The far end has said its last word on this leg. */
export function legGone(step: Step, legId: LegId, atMs: number): Step {
  const leg = findLeg(step.call, legId);
  if (leg === null || leg.state.kind === "gone") return step;
  const endedAtMs = leg.state.kind === "closing" ? leg.state.endedAtMs : atMs;
  return withLegState(step, legId, { kind: "gone", answeredAtMs: answeredAt(leg), endedAtMs });
}

/** Ends an open leg the way its stage needs: refusal for an unanswered caller, CANCEL or BYE for the others. */
export function closeLeg(step: Step, legId: LegId, end: { atMs: number; reason: LegEndReason }): Step {
  const leg = findLeg(step.call, legId);
  if (leg === null || !isOpen(leg)) return step;
  const closing = withLegState(step, legId, { kind: "closing", answeredAtMs: answeredAt(leg), endedAtMs: end.atMs });
  if (leg.direction === "in" && leg.state.kind !== "answered") {
    return withEffect(closing, { type: "reject-leg", legId, status: statusOfLegEnd(end.reason), reason: end.reason });
  }
  return withEffect(closing, { type: "end-leg", legId, reason: end.reason });
}

export function closePendingLegs(step: Step, end: { atMs: number; reason: LegEndReason }): Step {
  return pendingLegsOf(step.call).reduce((soFar, leg) => closeLeg(soFar, leg.legId, end), step);
}

/** Answers the caller if nobody has yet. */
export function answerCaller(step: Step, atMs: number): Step {
  const caller = callerLegOf(step.call);
  if (caller.state.kind !== "trying" && caller.state.kind !== "alerting") return step;
  const answered = withLegState(step, caller.legId, { kind: "answered", answeredAtMs: atMs });
  return withEffect(answered, { type: "answer-leg", legId: caller.legId });
}

export function answeredAt(leg: Leg): number | null {
  return leg.state.kind === "trying" || leg.state.kind === "alerting" ? null : leg.state.answeredAtMs;
}

/** A leg as it begins: nobody has answered, and nobody talks on it. */
export function newLeg(of: Pick<Leg, "legId" | "role" | "direction" | "peer" | "media">, atMs: number): Leg {
  return { ...of, startedAtMs: atMs, state: { kind: "trying" }, talkedMs: 0, talkingSinceMs: null };
}

/** A leg that goes out over a carrier's trunk. */
export function trunkLeg(
  { legId, trunkId }: PlannedTrunkLeg,
  { role, atMs }: { role: Leg["role"]; atMs: number },
): Leg {
  return newLeg({ legId, role, direction: "out", peer: { kind: "trunk", name: trunkId }, media: "rtp" }, atMs);
}

/** A leg that goes out to another office of the network. */
export function officeLeg(legId: LegId, officeId: string, atMs: number): Leg {
  return newLeg(
    { legId, role: "office", direction: "out", peer: { kind: "member", name: officeId }, media: "rtp" },
    atMs,
  );
}

/** A leg to or from a phone of an operator. */
export function operatorLeg(
  of: { legId: LegId; operatorId: OperatorId; media: Leg["media"]; direction: Leg["direction"] },
  atMs: number,
): Leg {
  const { legId, operatorId, media, direction } = of;
  return newLeg({ legId, role: "operator", direction, peer: { kind: "operator", name: operatorId }, media }, atMs);
}
