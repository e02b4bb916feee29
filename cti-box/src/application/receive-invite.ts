/** An INVITE outside of a dialog: a call that begins, or a leg that takes the place of another one. */
import { admitInvite } from "./accept-inbound-call.ts";
import { replaceLeg } from "./replace-leg.ts";
import type { Admission } from "./accept-inbound-call.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Clock, Ids, IncomingInvite, InviteVerdict, Log } from "./ports.ts";
import type { OfficeTrunks } from "./office-trunks.ts";

export type InviteParts = {
  office: Office;
  room: OperatorRoom;
  calls: CallsInProgress;
  officeTrunks: OfficeTrunks;
  clock: Clock;
  ids: Ids;
  log: Log;
};

export function receiveInvite(parts: InviteParts, invite: IncomingInvite): InviteVerdict {
  if (invite.replaces === null) return receiveCall(parts, invite);
  const verdict = replaceLeg(parts, invite);
  if (verdict.kind === "refused") parts.log.warn({ legId: invite.legId, ...verdict }, "replacing call refused");
  return verdict;
}

function receiveCall(parts: InviteParts, invite: IncomingInvite): InviteVerdict {
  const { office, officeTrunks, ids, clock, log } = parts;
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
  parts: InviteParts,
  admission: Exclude<Admission, { kind: "refused" }>,
  sdp: string | null,
): InviteVerdict {
  const { calls, room, ids } = parts;
  if (admission.kind === "queue") {
    calls.begin(admission.arrival, sdp);
    return { kind: "accepted" };
  }
  const { operatorId } = admission.callee;
  const devices = room.devicesOfAvailable(operatorId);
  if (devices.length === 0) return { kind: "refused", status: 480, why: "colleague cannot be reached" };
  const runner = calls.begin(admission.arrival, sdp);
  // The next call to the same colleague may come before this one's effects have run.
  room.engage(operatorId, runner.call.callId, "ringing");
  runner.post({
    type: "operator-assigned",
    operatorId,
    legs: devices.map((device) => ({ legId: ids.legId(), device })),
  });
  return { kind: "accepted" };
}
