/** The call detail record of a call as it stands. Pure projection, so it can be made again from the journal at any time. */
import { tariffOf } from "../cost/tariff.ts";
import { callerLegOf } from "./find-leg.ts";
import { answeredAt } from "./legs.ts";
import type { Call, Leg } from "./call.ts";
import type { CallRecordView, LegRecordView } from "./call-record.ts";

export function recordOf(call: Call): CallRecordView {
  const endedAtMs = call.phase.kind === "ended" ? call.phase.atMs : null;
  const waitedUntilMs = call.answeredAtMs ?? endedAtMs ?? call.startedAtMs;
  return {
    callId: call.callId,
    contactId: call.contactId,
    officeId: call.officeId,
    direction: call.direction,
    caller: call.caller,
    calledNumber: call.calledNumber,
    queueId: call.queue?.queueId ?? null,
    operatorIds: [...call.spokenOperators],
    ticketId: call.ticket?.ticketId ?? null,
    transferredFrom: call.origin,
    transfers: [...call.transfers],
    forwards: [...(call.forwards ?? [])],
    legs: call.legs.map((leg) => legRecordOf(leg, call)),
    waitedSeconds: seconds(waitedUntilMs - call.startedAtMs),
    queueWaitSeconds: seconds(call.queueWait.spentMs),
    startedAtMs: call.startedAtMs,
    answeredAtMs: call.answeredAtMs,
    endedAtMs,
    endCause: call.phase.kind === "ended" ? call.phase.cause : null,
    survey: call.survey,
    end: call.legCauses[callerLegOf(call).legId] ?? null,
  };
}

function legRecordOf(leg: Leg, call: Call): LegRecordView {
  const state = leg.state;
  return {
    legId: leg.legId,
    role: leg.role,
    peer: leg.peer,
    tariff: tariffOf(leg.peer.kind),
    direction: leg.direction,
    startedAtMs: leg.startedAtMs,
    answeredAtMs: answeredAt(leg),
    endedAtMs: state.kind === "closing" || state.kind === "gone" ? state.endedAtMs : null,
    talkSeconds: seconds(leg.talkedMs),
    end: call.legCauses[leg.legId] ?? null,
  };
}

function seconds(durationMs: number): number {
  return Math.max(0, Math.round(durationMs / 100) / 10);
}
