/**
 * Who called a colleague transfers that colleague. In a transfer the caller is the one who is handed on, and the operator in charge hands on; so the two trade places first, on
 * the legs that they have:
 *   talking, held (Bruno in charge, Anna the caller) ─Anna wants a transfer─▶ talking, held (Anna in charge, Bruno the caller)
 */
import { callingOperatorOf } from "./callee.ts";
import { callerLegOf, findLeg } from "./find-leg.ts";
import { changed } from "./step.ts";
import type { Call, CallPhase, HoldSource, Leg } from "./call.ts";
import type { TradingNames } from "./call-event.ts";
import type { OperatorId } from "./ids.ts";
import type { Step } from "./step.ts";

const otherSide: Record<HoldSource, HoldSource> = {
  operator: "calling-operator",
  "calling-operator": "operator",
  "operator-phone": "caller",
  caller: "operator-phone",
};

/** The same step where this operator has not called a colleague who is on the line now. */
export function tradePlaces(step: Step, { operatorId, names }: { operatorId: OperatorId; names: TradingNames }): Step {
  const { call } = step;
  const { phase } = call;
  if ((phase.kind !== "talking" && phase.kind !== "held") || callingOperatorOf(call) !== operatorId) return step;
  const own = callerLegOf(call);
  const theirs = findLeg(call, phase.legId);
  if (theirs === null) return step;
  const others = call.legs.filter((leg) => leg !== own && leg !== theirs);
  return changed(step, {
    legs: [withRole(theirs, "caller", operatorId), withRole(own, "operator", phase.operatorId), ...others],
    phase: phaseFor(phase, { operatorId, legId: own.legId }),
    caller: { number: null, displayName: names.inCharge, isWithheld: false },
    callee: undefined,
    counterpart: { operatorId, displayName: names.caller, part: "has-called" },
  });
}

function phaseFor(
  phase: Extract<CallPhase, { kind: "talking" | "held" }>,
  inCharge: Pick<Extract<CallPhase, { kind: "talking" }>, "operatorId" | "legId">,
): Call["phase"] {
  if (phase.kind === "talking") return { kind: "talking", ...inCharge };
  return { kind: "held", ...inCharge, by: phase.by.map((source) => otherSide[source]) };
}

/** Each has been told of the other. */
function withRole(leg: Leg, role: Leg["role"], talksWith: OperatorId): Leg {
  return { ...leg, role, told: [{ kind: "operator", operatorId: talksWith }] };
}
