/**
 * Peak sharing, at the office whose line is long: another office is asked to take a waiting caller. The caller stays in the line, at his place,
 * and hears what he heard before; whoever is first gets him.
 *   queued ─offered─▶ queued(offer: calling ─180─▶ ringing) ─200─▶ overflowed
 *      ▲                 │ refused, silent, an operator here is free, another queue chosen, time over
 *      └─────────────────┘ at the old place; once it has rung elsewhere it is offered to nobody any more
 */
import { namedAsCaller } from "./connected-parties.ts";
import { callerLegOf, isCallerAnswered } from "./find-leg.ts";
import { closeLeg, officeLeg, withLegState } from "./legs.ts";
import { changed, published, withEffect } from "./step.ts";
import { secondsSpent } from "./summary.ts";
import type { Step } from "./step.ts";
import type { Call, OverflowOffer } from "./call.ts";
import type { LegEndReason } from "./call-effect.ts";
import type { OverflowOffered } from "./call-event.ts";
import type { LegId } from "./ids.ts";
import type { TransferFailure } from "../transfer/transfer.ts";

/** So long the ticket may be seen at the other office. */
const longestOverflowMs = 3_600_000;

/** Only a carrier's own caller who waits here: one that came from another office never goes on to a third. */
export function mayBeOffered(call: Call): boolean {
  const { phase, origin, queue, triedOffices } = call;
  if (phase.kind !== "queued" || phase.offer !== undefined || queue === null || origin !== null) return false;
  const isWaitingCaller = callerLegOf(call).peer.kind === "trunk" && isCallerAnswered(call);
  return isWaitingCaller && !triedOffices.some(({ outcome }) => outcome === "came-back");
}

/** The office that is asked now, or has taken the caller. */
export function borrowerOf({ phase }: Call): string | null {
  if (phase.kind === "queued") return phase.offer?.officeId ?? null;
  return phase.kind === "overflowed" ? phase.officeId : null;
}

export function offerToOffice(step: Step, event: OverflowOffered): Step {
  const { phase } = step.call;
  if (phase.kind !== "queued" || !mayBeOffered(step.call)) return step;
  const { atMs, transferId, officeId, legId } = event;
  const expiresAtMs = atMs + event.answerMs;
  const ticketId = step.call.ticket?.ticketId ?? null;
  const record = {
    transferId,
    target: { kind: "office", officeId },
    mode: "overflow",
    requestedBy: null,
    requestedAtMs: atMs,
    settledAtMs: null,
    conferenceAtMs: null,
    reason: "overflow",
    outcome: "pending",
    failure: null,
    tariff: "on-net",
  } as const;
  const offered = changed(step, {
    phase: { ...phase, offer: { transferId, officeId, legId, expiresAtMs, stage: "calling" } },
    legs: [...step.call.legs, officeLeg(event.legId, event.officeId, event.atMs)],
    transfers: [...step.call.transfers, record],
  });
  const announced = published(offered, atMs, {
    type: "call-overflow-offered",
    transferId,
    toOfficeId: officeId,
    ticketId,
    expiresAtMs: atMs + longestOverflowMs,
  });
  return withEffect(announced, placementOf(step.call, event, ticketId));
}

/** It rings there. */
export function offerRings(step: Step, legId: LegId): Step {
  const { phase } = step.call;
  if (phase.kind !== "queued" || phase.offer?.legId !== legId) return step;
  return changed(step, { phase: { ...phase, offer: { ...phase.offer, stage: "ringing" } } });
}

/** The other office has answered: the caller leaves our line. */
export function offerTaken(step: Step, legId: LegId, atMs: number): Step {
  const offer = offerOf(step.call);
  if (offer?.legId !== legId) return closeLeg(step, legId, { atMs, reason: "failure" });
  const { officeId, transferId } = offer;
  const answered = withLegState(step, legId, { kind: "answered", answeredAtMs: atMs });
  const taken = changed(withEffect(answered, { type: "accept-answer", legId }), {
    phase: { kind: "overflowed", officeId, legId },
    answeredAtMs: step.call.answeredAtMs ?? atMs,
    transfers: settled(step.call, offer, { outcome: "transferred", failure: null, settledAtMs: atMs }),
  });
  return published(taken, atMs, { type: "call-overflowed", transferId, toOfficeId: officeId, tariff: "on-net" });
}

/** The other office does not take the caller, or not in time. */
export function offerFailed(
  step: Step,
  failure: { atMs: number; cause: TransferFailure; sipStatus: number | null },
): Step {
  const reason = failure.cause === "no-answer" ? "no-answer" : "failure";
  return offerOver(step, { ...failure, reason });
}

/** The caller is wanted here, or has gone: the other office is told, and the offer is over. Nothing happens where there is none. */
export function withdrawOffer(step: Step, why: { atMs: number; cause: TransferFailure; reason: LegEndReason }): Step {
  return offerOver(step, { ...why, sipStatus: null });
}

function offerOver(
  step: Step,
  end: { atMs: number; cause: TransferFailure; sipStatus: number | null; reason: LegEndReason },
): Step {
  const offer = offerOf(step.call);
  if (step.call.phase.kind !== "queued" || offer === null) return step;
  const { offer: _offer, ...phase } = step.call.phase;
  const { officeId, transferId } = offer;
  const { atMs, cause, sipStatus, reason } = end;
  const wasWithdrawn = cause === "cancelled" && offer.stage === "calling";
  const tried = { officeId, outcome: offer.stage === "ringing" ? "came-back" : "declined" } as const;
  const back = changed(closeLeg(step, offer.legId, { atMs, reason }), {
    phase,
    triedOffices: wasWithdrawn ? step.call.triedOffices : [...step.call.triedOffices, tried],
    transfers: settled(step.call, offer, { outcome: "failed", failure: cause, settledAtMs: atMs }),
  });
  return published(back, atMs, { type: "call-overflow-failed", transferId, toOfficeId: officeId, cause, sipStatus });
}

function offerOf({ phase }: Call): OverflowOffer | null {
  return phase.kind === "queued" ? (phase.offer ?? null) : null;
}

function settled(
  call: Call,
  { transferId }: OverflowOffer,
  result: { outcome: "transferred" | "failed"; failure: TransferFailure | null; settledAtMs: number },
): Call["transfers"] {
  return call.transfers.map((one) => (one.transferId === transferId ? { ...one, ...result } : one));
}

function placementOf(call: Call, event: OverflowOffered, ticketId: string | null) {
  const { transferId, officeId, legId, route, topic, atMs } = event;
  const { contactId, callId } = call;
  const waitedSeconds = secondsSpent(call, atMs);
  const handover = { transferId, ticketId, reason: "overflow", waitedSeconds, mode: "overflow", topic } as const;
  return {
    type: "place-leg",
    legId,
    to: { kind: "office", officeId, ...route, handover },
    media: "rtp",
    caller: namedAsCaller(call, { kind: "member", name: officeId }),
    contactId,
    callId,
  } as const;
}
