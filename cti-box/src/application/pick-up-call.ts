/** An operator takes a call that waits elsewhere: it rings at a colleague's who is not at the desk, or is parked. */
import type { PlannedDeviceLeg } from "../domain/call/call-event.ts";
import type { CallId, OperatorId } from "../domain/call/ids.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Ids } from "./ports.ts";
import type { PickUpResult } from "./use-cases.ts";

export type PickUpParts = {
  office: Pick<Office, "operators">;
  room: Pick<OperatorRoom, "presenceOf" | "devicesForDialling">;
  calls: Pick<CallsInProgress, "find" | "ringingAt">;
  ids: Pick<Ids, "legId">;
};

type OwnPhones = { ok: true; legs: readonly PlannedDeviceLeg[] } | { ok: false; reason: "already-busy" | "no-phone" };

export function pickUpCall(parts: PickUpParts, operatorId: OperatorId, colleagueId: OperatorId): PickUpResult {
  const { office, calls } = parts;
  if (!office.operators.has(colleagueId)) return { ok: false, reason: "unknown-target" };
  if (colleagueId === operatorId) return { ok: false, reason: "target-not-allowed" };
  const own = ownPhones(parts, operatorId);
  if (!own.ok) return own;
  const runner = calls.ringingAt(colleagueId);
  if (runner === null) return { ok: false, reason: "wrong-state" };
  runner.post({ type: "call-picked-up", operatorId, legs: own.legs });
  return { ok: true, callId: runner.call.callId };
}

export function retrieveCall(parts: PickUpParts, operatorId: OperatorId, callId: CallId): PickUpResult {
  const runner = parts.calls.find(callId);
  if (runner === null) return { ok: false, reason: "unknown-call" };
  const own = ownPhones(parts, operatorId);
  if (!own.ok) return own;
  if (runner.call.phase.kind !== "parked") return { ok: false, reason: "wrong-state" };
  runner.post({ type: "call-retrieved", operatorId, legs: own.legs });
  return { ok: true, callId };
}

/** Where the call will ring; who is busy already takes none. */
function ownPhones({ room, ids }: PickUpParts, operatorId: OperatorId): OwnPhones {
  const presence = room.presenceOf(operatorId);
  if (presence === "on-call" || presence === "ringing") return { ok: false, reason: "already-busy" };
  const legs = room.devicesForDialling(operatorId).map((device) => ({ legId: ids.legId(), device }));
  return legs.length === 0 ? { ok: false, reason: "no-phone" } : { ok: true, legs };
}
