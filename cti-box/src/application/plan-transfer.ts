/** Where a transfer goes: the target looked up, allowed, reachable on-net, with the legs it will need. Telephone numbers are never targets. */
import { routeToOffice } from "../domain/transfer/network-directory.ts";
import type { Call } from "../domain/call/call.ts";
import type { TransferPlan } from "../domain/call/call-event.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Ids } from "./ports.ts";
import type { CommandRefusal, TransferDestination } from "./use-cases.ts";

export type TransferPlanResult = { ok: true; plan: TransferPlan } | { ok: false; reason: CommandRefusal };

export type TransferPlanner = {
  office: Office;
  room: Pick<OperatorRoom, "devicesOfAvailable">;
  ids: Pick<Ids, "legId">;
};

export function planTransfer(planner: TransferPlanner, call: Call, target: TransferDestination): TransferPlanResult {
  return target.kind === "office"
    ? planToOffice(planner, call, target.officeId)
    : planToOperator(planner, call, target);
}

/** A conversation between colleagues stays in the office. */
function planToOffice({ office, ids }: TransferPlanner, call: Call, officeId: string): TransferPlanResult {
  if (call.direction === "internal") return { ok: false, reason: "target-not-allowed" };
  const found = routeToOffice(office.network, officeId);
  if (!found.ok) return found;
  return { ok: true, plan: { target: { kind: "office", officeId }, legId: ids.legId(), route: found.route } };
}

function planToOperator(
  { office, room, ids }: TransferPlanner,
  call: Call,
  target: { kind: "operator"; operatorId: OperatorId },
): TransferPlanResult {
  if (!office.operators.has(target.operatorId)) return { ok: false, reason: "unknown-target" };
  const phase = call.phase;
  const isOwn = (phase.kind === "talking" || phase.kind === "held") && phase.operatorId === target.operatorId;
  if (isOwn) return { ok: false, reason: "target-not-allowed" };
  const devices = room.devicesOfAvailable(target.operatorId);
  if (devices.length === 0) return { ok: false, reason: "target-unavailable" };
  return { ok: true, plan: { target, legs: devices.map((device) => ({ legId: ids.legId(), device })) } };
}
