import { expect, test } from "vitest";
import type { TransferRecordView } from "../call/call-record.ts";
import { addTransfers, emptyTransferTally } from "./transfer-report.ts";

test("transfers are counted by how they were made and how they went; what is not over, or was no operator's, is not", () => {
  const tally = emptyTransferTally();
  const of = (mode: TransferRecordView["mode"], ...outcomes: TransferRecordView["outcome"][]): void =>
    addTransfers(tally, { transfers: outcomes.map((outcome) => ({ mode, outcome }) as TransferRecordView) });
  of("blind", "transferred", "transferred", "failed", "pending");
  of("attended", "transferred", "failed", "failed");
  of("overflow", "transferred");
  of(null, "transferred");
  expect(tally).toEqual({ blind: { transferred: 2, failed: 1 }, attended: { transferred: 1, failed: 2 } });
});
