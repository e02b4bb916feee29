/** Call detail records in the shape of `contracts`. */
import { q850Text } from "../../domain/call/cause-table.ts";
import type { CallRecordView, LegCause, LegRecordView, TransferRecordView } from "../../domain/call/call-record.ts";
import type { CallRecord } from "../../../contracts/index.ts";
import { forwardTarget } from "./handling-to-contract.ts";
import { origin, target, time, timeOrNull } from "./to-contract.ts";

export function recordToContract(record: CallRecordView): CallRecord {
  const {
    operatorIds,
    transferredFrom,
    startedAtMs,
    answeredAtMs,
    endedAtMs,
    legs,
    transfers,
    forwards,
    survey: _,
    ...rest
  } = record;
  return {
    ...rest,
    operatorLogins: operatorIds,
    transferredFrom: origin(transferredFrom),
    transfers: transfers.map(transferToContract),
    forwards: forwards.map(({ from, cause, to, atMs }) => ({
      operatorLogin: from,
      cause,
      to: forwardTarget(to),
      at: time(atMs),
    })),
    legs: legs.map(legToContract),
    startedAt: time(startedAtMs),
    answeredAt: timeOrNull(answeredAtMs),
    endedAt: timeOrNull(endedAtMs),
    end: endToContract(record.end),
  };
}

function transferToContract(transfer: TransferRecordView): CallRecord["transfers"][number] {
  const { requestedAtMs, settledAtMs, conferenceAtMs, ...rest } = transfer;
  return {
    ...rest,
    target: target(transfer.target),
    requestedAt: timeOrNull(requestedAtMs),
    settledAt: timeOrNull(settledAtMs),
    conferenceAt: timeOrNull(conferenceAtMs),
  };
}

function legToContract({ startedAtMs, answeredAtMs, endedAtMs, ...leg }: LegRecordView): CallRecord["legs"][number] {
  return {
    ...leg,
    startedAt: time(startedAtMs),
    answeredAt: timeOrNull(answeredAtMs),
    endedAt: timeOrNull(endedAtMs),
    end: endToContract(leg.end),
  };
}

function endToContract(end: LegCause | null): CallRecord["end"] {
  return end === null ? null : { ...end, text: q850Text(end.q850) };
}
