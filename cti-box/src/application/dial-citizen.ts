/** An operator calls a citizen: the number read, allowed, and a trunk found for it; then the operator's own phone is rung. */
import { ownPhones, type OwnPhonesParts } from "./own-phones.ts";
import { readDialled } from "../domain/routing/dialled-number.ts";
import { planTrunkLegs } from "./plan-trunk-legs.ts";
import { mayDial } from "../domain/trunk/dial-permissions.ts";
import type { CallPlacement } from "../domain/call/call-event.ts";
import type { MediaProfile } from "../domain/call/call.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";
import type { DialledNumber } from "../domain/routing/dialled-number.ts";
import type { CallGate } from "./call-gate.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { Clock, Ids, Log } from "./ports.ts";
import type { TrunkBook } from "./trunk-book.ts";
import type { DialOrder, DialRefusal, DialResult } from "./dial-orders.ts";

export type DialParts = OwnPhonesParts & {
  office: Office;
  trunks: Pick<TrunkBook, "routesTo">;
  calls: Pick<CallsInProgress, "begin" | "find">;
  gate: Pick<CallGate, "state">;
  clock: Pick<Clock, "now">;
  ids: Pick<Ids, "legId" | "contactId">;
  log: Log;
};

/** The same order again changes nothing. */
export function dialCitizen(parts: DialParts, operatorId: OperatorId, order: DialOrder): DialResult {
  const running = parts.calls.find(order.callId);
  if (running !== null) return isOwnDial(running.call, operatorId) ? { ok: true } : refused("wrong-state");
  const plan = planDial(parts, operatorId, order.number);
  if (!plan.ok) return plan;
  const own = ownPhones(parts, operatorId);
  if (!own.ok) return own;
  const routes = planTrunkLegs(parts, plan.dialled);
  if (routes.length === 0) return refused("no-trunk");
  parts.calls.begin({ ...placementOf(parts, order, plan.dialled), operatorId, legs: own.legs, routes });
  return { ok: true };
}

/** The operator dialled the number on a phone, whose leg waits for an answer. */
export function dialFromPhone(
  parts: DialParts & { ids: Pick<Ids, "callId"> },
  operatorId: OperatorId,
  phone: { legId: LegId; media: MediaProfile; number: string; sdp: string | null },
): DialResult {
  const plan = planDial(parts, operatorId, phone.number);
  if (!plan.ok) return plan;
  const presence = parts.room.presenceOf(operatorId);
  if (presence === "on-call" || presence === "ringing") return refused("already-busy");
  const routes = planTrunkLegs(parts, plan.dialled);
  if (routes.length === 0) return refused("no-trunk");
  const { legId, media, sdp } = phone;
  const order = { callId: parts.ids.callId(), number: phone.number, ticketId: null };
  const placement = placementOf(parts, order, plan.dialled);
  parts.calls.begin({ ...placement, operatorId, legs: [], dialledOn: { legId, media }, routes }, sdp);
  return { ok: true };
}

function planDial(
  parts: DialParts,
  operatorId: OperatorId,
  number: string,
): { ok: true; dialled: DialledNumber } | { ok: false; reason: DialRefusal } {
  const dialled = readDialled(number);
  const profile = parts.office.operators.get(operatorId);
  if (dialled === null) return refused("invalid-number");
  if (profile === undefined || !mayDial(parts.office.dialPermissions, profile.roles, dialled.kind)) {
    parts.log.warn({ operatorId, numberKind: dialled.kind }, "a call to such numbers is not allowed to this operator");
    return refused("number-not-allowed");
  }
  if (parts.gate.state.kind === "shut" && dialled.kind !== "emergency") return refused("box-stopping");
  return { ok: true, dialled };
}

function isOwnDial(call: ReturnType<CallsInProgress["begin"]>["call"], operatorId: OperatorId): boolean {
  return call.direction === "out" && (call.phase.kind !== "dialling" || call.phase.operatorId === operatorId);
}

function placementOf(
  { office, clock, ids }: DialParts,
  { callId, ticketId }: DialOrder,
  { number }: DialledNumber,
): Omit<CallPlacement, "operatorId" | "legs" | "routes"> {
  return {
    type: "call-placed",
    atMs: clock.now(),
    callId,
    contactId: ids.contactId(),
    officeId: office.officeId,
    officeLabel: office.label,
    // A short code is nobody's number.
    caller: { number: number.startsWith("+") ? number : null, displayName: null, isWithheld: false },
    calledNumber: number,
    queue: null,
    transferTimeoutMs: office.transferTimeoutMs,
    ticket: ticketId === null ? null : { ticketId, transferId: null },
  };
}

function refused(reason: DialRefusal): { ok: false; reason: DialRefusal } {
  return { ok: false, reason };
}
