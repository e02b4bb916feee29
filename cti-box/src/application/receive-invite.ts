/** An INVITE outside of a dialog: a call of its own, or one that takes the place of a leg; accepted or refused. */
import { admitInvite, type Admission } from "./accept-inbound-call.ts";
import { callColleague, type ForwardParts } from "./forward-call.ts";
import { replaceLeg } from "./replace-leg.ts";
import type { CallGate } from "./call-gate.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Clock, Ids, IncomingInvite, InviteVerdict, Log } from "./ports.ts";
import type { OfficeTrunks } from "./office-trunks.ts";

export type ReceivingParts = {
  office: Office;
  room: OperatorRoom;
  calls: CallsInProgress;
  gate: Pick<CallGate, "retryAfterSeconds">;
  officeTrunks: Pick<OfficeTrunks, "book">;
  forwardParts: ForwardParts;
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
  if (retryAfterSeconds !== null) return { kind: "refused", status: 503, why: "the box stops", retryAfterSeconds };
  const waitingIn = (queueId: string): number => parts.calls.index.waitingIn(queueId);
  const visitsOf = (contactId: string): number => parts.calls.index.ofContact(contactId);
  const sharedHere = (): number => parts.calls.index.count(({ origin }) => origin?.isOverflow === true);
  const admission = admitInvite(office, invite, {
    ids,
    trunks: officeTrunks.book,
    nowMs: clock.now(),
    waitingIn,
    visitsOf,
    sharedHere,
  });
  const source = JSON.stringify(invite.source);
  if (admission.kind === "refused") {
    log.warn({ legId: invite.legId, source, status: admission.status, why: admission.why }, "call refused");
    return admission;
  }
  const { callId } = admission.arrival;
  if (admission.kind === "queue" && admission.stripped.length > 0) {
    log.warn({ callId, source, headers: admission.stripped }, "headers only members may send were ignored");
  }
  try {
    return beginAdmitted(parts, admission, invite.sdp);
  } catch (error) {
    log.error({ callId, error: String(error) }, "call could not be journaled");
    return { kind: "refused", status: 503, why: "call could not be journaled" };
  }
}

function beginAdmitted(
  parts: ReceivingParts,
  admission: Exclude<Admission, { kind: "refused" }>,
  sdp: string | null,
): InviteVerdict {
  if (admission.kind === "queue") {
    parts.calls.begin(admission.arrival, sdp);
    return { kind: "accepted" };
  }
  return callColleague(parts.forwardParts, admission.arrival, { callee: admission.callee.operatorId, sdp });
}
