/** What the steps of a transfer tell: its referrer, the events, the record. */
import { tariffOf } from "../cost/tariff.ts";
import { withEffect } from "./step.ts";
import type { Step } from "./step.ts";
import type { Transfer } from "./call.ts";
import type { TransferRecordView } from "./call-record.ts";
import type { TransferFailure, TransferMode } from "../transfer/transfer.ts";

const peerOfTarget = { office: "member", operator: "operator", number: "trunk" } as const;

export function notified(step: Step, transfer: Transfer, status: number): Step {
  if (transfer.referrerLegId === null) return step;
  return withEffect(step, { type: "notify-referrer", legId: transfer.referrerLegId, status });
}

export function transferFields(transfer: Transfer) {
  const { transferId, target, requestedBy } = transfer;
  return { transferId, target, mode: modeOf(transfer), requestedBy };
}

/** As people see it: by telephone the consultation is a call of its own, and the transfer itself then needs none. */
export function modeOf({ mode, consultedCallId }: Transfer): TransferMode {
  return consultedCallId === undefined ? mode : "attended";
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
