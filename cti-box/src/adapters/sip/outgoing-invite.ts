/**
 * The INVITE of a leg that the box places. The citizen is the visible caller; contact id and, between members, the ticket's pointer and the
 * transfer's reason go along. Nothing of that ever goes to a carrier.
 */
import { writeTicketPointer } from "../../domain/transfer/ticket-pointer.ts";
import { writeTransferHeader } from "../../domain/transfer/transfer-header.ts";
import { callerHeaders, connectedHeaders } from "./headers/identity.ts";
import { contactOfAnswer, contactOfInvite } from "./headers/own-contact.ts";
import { writeSessionId } from "./headers/session-id.ts";
import type { CarrierTerms } from "./carrier-terms.ts";
import type { SipHeaders, SipRequest } from "./drachtio.ts";
import type { Invite } from "./invite-again.ts";
import type { ConnectedIdentity } from "../../application/far-end.ts";
import type { PlaceLegOrder } from "../../application/ports.ts";

type TrunkDestination = Extract<PlaceLegOrder["to"], { kind: "trunk" }>;

export type OwnOffice = { officeId: string; domain: string };

/** The names in From and To may change in the middle of a call (RFC 4916). */
export const fromChange = "from-change";

export const allowedMethods = "INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE, REFER, NOTIFY";

/** Where it goes, with what, and as whom. `extra`: headers beside those that every call has. */
export function inviteOf(
  order: PlaceLegOrder,
  { office, terms }: { office: OwnOffice; terms: Pick<CarrierTerms, "credentialsOf"> },
  extra: SipHeaders,
): Omit<Invite, "isWanted"> {
  const { uri, nextHop } = order.to;
  const contact = contactOfInvite({ uri, nextHop });
  const headers = { ...headersOf(order, office), ...contact, ...extra, "Content-Type": "application/sdp" };
  const credentials = order.to.kind === "trunk" ? terms.credentialsOf(order.to.trunkId) : undefined;
  return { uri, credentials, options: { localSdp: order.sdp, headers, ...(nextHop !== null && { proxy: nextHop }) } };
}

function headersOf(order: PlaceLegOrder, office: OwnOffice): SipHeaders {
  if (order.to.kind === "trunk") return trunkHeaders(order.to, order, office);
  return {
    ...callerHeaders(order.caller, office.domain),
    to: toOf(order, office.domain),
    "Session-ID": writeSessionId(order.contactId),
    "X-LA2-Call-Id": order.callId,
    allow: allowedMethods,
    supported: fromChange,
    ...handoverHeaders(order, office),
  };
}

/** Of our 200 to this INVITE. `connected`: who has answered; null: the far end is not to know. */
export function answerHeaders(invite: SipRequest, connected: ConnectedIdentity | null, domain: string): SipHeaders {
  const identity = connected === null ? {} : { ...connectedHeaders(connected, domain), Supported: fromChange };
  return { ...identity, ...contactOfAnswer(invite), Allow: allowedMethods, "Content-Type": "application/sdp" };
}

/** A carrier learns the office's number and the call's Session-ID, nothing else. */
function trunkHeaders(
  { uri, callerId }: TrunkDestination,
  { contactId }: PlaceLegOrder,
  office: OwnOffice,
): SipHeaders {
  const identity = `<sip:${callerId.number}@${office.domain};user=phone>`;
  return {
    from: callerId.withheld ? '"Anonymous" <sip:anonymous@anonymous.invalid>' : identity,
    ...(callerId.identity === "asserted" && { "p-asserted-identity": identity }),
    ...(callerId.withheld && { privacy: "id" }),
    to: `<${uri}>`,
    "Session-ID": writeSessionId(contactId),
    allow: allowedMethods,
  };
}

function toOf(order: PlaceLegOrder, domain: string): string {
  return order.to.kind === "device" ? `<sip:${order.to.operatorId}@${domain}>` : `<${order.to.uri}>`;
}

function handoverHeaders({ to }: PlaceLegOrder, office: OwnOffice): SipHeaders {
  if (to.kind !== "office") return {};
  const { transferId, ticketId, reason, waitedSeconds, mode, topic = null } = to.handover;
  return {
    "User-to-User": writeTicketPointer({ ticketId, transferId, sourceOfficeId: office.officeId }),
    "X-LA2-Transfer": writeTransferHeader({ reason, waitedSeconds, mode, topic }),
  };
}
