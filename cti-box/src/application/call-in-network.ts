/** An operator calls a colleague or another office, from the page or the API: looked up, found reachable, and then the operator's own phone is rung. */
import { ownPhones, type OwnPhonesParts } from "./own-phones.ts";
import { unreachableNow, type ForwardParts } from "./forward-call.ts";
import { routeToOffice } from "../domain/transfer/network-directory.ts";
import { callingOperatorOf } from "../domain/call/callee.ts";
import type { Call, Callee, MediaProfile } from "../domain/call/call.ts";
import type { PlannedOfficeLeg } from "../domain/transfer/office-route.ts";
import type { CallPlacement } from "../domain/call/call-event.ts";
import type { CallId, LegId, OperatorId } from "../domain/call/ids.ts";
import type { OperatorProfile } from "../domain/operator/operator.ts";
import type { CallGate } from "./call-gate.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { DialRefusal, DialResult, NetworkCallOrder, NetworkTarget } from "./dial-orders.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Clock, Ids } from "./ports.ts";

export type NetworkCallParts = OwnPhonesParts & {
  office: Office;
  room: Pick<OperatorRoom, "presenceOf" | "callsInHand" | "devicesOf" | "devicesForDialling">;
  handlings: ForwardParts["handlings"];
  calls: Pick<CallsInProgress, "begin" | "find">;
  gate: Pick<CallGate, "state">;
  clock: Pick<Clock, "now">;
  ids: Pick<Ids, "legId" | "contactId">;
};

/** Who is called, as the call notes it. */
type Plan = { ok: true; calledNumber: string; callee: Callee; officeRoute?: PlannedOfficeLeg };
type Refused = { ok: false; reason: DialRefusal };

/** The same order again changes nothing. */
export function callInNetwork(parts: NetworkCallParts, operatorId: OperatorId, order: NetworkCallOrder): DialResult {
  const running = parts.calls.find(order.callId);
  if (running !== null) return isOwnCall(running.call, operatorId) ? { ok: true } : refused("wrong-state");
  const plan = planOf(parts, operatorId, order.target);
  if (!plan.ok) return plan;
  const own = ownPhones(parts, operatorId);
  if (!own.ok) return own;
  parts.calls.begin({ ...placementOf(parts, { operatorId, callId: order.callId, plan }), legs: own.legs });
  return { ok: true };
}

/** An operator dialled an office's id on a phone, whose leg waits for an answer. */
export function callOfficeFromPhone(
  parts: NetworkCallParts & { ids: Pick<Ids, "callId"> },
  operatorId: OperatorId,
  phone: { legId: LegId; media: MediaProfile; officeId: string; sdp: string | null },
): DialResult {
  const plan = planOf(parts, operatorId, { kind: "office", officeId: phone.officeId });
  if (!plan.ok) return plan;
  const presence = parts.room.presenceOf(operatorId);
  if (presence === "on-call" || presence === "ringing") return refused("already-busy");
  const { legId, media, sdp } = phone;
  const placement = placementOf(parts, { operatorId, callId: parts.ids.callId(), plan });
  parts.calls.begin({ ...placement, legs: [], dialledOn: { legId, media } }, sdp);
  return { ok: true };
}

/** The colleague is free who was busy: the phone of the operator who asked for it rings. Null: it cannot be rung, or the colleague cannot. */
export function recallOperator(
  parts: NetworkCallParts & { ids: Pick<Ids, "callId"> },
  { askedBy, colleague }: { askedBy: OperatorId; colleague: OperatorId },
): CallId | null {
  const plan = planOf(parts, askedBy, { kind: "operator", operatorId: colleague });
  const own = ownPhones(parts, askedBy);
  if (!plan.ok || !own.ok || plan.callee.kind !== "operator") return null;
  const callee = { ...plan.callee, wish: "when-free" } as const;
  const placement = placementOf(parts, {
    operatorId: askedBy,
    callId: parts.ids.callId(),
    plan: { ...plan, callee },
  });
  parts.calls.begin({ ...placement, legs: own.legs });
  return placement.callId;
}

function planOf(parts: NetworkCallParts, operatorId: OperatorId, target: NetworkTarget): Plan | Refused {
  if (parts.gate.state.kind === "shut") return refused("box-stopping");
  if (target.kind === "office") return planToOffice(parts, target.officeId);
  const { office } = parts;
  const colleague =
    target.kind === "operator"
      ? office.operators.get(target.operatorId)
      : [...office.operators.values()].find(({ extension }) => extension === target.extension);
  return colleague === undefined ? refused("unknown-target") : planToColleague(parts, operatorId, colleague);
}

function planToColleague(parts: NetworkCallParts, operatorId: OperatorId, colleague: OperatorProfile): Plan | Refused {
  if (colleague.operatorId === operatorId) return refused("target-not-allowed");
  const why = unreachableNow(parts, { from: operatorId, to: colleague.operatorId });
  if (why !== null) return refused(why === "busy" ? "colleague-busy" : "target-unavailable");
  const { displayName, extension } = colleague;
  const callee = { kind: "operator", operatorId: colleague.operatorId, displayName, wish: "now" } as const;
  return { ok: true, calledNumber: extension, callee };
}

function planToOffice({ office, ids }: NetworkCallParts, officeId: string): Plan | Refused {
  const found = routeToOffice(office.network, officeId);
  if (!found.ok) return found;
  const callee = { kind: "office", officeId, label: found.office.label } as const;
  return { ok: true, calledNumber: officeId, callee, officeRoute: { legId: ids.legId(), route: found.route } };
}

/** In a call between colleagues the caller is the one who calls; otherwise the party outside, as in every call. */
function placementOf(
  { office, clock, ids }: NetworkCallParts,
  { operatorId, callId, plan }: { operatorId: OperatorId; callId: CallId; plan: Plan },
): Omit<CallPlacement, "legs"> {
  const { ok: _ok, callee, ...planned } = plan;
  const ownName = office.operators.get(operatorId)?.displayName ?? operatorId;
  const displayName = callee.kind === "operator" ? ownName : callee.label;
  return {
    type: "call-placed",
    atMs: clock.now(),
    callId,
    contactId: ids.contactId(),
    officeId: office.officeId,
    officeLabel: office.label,
    operatorId,
    routes: [],
    ...planned,
    callee,
    caller: { number: null, displayName: displayName.slice(0, 120), isWithheld: false },
    queue: null,
    transferTimeoutMs: office.transferTimeoutMs,
    ticket: null,
  };
}

function isOwnCall(call: Call, operatorId: OperatorId): boolean {
  if (call.callee === undefined) return false;
  if (call.phase.kind === "dialling") return call.phase.operatorId === operatorId;
  return call.callee.kind === "office" || callingOperatorOf(call) === operatorId;
}

function refused(reason: DialRefusal): Refused {
  return { ok: false, reason };
}
