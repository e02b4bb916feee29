/**
 * A transfer to a telephone number: over the first trunk that takes it. A carrier that cannot, or says nothing, is followed by the next one;
 * the citizen notices no more than the delay.
 */
import { namedAsCaller } from "./connected-parties.ts";
import { closePendingLegs, trunkLeg } from "./legs.ts";
import { returnCall } from "./returning.ts";
import { changed, withEffect } from "./step.ts";
import { isRouteFailure, type DialAnswer } from "../trunk/route-failure.ts";
import type { Step } from "./step.ts";
import type { CallPhase } from "./call.ts";
import type { PlannedTrunkLeg } from "../trunk/trunk-route.ts";
import type { LegId } from "./ids.ts";

type Transferring = Extract<CallPhase, { kind: "transferring" }>;

/** Calls the number over the first of the routes; with none left the citizen comes back. */
export function callOverTrunk(
  step: Step,
  phase: Transferring,
  { routes, atMs }: { routes: readonly PlannedTrunkLeg[]; atMs: number },
): Step {
  const [route, ...later] = routes;
  if (route === undefined) return returnCall(step, { atMs, cause: "not-reachable", sipStatus: null });
  const { legId, trunkId, uri, callerId, failoverMs, numberKind } = route;
  const called = changed(step, {
    phase: { ...phase, stage: "calling", carrier: { attempt: "calling", sinceMs: atMs, failoverMs, routes: later } },
    legs: [...step.call.legs, trunkLeg(route, { role: "office", atMs })],
  });
  const { contactId, callId } = step.call;
  const caller = namedAsCaller(step.call, { kind: "trunk", name: trunkId });
  const to = { kind: "trunk", trunkId, uri, nextHop: null, callerId, ...(numberKind && { numberKind }) } as const;
  return withEffect(called, { type: "place-leg", legId, to, media: "rtp", caller, contactId, callId });
}

/** The carrier has the INVITE. */
export function carrierTries(step: Step, legId: LegId): Step {
  const { phase } = step.call;
  if (phase.kind !== "transferring" || phase.carrier === undefined) return step;
  const isPresent = step.call.legs.at(-1)?.legId === legId;
  if (!isPresent || phase.carrier.attempt === "trying") return step;
  return changed(step, { phase: { ...phase, carrier: { ...phase.carrier, attempt: "trying" } } });
}

/** Null: another carrier would not do better, or there is none. */
export function otherCarrier(step: Step, answer: DialAnswer & { atMs: number }): Step | null {
  const { phase } = step.call;
  if (phase.kind !== "transferring" || phase.carrier === undefined) return null;
  const { routes } = phase.carrier;
  if (routes.length === 0 || !isRouteFailure(answer)) return null;
  return callOverTrunk(step, phase, { routes, atMs: answer.atMs });
}

/** This carrier says nothing. */
export function carrierSilent(step: Step, atMs: number): Step {
  const { phase } = step.call;
  if (phase.kind !== "transferring" || phase.carrier === undefined) return step;
  const { routes } = phase.carrier;
  return callOverTrunk(closePendingLegs(step, { atMs, reason: "no-answer" }), phase, { routes, atMs });
}
