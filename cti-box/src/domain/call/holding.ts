/**
 * Hold. The operator holds over the API (the box takes the media apart, the phone notices nothing) or with the phone's own re-INVITE
 * (RFC 3264 §8.4, `sendonly` or `inactive`); the citizen hears music either way. A caller who holds keeps the media as it is. An operator who called a colleague
 * holds over the API as well, and then the colleague hears music.
 */
import { callingOperatorOf } from "./callee.ts";
import { callerLegOf, findLeg } from "./find-leg.ts";
import { changed, published, withEffect } from "./step.ts";
import type { Step } from "./step.ts";
import type { Call, CallPhase, HoldSource } from "./call.ts";
import type { MediaDirection } from "./call-event.ts";
import type { LegId, OperatorId } from "./ids.ts";

type Conversation = Extract<CallPhase, { kind: "talking" | "held" }>;

export function hold(step: Step, source: HoldSource, atMs: number): Step {
  const phase = conversationOf(step);
  if (phase === null) return step;
  const by = holdersOf(phase);
  if (by.includes(source)) return step;
  const held = changed(step, { phase: { ...base(phase), kind: "held", by: [...by, source] } });
  if (by.some((one) => partyOf(one) === partyOf(source))) return held;
  return published(held, atMs, { type: "call-held", heldBy: partyOf(source) });
}

export function resume(step: Step, source: HoldSource, atMs: number): Step {
  const phase = conversationOf(step);
  if (phase === null || !holdersOf(phase).includes(source)) return step;
  const by = holdersOf(phase).filter((one) => one !== source);
  const resumed = changed(step, {
    phase: by.length === 0 ? { ...base(phase), kind: "talking" } : { ...base(phase), kind: "held", by },
  });
  if (by.some((one) => partyOf(one) === partyOf(source))) return resumed;
  return published(resumed, atMs, { type: "call-resumed", heldBy: partyOf(source) });
}

/** What holding and resuming over the API means for this operator: the one who was called, or who called a colleague; null: neither. */
export function apiHolderOf(
  call: Call,
  operatorId: OperatorId,
): Extract<HoldSource, "operator" | "calling-operator"> | null {
  const { phase } = call;
  if ((phase.kind === "talking" || phase.kind === "held") && phase.operatorId === operatorId) return "operator";
  return callingOperatorOf(call) === operatorId ? "calling-operator" : null;
}

/** A re-INVITE is always answered; for a leg of the conversation its direction may mean hold or resume. */
export function legReinvited(step: Step, event: { atMs: number; legId: LegId; direction: MediaDirection }): Step {
  const leg = findLeg(step.call, event.legId);
  if (leg?.state.kind !== "answered") {
    return withEffect(step, { type: "refuse-reinvite", legId: event.legId, status: 491 });
  }
  return legRedescribed(withEffect(step, { type: "answer-reinvite", legId: event.legId }), event);
}

/** What the far end of a leg does with its audio from now on. */
export function legRedescribed(step: Step, event: { atMs: number; legId: LegId; direction: MediaDirection }): Step {
  const source = holderOf(step, event.legId);
  if (source === null) return step;
  const isHold = event.direction === "sendonly" || event.direction === "inactive";
  return isHold ? hold(step, source, event.atMs) : resume(step, source, event.atMs);
}

function holderOf(step: Step, legId: LegId): HoldSource | null {
  if (callerLegOf(step.call).legId === legId) return "caller";
  return conversationOf(step)?.legId === legId ? "operator-phone" : null;
}

function conversationOf(step: Step): Conversation | null {
  const phase = step.call.phase;
  return phase.kind === "talking" || phase.kind === "held" ? phase : null;
}

function holdersOf(phase: Conversation): readonly HoldSource[] {
  return phase.kind === "held" ? phase.by : [];
}

function base(phase: Conversation): Omit<Extract<CallPhase, { kind: "talking" }>, "kind"> {
  return { operatorId: phase.operatorId, legId: phase.legId };
}

function partyOf(source: HoldSource): "operator" | "caller" {
  return source === "caller" || source === "calling-operator" ? "caller" : "operator";
}
