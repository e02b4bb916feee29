/** An INVITE outside of a dialog: a call of its own, or one that takes the place of a leg; accepted or refused. */
import { admitInvite, type Admission } from "./accept-inbound-call.ts";
import { callColleague, type ForwardParts } from "./forward-call.ts";
import { readDialled } from "../domain/routing/dialled-number.ts";
import { callOfficeFromPhone } from "./call-in-network.ts";
import { dialFromPhone } from "./dial-citizen.ts";
import { unfitMedia } from "./fitting-media.ts";
import { replaceLeg } from "./replace-leg.ts";
import type { FeatureCodes } from "./feature-codes.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { CallMedia } from "./call-media.ts";
import type { CallGate } from "./call-gate.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Clock, Ids, IncomingInvite, InviteVerdict, Log } from "./ports.ts";
import type { DialRefusal } from "./dial-orders.ts";
import type { OfficeTrunks } from "./office-trunks.ts";

export type ReceivingParts = {
  office: Office;
  room: OperatorRoom;
  calls: CallsInProgress;
  media: Pick<CallMedia, "refusalOf">;
  gate: Pick<CallGate, "retryAfterSeconds" | "state">;
  officeTrunks: Pick<OfficeTrunks, "book">;
  forwardParts: ForwardParts;
  featureCodes: Pick<FeatureCodes, "dialled" | "noteBusy">;
  clock: Clock;
  ids: Ids;
  log: Log;
};

export function receiveInvite(parts: ReceivingParts, invite: IncomingInvite): InviteVerdict {
  if (invite.replaces === null) return receiveCall(parts, invite);
  const verdict = replaceLeg(parts, invite);
  if (verdict.kind === "refused") parts.log.warn({ legId: invite.legId, ...verdict }, "replacing call refused");
  return verdict;
}

function receiveCall(parts: ReceivingParts, invite: IncomingInvite): InviteVerdict {
  const { office, officeTrunks, ids, clock, log } = parts;
  const retryAfterSeconds = parts.gate.retryAfterSeconds();
  if (retryAfterSeconds !== null && !isEmergencyCall(invite))
    return { kind: "refused", status: 503, why: "the box stops", retryAfterSeconds };
  const waitingIn = (queueId: string): number => parts.calls.index.waitingIn(queueId);
  const visitsOf = (contactId: string): number => parts.calls.index.ofContact(contactId);
  const sharedHere = (): number => parts.calls.index.count(({ origin }) => origin?.isOverflow === true);
  const admitted = admitInvite(office, invite, {
    ids,
    trunks: officeTrunks.book,
    nowMs: clock.now(),
    waitingIn,
    visitsOf,
    sharedHere,
  });
  const admission = admitted.kind === "refused" ? admitted : (refusedForMedia(parts, invite) ?? admitted);
  const source = JSON.stringify(invite.source);
  if (admission.kind === "refused") {
    log.warn({ legId: invite.legId, source, status: admission.status, why: admission.why }, "call refused");
    return admission;
  }
  if (admission.kind === "feature-code") return parts.featureCodes.dialled({ ...admission, invite });
  if (admission.kind === "dialled" || admission.kind === "office-dialled")
    return dialledOnPhone(parts, admission, invite);
  const { callId } = admission.arrival;
  if (admission.kind === "queue" && admission.stripped.length > 0) {
    log.warn({ callId, source, headers: admission.stripped }, "headers only members may send were ignored");
  }
  return begun(parts, () => beginAdmitted(parts, admission, invite.sdp)) ?? notJournaled;
}

function refusedForMedia(
  { media, officeTrunks }: ReceivingParts,
  invite: IncomingInvite,
): Extract<Admission, { kind: "refused" }> | null {
  if (invite.source.kind !== "trunk") return null;
  const trunk = officeTrunks.book.find(invite.source.trunkId);
  const why = trunk === null ? null : unfitMedia(invite, trunk, media);
  return why === null ? null : { kind: "refused", status: 488, why };
}

const notJournaled: InviteVerdict = { kind: "refused", status: 503, why: "call could not be journaled" };

/** Null: the journal takes no call, which the log is told. */
function begun<T>({ log }: Pick<ReceivingParts, "log">, begin: () => T): T | null {
  try {
    return begin();
  } catch (error) {
    log.error({ error: String(error) }, "call could not be journaled");
    return null;
  }
}

/** Somebody in need is not told that the box stops. */
function isEmergencyCall({ source, requestedUser }: IncomingInvite): boolean {
  return source.kind === "operator" && readDialled(requestedUser)?.kind === "emergency";
}

const statusOf: Readonly<Record<DialRefusal, number>> = {
  "invalid-number": 404,
  "number-not-allowed": 403,
  "already-busy": 486,
  "no-phone": 480,
  "no-trunk": 503,
  "wrong-state": 480,
  "box-stopping": 503,
  "unknown-target": 404,
  "target-not-allowed": 482,
  "colleague-busy": 486,
  "target-unavailable": 480,
  "no-on-net-route": 403,
};

/** What the page asks for with POST /api/calls, asked for on a desk phone. */
function dialledOnPhone(
  parts: ReceivingParts,
  admission: Extract<Admission, { kind: "dialled" | "office-dialled" }>,
  invite: IncomingInvite,
): InviteVerdict {
  const { operatorId } = admission;
  const { legId, media, requestedUser: number, sdp } = invite;
  const phone = { legId, media, sdp };
  const dialling = { ...parts, trunks: parts.officeTrunks.book, handlings: parts.forwardParts.handlings };
  const result = begun(parts, () =>
    admission.kind === "dialled"
      ? dialFromPhone(dialling, operatorId, { ...phone, number })
      : callOfficeFromPhone(dialling, operatorId, { ...phone, officeId: admission.officeId }),
  );
  if (result === null) return notJournaled;
  if (result.ok) return { kind: "accepted" };
  parts.log.warn({ legId, operatorId, why: result.reason }, "call refused");
  return { kind: "refused", status: statusOf[result.reason], why: result.reason };
}

function beginAdmitted(
  parts: ReceivingParts,
  admission: Extract<Admission, { kind: "queue" | "colleague" }>,
  sdp: string | null,
): InviteVerdict {
  if (admission.kind === "queue") {
    parts.calls.begin(admission.arrival, sdp);
    return { kind: "accepted" };
  }
  const { arrival, callee } = admission;
  const verdict = callColleague(parts.forwardParts, arrival, { callee: callee.operatorId, sdp });
  if (verdict.kind === "refused" && verdict.status === 486)
    parts.featureCodes.noteBusy(arrival.peer.name as OperatorId, callee.operatorId);
  return verdict;
}
