/**
 * An INVITE from outside or from a phone of the office becomes a call, or is refused with a status. What a source may say about itself
 * depends on who it is: only members may carry a ticket, a contact id, a transfer's origin; a carrier's asserted identity is the caller.
 */
import { readTicketPointer } from "../domain/transfer/ticket-pointer.ts";
import { readTransferHeader } from "../domain/transfer/transfer-header.ts";
import type { NetworkOffice } from "../domain/transfer/network-directory.ts";
import type { TransferHeader } from "../domain/transfer/transfer-header.ts";
import { admitShared } from "../domain/sharing/admit-shared.ts";
import { placeCaller } from "../domain/queue/place-caller.ts";
import { queueOfMemberTarget, queueOfNumber } from "../domain/routing/route-inbound.ts";
import { readDialled } from "../domain/routing/dialled-number.ts";
import { isFeatureCode, readFeatureCode } from "../domain/operator/feature-codes.ts";
import { toE164 } from "../domain/routing/phone-number.ts";
import { bringsNumber, statusWhenFull } from "../domain/trunk/trunk.ts";
import { officeNamed } from "../domain/transfer/network-directory.ts";
import type { FeatureCommand } from "../domain/operator/feature-codes.ts";
import type { CallArrival } from "../domain/call/call-event.ts";
import type { Caller, TransferOrigin } from "../domain/call/call-view.ts";
import type { ContactId, OperatorId } from "../domain/call/ids.ts";
import type { OperatorProfile } from "../domain/operator/operator.ts";
import type { TicketPointer } from "../domain/transfer/ticket-pointer.ts";
import type { Office } from "./office-settings.ts";
import type { Ids, IncomingInvite } from "./ports.ts";
import type { TrunkBook } from "./trunk-book.ts";

export type Admission =
  | { kind: "queue"; arrival: CallArrival; stripped: readonly string[] }
  | { kind: "colleague"; arrival: CallArrival; callee: OperatorProfile }
  /** An operator dials a telephone number on a phone, or the id of another office. */
  | { kind: "dialled"; operatorId: OperatorId }
  | { kind: "feature-code"; operatorId: OperatorId; command: FeatureCommand }
  | { kind: "office-dialled"; operatorId: OperatorId; officeId: string }
  | { kind: "refused"; status: number; why: string };

export function admitInvite(office: Office, invite: IncomingInvite, fresh: Fresh): Admission {
  switch (invite.source.kind) {
    case "trunk":
      return fromTrunk(office, invite, fresh);
    case "proxy":
    case "member":
      return fromMember(office, invite, fresh);
    case "operator":
      return fromOperator(office, invite, fresh);
    case "unknown":
      return { kind: "refused", status: 403, why: "source is neither a carrier nor a member of the network" };
  }
}

/** So often a citizen may come back to an office in one contact, from office to office; then somebody has to decide. */
const mostVisits = 3;

/** `waitingIn`: callers who wait in a queue now. `visitsOf`: calls of that contact which are in this office now. */
type Fresh = {
  ids: Ids;
  nowMs: number;
  trunks: Pick<TrunkBook, "find" | "isFull">;
  waitingIn: (queueId: string) => number;
  visitsOf: (contactId: string) => number;
  /** Callers of other offices who are here now, at peaks there. */
  sharedHere: () => number;
};

function fromTrunk(office: Office, invite: IncomingInvite, fresh: Fresh): Admission {
  if (invite.source.kind !== "trunk") return { kind: "refused", status: 403, why: "not a carrier" };
  const trunk = fresh.trunks.find(invite.source.trunkId);
  const calledNumber = toE164(invite.requestedUser);
  const queueId = queueOfNumber(office.routes, invite.requestedUser);
  if (queueId === null) return { kind: "refused", status: 404, why: "number is not one of this office" };
  if (trunk !== null && (calledNumber === null || !bringsNumber(trunk, calledNumber)))
    return { kind: "refused", status: 404, why: "number is not one of this trunk" };
  if (trunk !== null && fresh.trunks.isFull(trunk))
    return { kind: "refused", status: statusWhenFull(trunk), why: "trunk carries as many calls as it may" };
  const arrival: CallArrival = {
    ...arrivalOf(office, invite, fresh),
    direction: "in",
    peer: { kind: "trunk", name: invite.source.trunkId },
    contactId: fresh.ids.contactId(),
    caller: callerOf(invite, invite.asserted ?? invite.from),
    calledNumber,
    ...placeIn(office, queueId, fresh),
    origin: null,
    ticket: null,
  };
  return { kind: "queue", arrival, stripped: forgedBy(invite) };
}

