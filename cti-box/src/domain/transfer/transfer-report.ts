/** How transfers went, those without and those with a word beforehand apart. Of the office, never of an operator (Legge 300/1970, art. 4). Pure. */
import type { CallRecordView } from "../call/call-record.ts";
import type { TransferMode } from "./transfer.ts";

export type TransferCounts = { transferred: number; failed: number };
export type TransferTally = Record<TransferMode, TransferCounts>;

export function emptyTransferTally(): TransferTally {
  return { blind: { transferred: 0, failed: 0 }, attended: { transferred: 0, failed: 0 } };
}

/** Changes the tally. Left out: one that is not over, what a queue offered, and what was written by a box that did not note how. */
export function addTransfers(tally: TransferTally, { transfers }: Pick<CallRecordView, "transfers">): void {
  for (const { mode, outcome } of transfers)
    if (mode !== null && mode !== "overflow" && outcome !== "pending") tally[mode][outcome] += 1;
}
