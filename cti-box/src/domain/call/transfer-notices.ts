/** What the steps of a transfer tell: its referrer, the events, the record. */
import { tariffOf } from "../cost/tariff.ts";
import { withEffect } from "./step.ts";
import type { Step } from "./step.ts";
import type { Transfer } from "./call.ts";
import type { TransferRecordView } from "./call-record.ts";
import type { TransferFailure } from "../transfer/transfer.ts";

const peerOfTarget = { office: "member", operator: "operator", number: "trunk" } as const;

export function notified(step: Step, transfer: Transfer, status: number): Step {
  if (transfer.referrerLegId === null) return step;
  return withEffect(step, { type: "notify-referrer", legId: transfer.referrerLegId, status });
}

export function transferFields(transfer: Transfer) {
  return { transferId: transfer.transferId, target: transfer.target, requestedBy: transfer.requestedBy };
}

export function tariffOfTarget(transfer: Transfer) {
  return tariffOf(peerOfTarget[transfer.target.kind]);
}

export function settledRecords(
  step: Step,
  transfer: Transfer,
  result: { outcome: "transferred" | "failed"; failure: TransferFailure | null; settledAtMs: number },
): TransferRecordView[] {
  return step.call.transfers.map((one) => (one.transferId === transfer.transferId ? { ...one, ...result } : one));
}