/** The queue the caller gets into, or the one that takes nobody now. */
function placeIn(office: Office, queueId: string, fresh: Fresh): Pick<CallArrival, "queue" | "turnedAway"> {
  const placement = placeCaller(office.queueRules, queueId, { atMs: fresh.nowMs, waitingIn: fresh.waitingIn });
  const queue = office.queues.get(placement.queueId) ?? null;
  return placement.kind === "queue" ? { queue } : { queue, turnedAway: placement.why };
}

/** What a carrier has no business to send; named for the log, used for nothing. */
function forgedBy(invite: IncomingInvite): string[] {
  return [
    ...(invite.userToUser.length > 0 ? ["User-to-User"] : []),
    ...(invite.transferHeader === null ? [] : ["X-LA2-Transfer"]),
    ...(invite.sourceOffice === null ? [] : ["X-LA2-Source-Office"]),
  ];
}

function fromMember(office: Office, invite: IncomingInvite, fresh: Fresh): Admission {
  const transfer = readTransferHeader(invite.transferHeader);
  const queueId =
    transfer?.mode === "overflow"
      ? queueForShared(office, transfer.topic)
      : queueOfMemberTarget(office.routes, invite.requestedUser);
  if (queueId === null) return { kind: "refused", status: 404, why: "no such queue in this office" };
  const pointer = readTicketPointer(invite.userToUser);
  const sourceId = sourceOfficeOf(office, invite, pointer);
  const source = sourceId === null ? null : officeNamed(office.network, sourceId);
  if (source?.status === "suspended") return { kind: "refused", status: 403, why: "office is suspended" };
  const visitsBefore = invite.sessionId === null ? 0 : fresh.visitsOf(invite.sessionId);
  if (transfer?.mode === "overflow") {
    const { topic } = transfer;
    const now = { taken: fresh.sharedHere(), isHere: visitsBefore > 0, topic, atMs: fresh.nowMs };
    const admission = admitShared(office.sharing.own, now);
    if (admission.kind === "refused") return admission;
  }
  if (visitsBefore >= mostVisits) return { kind: "refused", status: 482, why: "the contact goes round in circles" };
  const arrival: CallArrival = {
    ...arrivalOf(office, invite, fresh),
    direction: "in",
    peer: { kind: "member", name: sourceId ?? "network" },
    contactId: (invite.sessionId as ContactId | null) ?? fresh.ids.contactId(),
    ...callerFrom(invite, transfer, source),
    calledNumber: null,
    ...placeIn(office, queueId, fresh),
    origin: originOf(invite, pointer, { sourceId, label: source?.label ?? null, visitsBefore }),
    ticket: ticketOf(pointer),
  };
  return { kind: "queue", arrival, stripped: [] };
}

/** Whoever calls from an office is the office: its label is ours, and no name of a person is taken from it. */
function callerFrom(
  invite: IncomingInvite,
  transfer: TransferHeader | null,
  source: NetworkOffice | null,
): Pick<CallArrival, "caller" | "callingOfficeId"> {
  if (transfer?.mode !== "call" || source === null) return { caller: callerOf(invite, invite.asserted ?? invite.from) };
  const caller = { number: null, displayName: source.label.slice(0, 120), isWithheld: false };
  return { caller, callingOfficeId: source.officeId };
}

/** Where callers go whom another office sends at a peak. */
function queueForShared({ sharing, routes }: Office, topic: string | null): string | null {
  const byTopic = topic === null ? undefined : sharing.topicQueues.get(topic);
  return byTopic ?? sharing.queueId ?? routes.queueIds[0] ?? null;
}

/** The proxy vouches for the office in its own header; an office that calls directly is known by its address. */
function sourceOfficeOf(office: Office, invite: IncomingInvite, pointer: TicketPointer | null): string | null {
  if (invite.source.kind === "member") return invite.source.officeId;
  if (invite.source.kind !== "proxy") return null;
  const claimed = invite.sourceOffice ?? pointer?.sourceOfficeId ?? null;
  return claimed === null ? null : (officeNamed(office.network, claimed)?.officeId ?? null);
}

