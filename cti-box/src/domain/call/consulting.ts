/**
 * Attended transfer (RFC 5589 §7): the operator speaks with the other side before handing over. Whoever the operator does not speak with hears
 * music; in a conference all three speak. The operator's leaving hands the citizen over, the other side's leaving brings the citizen back.
 *   transferring ─answer─▶ consulting(target) ⇄ consulting(caller) ─complete, operator leaves─▶ transferred │ talking with the colleague
 *                               ⇅ consulting(everybody) ⇅
 *                               └──── cancel, other side leaves ────▶ talking (the operator again)
 */
import { callerLegOf } from "./find-leg.ts";
import { changed, published } from "./step.ts";
import { summaryOf } from "./summary.ts";
import { joinTarget, takeAnswer, targetAnswered } from "./transferring.ts";
import { transferFields } from "./transfer-notices.ts";
import type { Step } from "./step.ts";
import type { CallPhase } from "./call.ts";
import type { LegId } from "./ids.ts";

type Consulting = Extract<CallPhase, { kind: "consulting" }>;

/** The other side answers: the operator speaks with it. An operator who has left meanwhile leaves a blind transfer. */
export function otherSideAnswered(step: Step, legId: LegId, atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "transferring") return step;
  const { transfer, operator } = phase;
  if (transfer.mode === "blind" || operator.kind === "left") return targetAnswered(step, legId, atMs);
  const consulting = changed(takeAnswer(step, legId, atMs), {
    phase: { kind: "consulting", transfer, operatorLegId: operator.legId, targetLegId: legId, talkingTo: "target" },
  });
  const { target } = transfer;
  const ringEnded =
    target.kind === "operator"
      ? published(consulting, atMs, { type: "call-ring-ended", operatorId: target.operatorId, outcome: "answered" })
      : consulting;
  return published(ringEnded, atMs, { type: "call-consulting", ...transferFields(transfer), talkingTo: "target" });
}

/** The operator turns to the citizen, to the other side, or to both. */
export function turnTo(step: Step, talkingTo: Consulting["talkingTo"], atMs: number): Step {
  const phase = step.call.phase;
  if (phase.kind !== "consulting" || phase.talkingTo === talkingTo) return step;
  const { transferId } = phase.transfer;
  const transfers = step.call.transfers.map((one) =>
    one.transferId === transferId && talkingTo === "everybody"
      ? { ...one, conferenceAtMs: one.conferenceAtMs ?? atMs }
      : one,
  );
  const turned = changed(step, { phase: { ...phase, talkingTo }, transfers });
  return published(turned, atMs, { type: "call-consulting", ...transferFields(phase.transfer), talkingTo });
}

/** What was to be a conference goes on as a consultation: nobody is lost, and the operator may try again. */
export function conferenceFailed(step: Step, atMs: number): Step {
  const phase = step.call.phase;
  return phase.kind === "consulting" && phase.talkingTo === "everybody" ? turnTo(step, "target", atMs) : step;
}

/** The citizen is handed over. */
export function completeTransfer(step: Step, atMs: number): Step {
  const phase = step.call.phase;
  return phase.kind === "consulting" ? joinTarget(step, phase.targetLegId, atMs) : step;
}

/** The other end of this: an office that had consulted us has put the citizen on the line. */
export function handedOver(step: Step, legId: LegId, atMs: number): Step {
  const { origin } = step.call;
  const caller = callerLegOf(step.call);
  // Anybody may send an INFO: only the office that consulted us has something to hand over.
  const isTheirs = caller.legId === legId && caller.peer.kind === "member";
  if (!isTheirs || origin?.isConsultation !== true) return step;
  const ours = changed(step, { origin: { ...origin, isConsultation: false } });
  const { operatorId } = summaryOf(ours.call);
  return published(ours, atMs, { type: "call-handed-over", operatorId });
}
