/** An operator takes the call that rings at a colleague's who is not at the desk. */
import type { OperatorId } from "../domain/call/ids.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Ids } from "./ports.ts";
import type { PickUpResult } from "./use-cases.ts";

export type PickUpParts = {
  office: Pick<Office, "operators">;
  room: Pick<OperatorRoom, "presenceOf" | "devicesForDialling">;
  calls: Pick<CallsInProgress, "ringingAt">;
  ids: Pick<Ids, "legId">;
};

export function pickUpCall(parts: PickUpParts, operatorId: OperatorId, colleagueId: OperatorId): PickUpResult {
  const { office, room, calls, ids } = parts;
  if (!office.operators.has(colleagueId)) return { ok: false, reason: "unknown-target" };
  if (colleagueId === operatorId) return { ok: false, reason: "target-not-allowed" };
  const presence = room.presenceOf(operatorId);
  if (presence === "on-call" || presence === "ringing") return { ok: false, reason: "already-busy" };
  const devices = room.devicesForDialling(operatorId);
  if (devices.length === 0) return { ok: false, reason: "no-phone" };
  const runner = calls.ringingAt(colleagueId);
  if (runner === null) return { ok: false, reason: "wrong-state" };
  const legs = devices.map((device) => ({ legId: ids.legId(), device }));
  runner.post({ type: "call-picked-up", operatorId, legs });
  return { ok: true, callId: runner.call.callId };
}