function originOf(
  invite: IncomingInvite,
  pointer: TicketPointer | null,
  source: { sourceId: string | null; label: string | null; visitsBefore: number },
): TransferOrigin | null {
  const transfer = readTransferHeader(invite.transferHeader);
  if (source.sourceId === null || (transfer === null && pointer === null)) return null;
  return {
    officeId: source.sourceId,
    officeLabel: source.label,
    operatorId: null,
    transferId: (pointer?.transferId as TransferOrigin["transferId"] | undefined) ?? null,
    reason: transfer?.reason ?? null,
    waitedSeconds: transfer?.waitedSeconds ?? null,
    isConsultation: transfer?.mode === "attended",
    isOverflow: transfer?.mode === "overflow",
    ...(transfer?.mode === "call" && { isOfficeCall: true }),
    visitsBefore: source.visitsBefore,
  };
}

function ticketOf(pointer: TicketPointer | null): CallArrival["ticket"] {
  if (pointer === null || pointer.ticketId === null) return null;
  return { ticketId: pointer.ticketId, transferId: pointer.transferId as TransferOrigin["transferId"] };
}

/** A phone of this office calls a colleague, a number outside, or another office. */
function fromOperator(office: Office, invite: IncomingInvite, fresh: Fresh): Admission {
  if (invite.source.kind !== "operator") return { kind: "refused", status: 403, why: "not a phone of this office" };
  const { operatorId } = invite.source;
  if (isFeatureCode(invite.requestedUser)) {
    const command = readFeatureCode(invite.requestedUser);
    if (command === null) return { kind: "refused", status: 404, why: "no such code" };
    return { kind: "feature-code", operatorId, command };
  }
  const callee = colleagueNamed(office, invite.requestedUser);
  if (callee === null) {
    if (readDialled(invite.requestedUser) !== null) return { kind: "dialled", operatorId };
    const officeId = officeNamed(office.network, invite.requestedUser)?.officeId;
    return officeId === undefined
      ? { kind: "refused", status: 404, why: "no such extension or office, and no telephone number" }
      : { kind: "office-dialled", operatorId, officeId };
  }
  if (callee.operatorId === operatorId) return { kind: "refused", status: 482, why: "operator calls own extension" };
  const self = office.operators.get(operatorId);
  const arrival: CallArrival = {
    ...arrivalOf(office, invite, fresh),
    direction: "internal",
    peer: { kind: "operator", name: operatorId },
    contactId: fresh.ids.contactId(),
    caller: { number: null, displayName: self?.displayName ?? operatorId, isWithheld: false },
    calledNumber: callee.extension,
    counterpart: { operatorId: callee.operatorId, displayName: callee.displayName, part: "was-called" },
    queue: null,
    origin: null,
    ticket: null,
  };
  return { kind: "colleague", arrival, callee };
}

/** A colleague by extension or login. */
export function colleagueNamed(office: Office, user: string): OperatorProfile | null {
  const byLogin = office.operators.get(user.toLowerCase() as OperatorId);
  if (byLogin !== undefined) return byLogin;
  return [...office.operators.values()].find((one) => one.extension === user) ?? null;
}

function arrivalOf(office: Office, invite: IncomingInvite, { ids, nowMs }: Pick<Fresh, "ids" | "nowMs">) {
  return {
    type: "call-arrived",
    atMs: nowMs,
    callId: ids.callId(),
    officeId: office.officeId,
    officeLabel: office.label,
    legId: invite.legId,
    media: invite.media,
    transferTimeoutMs: office.transferTimeoutMs,
  } as const;
}

/** The citizen as the trusted source presents him; `Privacy: id` or an anonymous From withholds number and name. */
function callerOf(invite: IncomingInvite, identity: IncomingInvite["from"]): Caller {
  const user = identity.user?.toLowerCase() ?? "";
  const isAnonymous = user === "anonymous" || user === "unavailable" || user === "";
  if (invite.isPrivate || (isAnonymous && invite.asserted === null)) {
    return { number: null, displayName: null, isWithheld: true };
  }
  const displayName = identity.displayName ?? invite.from.displayName;
  return {
    number: toE164(identity.user ?? ""),
    displayName: displayName === null || displayName === "" ? null : displayName.slice(0, 120),
    isWithheld: false,
  };
}
