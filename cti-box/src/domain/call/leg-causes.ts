/**
 * Why each leg ended, for the record: taken from the step that ended it, so that no transition has to think of it. What the box did to a leg
 * goes before what the far end said to that (the 487 after a CANCEL of ours).
 */
import { q850OfStatus } from "./cause-table.ts";
import { q850OfLegEnd } from "./leg-end-causes.ts";
import { isOpen } from "./legs.ts";
import { changed } from "./step.ts";
import type { CallEffect } from "./call-effect.ts";
import type { CallEvent } from "./call-event.ts";
import type { Leg } from "./call.ts";
import type { LegCause } from "./call-record.ts";
import type { Step } from "./step.ts";

const timerExpired = 102;
const normalClearing = 16;
const temporaryFailure = 41;

/** Notes the cause of every leg that is over since this step. */
export function withLegCauses(step: Step, event: CallEvent): Step {
  const { legs, legCauses } = step.call;
  const ended = legs.filter((leg) => !isOpen(leg) && legCauses[leg.legId] === undefined);
  if (ended.length === 0) return step;
  const causes = ended.map((leg) => [leg.legId, causeOf(leg, step.effects, event)] as const);
  return changed(step, { legCauses: { ...legCauses, ...Object.fromEntries(causes) } });
}

function causeOf({ legId }: Leg, effects: readonly CallEffect[], event: CallEvent): LegCause {
  for (const effect of effects) {
    if (effect.type === "reject-leg" && effect.legId === legId)
      return { by: "box", q850: q850OfLegEnd[effect.reason], sipStatus: effect.status };
    if (effect.type === "end-leg" && effect.legId === legId)
      return { by: "box", q850: q850OfLegEnd[effect.reason], sipStatus: null };
  }
  return "legId" in event && event.legId === legId ? farEndCause(event) : boxFailure;
}

/** Nobody ended the leg: the box was killed. */
const boxFailure: LegCause = { by: "box", q850: temporaryFailure, sipStatus: null };

function farEndCause(event: CallEvent): LegCause {
  switch (event.type) {
    case "leg-failed":
      return { by: "far-end", q850: event.q850 ?? q850OfStatus(event.status), sipStatus: event.status };
    case "leg-cancelled":
      return { by: "far-end", q850: normalClearing, sipStatus: 487 };
    case "leg-ended":
      return {
        by: event.how === "closed" ? "box" : "far-end",
        q850: event.how === "lost" ? timerExpired : normalClearing,
        sipStatus: null,
      };
    default:
      return boxFailure;
  }
}
