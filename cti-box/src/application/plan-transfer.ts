/** Where a transfer goes: the target looked up, allowed, reachable, with the legs it will need. A telephone number needs a role that may. */
import { callingOperatorOf } from "../domain/call/callee.ts";
import { readDialled } from "../domain/routing/dialled-number.ts";
import { mayTransferTo } from "../domain/trunk/dial-permissions.ts";
import { planTrunkLegs } from "./plan-trunk-legs.ts";
import { routeToOffice } from "../domain/transfer/network-directory.ts";
import type { Call } from "../domain/call/call.ts";
import type { TransferPlan } from "../domain/call/call-event.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { Office } from "./office-settings.ts";
import { standInFor, type ForwardParts } from "./forward-call.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { DialledNumber } from "../domain/routing/dialled-number.ts";
import type { TrunkPlanner } from "./plan-trunk-legs.ts";
import type { CommandRefusal, TransferDestination } from "./use-cases.ts";

export type TransferPlanResult = { ok: true; plan: TransferPlan } | { ok: false; reason: CommandRefusal };

export type TransferPlanner = {
  office: Office;
  room: Pick<OperatorRoom, "presenceOf" | "callsInHand" | "devicesOf">;
  handlings: ForwardParts["handlings"];
} & TrunkPlanner;

export function planTransfer(
  planner: TransferPlanner,
  call: Call,
  wish: { target: TransferDestination; operatorId: OperatorId },
): TransferPlanResult {
  const { target, operatorId } = wish;
  switch (target.kind) {
    case "office":
      return planToOffice(planner, call, target.officeId);
    case "operator":
      return planToOperator(planner, call, target);
    case "number":
      return planToNumber(planner, { dialled: readDialled(target.number), operatorId });
  }
}

function planToNumber(
  planner: TransferPlanner,
  wish: { dialled: DialledNumber | null; operatorId: OperatorId },
): TransferPlanResult {
  const { dialled, operatorId } = wish;
  if (dialled === null) return { ok: false, reason: "invalid-number" };
  const roles = planner.office.operators.get(operatorId)?.roles ?? [];
  if (!mayTransferTo(planner.office.transferPermissions, roles, dialled.kind))
    return { ok: false, reason: "target-not-allowed" };
  const routes = planTrunkLegs(planner, dialled);
  if (routes.length === 0) return { ok: false, reason: "no-trunk" };
  return { ok: true, plan: { target: { kind: "number", number: dialled.number }, routes } };
}

/** A conversation between colleagues stays in the office. */
function planToOffice({ office, ids }: TransferPlanner, call: Call, officeId: string): TransferPlanResult {
  if (call.direction === "internal") return { ok: false, reason: "target-not-allowed" };
  const found = routeToOffice(office.network, officeId);
  if (!found.ok) return found;
  return { ok: true, plan: { target: { kind: "office", officeId }, legId: ids.legId(), route: found.route } };
}

function planToOperator(
  planner: TransferPlanner,
  call: Call,
  target: { kind: "operator"; operatorId: OperatorId },
): TransferPlanResult {
  const { office, room, ids } = planner;
  if (!office.operators.has(target.operatorId)) return { ok: false, reason: "unknown-target" };
  const phase = call.phase;
  const inCharge = phase.kind === "talking" || phase.kind === "held" ? phase.operatorId : null;
  // Whoever is in the call already is no target, and forwards do not lead there.
  const visited = [inCharge, callingOperatorOf(call)].filter((one) => one !== null);
  if (visited.includes(target.operatorId)) return { ok: false, reason: "target-not-allowed" };
  const operatorId = standInFor(planner, target.operatorId, visited);
  const devices = operatorId === null ? [] : room.devicesOf(operatorId);
  if (operatorId === null || devices.length === 0) return { ok: false, reason: "target-unavailable" };
  const legs = devices.map((device) => ({ legId: ids.legId(), device }));
  return { ok: true, plan: { target: { kind: "operator", operatorId }, legs } };
}
