/**
 * An operator has the citizen in one call and a colleague in another, both on an own phone, and puts them together (RFC 5589 §7.1). It is a transfer
 * of the citizen's call to that colleague, whose phone goes on with it instead of being rung; a colleague who still rings, rings for the citizen.
 */
import { mayTransfer } from "../domain/call/command-guards.ts";
import { callerLegOf, findLeg } from "../domain/call/find-leg.ts";
import type { Call } from "../domain/call/call.ts";
import type { PlannedDeviceLeg } from "../domain/call/call-event.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";
import type { CallRunner } from "./call-runner.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Ids } from "./ports.ts";
import type { CommandResult } from "./use-cases.ts";

export type JoinParts = {
  calls: Pick<CallsInProgress, "findByLeg" | "index">;
  room: Pick<OperatorRoom, "devicesOf">;
  ids: Pick<Ids, "legId" | "transferId">;
};

/** Who calls a colleague on this leg; null: it is no such leg, or nobody is called any more. */
export function isConsultationBy(call: Call, legId: LegId): OperatorId | null {
  const { phase, direction } = call;
  const isUp = phase.kind === "talking" || phase.kind === "held" || phase.kind === "ringing";
  if (direction !== "internal" || !isUp || callerLegOf(call).legId !== legId) return null;
  return callerLegOf(call).peer.name as OperatorId;
}

/** `legId`: the leg whose REFER asked for it. */
export function joinConsultation(
  parts: JoinParts,
  join: { operatorId: OperatorId; runner: CallRunner; consulted: CallRunner; legId: LegId },
): CommandResult {
  const { operatorId, runner, consulted, legId: referrerLegId } = join;
  const transferId = parts.ids.transferId();
  const guard = mayTransfer(runner.call, operatorId, transferId);
  if (guard.kind === "refused") return { ok: false, reason: guard.reason };
  const { phase } = consulted.call;
  if (phase.kind !== "talking" && phase.kind !== "held" && phase.kind !== "ringing")
    return { ok: false, reason: "wrong-state" };
  // A call between colleagues rings at one of them.
  const colleagueId = phase.kind === "ringing" ? phase.operatorIds[0] : phase.operatorId;
  if (colleagueId === undefined) return { ok: false, reason: "wrong-state" };
  const legs = phase.kind === "ringing" ? ringAgain(parts, colleagueId) : moveLeg(parts, consulted.call, phase);
  if (legs.length === 0) return { ok: false, reason: "target-unavailable" };
  runner.post({
    type: "transfer-requested",
    operatorId,
    transferId,
    plan: { target: { kind: "operator", operatorId: colleagueId }, legs },
    ticketId: runner.call.ticket?.ticketId ?? null,
    reason: "other",
    message: "",
    referrerLegId,
    consultedCallId: consulted.call.callId,
  });
  return { ok: true };
}

/** A dialog that rings cannot be taken over by another INVITE (RFC 3891 §3): the phones ring anew. */
function ringAgain({ room, ids }: JoinParts, colleagueId: OperatorId): PlannedDeviceLeg[] {
  return room.devicesOf(colleagueId).map((device) => ({ legId: ids.legId(), device }));
}

function moveLeg(
  { calls, room, ids }: JoinParts,
  call: Call,
  { operatorId, legId }: { operatorId: OperatorId; legId: LegId },
): PlannedDeviceLeg[] {
  const uri = calls.index.contactOf(legId);
  const leg = findLeg(call, legId);
  if (uri === null || leg === null) return [];
  // A phone whose registration is gone still has its conversation.
  const known = room.devicesOf(operatorId).find((device) => device.uri === uri);
  return [{ legId: ids.legId(), device: known ?? { uri, nextHop: null, media: leg.media }, replaces: legId }];
}
