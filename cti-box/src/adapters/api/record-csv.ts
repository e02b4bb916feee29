/** The columns of the records' CSV: one line per call. */
import { transferTargetName } from "../../../contracts/index.ts";
import { q850Text } from "../../domain/call/cause-table.ts";
import type { CallRecordView, TransferRecordView } from "../../domain/call/call-record.ts";
import type { Tariff } from "../../domain/cost/tariff.ts";
import { csvLine } from "./csv.ts";
import { target, time, timeOrNull } from "./to-contract.ts";

type Column = readonly [string, (record: CallRecordView) => string | number | null];

const columns: readonly Column[] = [
  ["call_id", (record) => record.callId],
  ["contact_id", (record) => record.contactId],
  ["office_id", (record) => record.officeId],
  ["direction", (record) => record.direction],
  ["started_at", (record) => time(record.startedAtMs)],
  ["answered_at", (record) => timeOrNull(record.answeredAtMs)],
  ["ended_at", (record) => timeOrNull(record.endedAtMs)],
  ["caller_number", (record) => record.caller.number],
  ["caller_name", (record) => record.caller.displayName],
  ["called_number", (record) => record.calledNumber],
  ["queue", (record) => record.queueId],
  ["queue_wait_seconds", (record) => record.queueWaitSeconds],
  ["operators", (record) => record.operatorIds.join(" ")],
  ["trunks", (record) => trunksOf(record).join(" ")],
  ["pstn_talk_seconds", (record) => talkSeconds(record, "pstn")],
  ["on_net_talk_seconds", (record) => talkSeconds(record, "on-net")],
  ["transferred_from", (record) => record.transferredFrom?.officeId ?? null],
  ["transfers", (record) => record.transfers.map(transferText).join(" | ")],
  ["ticket_id", (record) => record.ticketId],
  ["end_cause", (record) => record.endCause],
  ["q850", (record) => record.end?.q850 ?? null],
  ["q850_text", (record) => (record.end === null ? null : q850Text(record.end.q850))],
  ["sip_status", (record) => record.end?.sipStatus ?? null],
];

export const recordCsvHeader: string = csvLine(columns.map(([name]) => name));

export function recordCsvLine(record: CallRecordView): string {
  return csvLine(columns.map(([, cell]) => cell(record)));
}

function trunksOf({ legs }: CallRecordView): string[] {
  return [...new Set(legs.filter(({ peer }) => peer.kind === "trunk").map(({ peer }) => peer.name))];
}

function talkSeconds({ legs }: CallRecordView, tariff: Tariff): number {
  const spoken = legs.filter((leg) => leg.tariff === tariff).reduce((sum, leg) => sum + leg.talkSeconds, 0);
  return Math.round(spoken * 10) / 10;
}

function transferText({
  requestedBy,
  mode,
  outcome,
  failure,
  conferenceAtMs,
  ...transfer
}: TransferRecordView): string {
  const way = mode === null ? "" : `, ${mode}`;
  const conference = conferenceAtMs === null ? "" : ", conference";
  return `${requestedBy ?? "?"} to ${transferTargetName(target(transfer.target))}: ${failure ?? outcome}${way}${conference}`;
}
