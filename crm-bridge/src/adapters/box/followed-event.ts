import type { CallEvent } from "@la2-cti/cti-box/contracts";
import type { FollowedEvent } from "../../application/follow-call.ts";

/** From the contract to the bridge's own event; null for those that mean nothing to tickets. */
export function followedEvent(event: CallEvent): FollowedEvent | null {
  const { call, cursor } = event;
  const about = {
    cursor,
    callId: call.callId,
    contactId: call.contactId,
    callerNumber: call.caller.isWithheld ? null : call.caller.number,
    callerName: call.caller.isWithheld ? null : call.caller.displayName,
    operatorLogin: call.operatorLogin,
    ticket: call.ticket,
    isTicketTheirs:
      call.transferredFrom !== null && (call.transferredFrom.isConsultation || call.transferredFrom.isOverflow),
  };
  switch (event.type) {
    case "call-ringing":
    case "call-answered":
    case "call-returned":
      return { ...about, type: event.type, by: event.operatorLogin };
    case "call-ring-ended":
      return { ...about, type: event.type, by: event.operatorLogin, outcome: event.outcome };
    case "ticket-attached":
      return { ...about, type: event.type, ticket: event.ticket };
    case "call-transfer-requested":
      return { ...about, ...requested(event) };
    case "call-transfer-failed":
    case "call-overflow-failed":
      return { ...about, type: "call-transfer-failed", transferId: event.transferId, cause: event.cause };
    case "call-overflow-offered":
      return { ...about, ...lent(event) };
    case "call-handed-over":
      return { ...about, type: event.type, by: event.operatorLogin };
    case "call-transferred":
      return { ...about, type: event.type, transferId: event.transferId };
    case "call-rated":
      return { ...about, type: event.type, rating: event.rating };
    case "call-ended":
      return { ...about, type: event.type };
    case "call-offered":
    case "call-queued":
    case "call-forwarded":
    case "call-held":
    case "call-resumed":
    case "call-transfer-ringing":
    case "call-consulting":
    case "call-overflowed":
    case "call-parked":
      return null;
  }
}

function lent(event: Extract<CallEvent, { type: "call-overflow-offered" }>) {
  const { type, transferId, toOfficeId, ticketId, expiresAt } = event;
  return { type, transferId, toOfficeId, ticketId, expiresAt };
}

function requested(event: Extract<CallEvent, { type: "call-transfer-requested" }>) {
  const { type, transferId, ticketId, reason, message, expiresAt, requestedBy: by, target } = event;
  const toOfficeId = target.kind === "office" ? target.officeId : null;
  return { type, by, transferId, toOfficeId, ticketId, reason, message, expiresAt };
}
