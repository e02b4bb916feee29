/** `la2 records`: call detail records of an office as a table, as CSV for spreadsheets, or as JSON. */
import { type CallRecord, callRecordPageSchema, transferTargetName } from "../../cti-box/contracts/index.ts";
import { askForAnswer, boxesToAsk, type WhichBoxes } from "../office/boxes-to-ask.ts";
import type { BoxToAsk } from "../office/box-to-ask.ts";
import { momentOf } from "./moments.ts";
import { say } from "./words.ts";

export type RecordsOptions = WhichBoxes & {
  from?: string;
  to?: string;
  queue?: string;
  direction?: string;
  endCause?: string;
  tariff?: string;
  trunk?: string;
  ticket?: string;
  csv?: boolean;
  json?: boolean;
};

export async function records(options: RecordsOptions): Promise<number> {
  const boxes = boxesToAsk(options);
  const query = queryOf(options);
  if (options.csv === true) {
    if (boxes.length > 1) throw new Error("CSV is of one office: name it with --office or --config.");
    for (const box of boxes) await writeCsv(box, query);
    return 0;
  }
  const found = (await Promise.all(boxes.map((box) => recordsOf(box, query)))).flat();
  if (options.json === true) say(JSON.stringify(found, null, 2));
  else sayTable(found);
  return 0;
}

function queryOf(options: RecordsOptions): Record<string, string> {
  const { from, to, queue, direction, endCause, tariff, trunk, ticket } = options;
  const wanted = {
    from: from === undefined ? undefined : momentOf(from, "first"),
    to: to === undefined ? undefined : momentOf(to, "after"),
    queueId: queue,
    direction,
    endCause,
    tariff,
    trunkId: trunk,
    ticketId: ticket,
  };
  return Object.fromEntries(
    Object.entries(wanted).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
  );
}

async function writeCsv(box: BoxToAsk, query: Record<string, string>): Promise<void> {
  const answer = await askForAnswer(box, "/api/call-records.csv", { query });
  for await (const chunk of answer.body ?? []) process.stdout.write(chunk);
}

async function recordsOf(box: BoxToAsk, query: Record<string, string>): Promise<CallRecord[]> {
  const all: CallRecord[] = [];
  let after: string | null = null;
  do {
    const page: Record<string, string> = { ...query, limit: "500", ...(after !== null && { after }) };
    const answer = await askForAnswer(box, "/api/call-records", { query: page });
    const { items, nextAfter } = callRecordPageSchema.parse(await answer.json());
    all.push(...items);
    after = nextAfter;
  } while (after !== null);
  return all;
}

const header = ["started", "call", "office", "caller", "queue", "waited", "talked", "tariffs", "transfers", "end"];

function sayTable(found: readonly CallRecord[]): void {
  if (found.length === 0) return say("No call fits.");
  const rows = [header, ...found.map(rowOf)];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows)
    say(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    );
  return say(`\n${found.length} ${found.length === 1 ? "call" : "calls"}.`);
}

function rowOf(record: CallRecord): string[] {
  const talked = record.legs[0]?.talkSeconds ?? 0;
  const tariffs = [...new Set(record.legs.filter((leg) => leg.talkSeconds > 0).map((leg) => leg.tariff))];
  const transfers = record.transfers.map(({ target, mode, outcome, failure }) => {
    return `${transferTargetName(target)} ${failure ?? outcome}${mode === null ? "" : ` (${mode})`}`;
  });
  const { end } = record;
  return [
    new Date(record.startedAt).toLocaleString("sv-SE"),
    record.callId,
    record.officeId,
    masked(record.caller.number),
    record.queueId ?? "-",
    `${Math.round(record.queueWaitSeconds)} s`,
    `${Math.round(talked)} s`,
    tariffs.join("+") || "-",
    transfers.join(", ") || "-",
    `${record.endCause ?? "in progress"}${end === null ? "" : ` (${end.q850})`}`,
  ];
}

/** A terminal is looked at by more people than the one who typed. CSV and JSON have the number in full, as long as it is kept. */
function masked(number: string | null): string {
  return number === null ? "withheld" : `${number.slice(0, -4)}****`;
}
