/**
 * Park and retrieve: an operator leaves the citizen to whoever takes the call up again, at the own desk or another.
 *   talking, held ─park─▶ parked ─retrieve─▶ ringing (who retrieves) ─answer─▶ talking
 *                            └── nobody in time ──▶ queued, at the head of the line
 */
import { headOfLine } from "./head-of-line.ts";
import { closeLeg } from "./legs.ts";
import { ringOperator } from "./ringing.ts";
import { changed, published } from "./step.ts";
import type { Step } from "./step.ts";
import type { Call } from "./call.ts";
import type { ParkedCallView } from "./call-view.ts";
import type { Ring } from "./ringing.ts";

/** A citizen is not left alone with the music for longer. */
export const longestParkedMs = 120_000;

/** Only calls that have a line to go back to. */
export function park(step: Step, atMs: number): Step {
  const phase = step.call.phase;
  if ((phase.kind !== "talking" && phase.kind !== "held") || !mayBeParked(step.call)) return step;
  const { operatorId, legId } = phase;
  const parked = changed(closeLeg(step, legId, { atMs, reason: "transferred" }), {
    phase: { kind: "parked", parkedBy: operatorId, sinceMs: atMs },
    departed: [...step.call.departed, { operatorId, why: "ended" }],
  });
  return published(parked, atMs, { type: "call-parked", operatorId });
}

export function mayBeParked(call: Call): boolean {
  return call.queue !== null && call.direction === "in";
}

export function retrieve(step: Step, ring: Ring): Step {
  return step.call.phase.kind === "parked" && ring.legs.length > 0
    ? ringOperator(backInLine(step, ring.atMs), ring)
    : step;
}

/** Nobody took it up. */
export function parkedTooLong(step: Step, atMs: number): Step {
  if (step.call.phase.kind !== "parked") return step;
  return published(backInLine(step, atMs), atMs, { type: "call-queued" });
}

export function parkedView({ callId, caller, phase }: Call): ParkedCallView | null {
  return phase.kind === "parked" ? { callId, caller, parkedBy: phase.parkedBy, parkedAtMs: phase.sinceMs } : null;
}

function backInLine(step: Step, atMs: number): Step {
  return changed(step, { phase: headOfLine(step.call, atMs) });
}
