/** May this operator do this to this call now? The refusals of the commands, decided before anything is journaled. */
import { callingOperatorOf } from "./callee.ts";
import { apiHolderOf } from "./holding.ts";
import { mayBeParked } from "./parking.ts";
import { transferUnderWay } from "./transfer-under-way.ts";
import type { ConsultationPartner } from "../transfer/transfer.ts";
import type { Call } from "./call.ts";
import type { OperatorId, TransferId } from "./ids.ts";

export type GuardResult =
  | { kind: "go" }
  /** Already done by the same request: say yes, change nothing. */
  | { kind: "done" }
  | { kind: "refused"; reason: "not-your-call" | "wrong-state" | "transfer-pending" };

const go: GuardResult = { kind: "go" };

export function mayHold(call: Call, operatorId: OperatorId): GuardResult {
  return isHeldBy(call, operatorId) ? { kind: "done" } : mayActAsEither(call, operatorId);
}

export function mayResume(call: Call, operatorId: OperatorId): GuardResult {
  if (isHeldBy(call, operatorId)) return go;
  const refusal = mayActAsEither(call, operatorId);
  return refusal.kind === "go" ? { kind: "done" } : refusal;
}

function isHeldBy(call: Call, operatorId: OperatorId): boolean {
  const source = apiHolderOf(call, operatorId);
  return source !== null && call.phase.kind === "held" && call.phase.by.includes(source);
}

/** Who called a colleague holds and transfers as well as whoever was called. */
function mayActAsEither(call: Call, operatorId: OperatorId): GuardResult {
  if (callingOperatorOf(call) !== operatorId) return mayAct(call, operatorId);
  if (transferUnderWay(call) !== null) return { kind: "refused", reason: "transfer-pending" };
  const isUp = call.phase.kind === "talking" || call.phase.kind === "held";
  return isUp ? go : { kind: "refused", reason: "wrong-state" };
}

export function mayPark(call: Call, operatorId: OperatorId): GuardResult {
  if (call.phase.kind === "parked" && call.phase.parkedBy === operatorId) return { kind: "done" };
  const verdict = mayAct(call, operatorId);
  return verdict.kind === "go" && !mayBeParked(call) ? { kind: "refused", reason: "wrong-state" } : verdict;
}

export function mayTransfer(call: Call, operatorId: OperatorId, transferId: TransferId): GuardResult {
  if (call.transfers.some((one) => one.transferId === transferId)) return { kind: "done" };
  return mayActAsEither(call, operatorId);
}

export function mayCancelTransfer(call: Call, operatorId: OperatorId, transferId: TransferId): GuardResult {
  const known = call.transfers.find((one) => one.transferId === transferId);
  if (known?.outcome === "failed") return { kind: "done" };
  const underWay = transferUnderWay(call);
  if (underWay === null || known === undefined) return { kind: "refused", reason: "wrong-state" };
  if (underWay.transfer.requestedBy !== operatorId) return { kind: "refused", reason: "not-your-call" };
  return go;
}

export function mayTurnTo(
  call: Call,
  wish: { operatorId: OperatorId; transferId: TransferId; talkingTo: ConsultationPartner },
): GuardResult {
  const verdict = mayConsult(call, wish.operatorId, wish.transferId);
  const isThere = call.phase.kind === "consulting" && call.phase.talkingTo === wish.talkingTo;
  return verdict.kind === "go" && isThere ? { kind: "done" } : verdict;
}

/** While the other side still rings there is nobody to hand the citizen to. */
export function mayCompleteTransfer(call: Call, operatorId: OperatorId, transferId: TransferId): GuardResult {
  const known = call.transfers.find((one) => one.transferId === transferId);
  const isDone = known?.outcome === "transferred" && known.requestedBy === operatorId;
  return isDone ? { kind: "done" } : mayConsult(call, operatorId, transferId);
}

function mayConsult(call: Call, operatorId: OperatorId, transferId: TransferId): GuardResult {
  const phase = call.phase;
  if (!hasPart(call, operatorId)) return { kind: "refused", reason: "not-your-call" };
  if (phase.kind !== "consulting" || phase.transfer.transferId !== transferId) {
    return { kind: "refused", reason: "wrong-state" };
  }
  return phase.transfer.requestedBy === operatorId ? go : { kind: "refused", reason: "not-your-call" };
}

/** The ticket may be tied as soon as the operator rings, and until the end of the call. */
export function mayAttachTicket(call: Call, operatorId: OperatorId, ticketId: string): GuardResult {
  if (!hasPart(call, operatorId)) return { kind: "refused", reason: "not-your-call" };
  if (call.ticket?.ticketId === ticketId) return { kind: "done" };
  return call.phase.kind === "ended" ? { kind: "refused", reason: "wrong-state" } : go;
}

function mayAct(call: Call, operatorId: OperatorId): GuardResult {
  const phase = call.phase;
  if (!hasPart(call, operatorId)) return { kind: "refused", reason: "not-your-call" };
  if (transferUnderWay(call) !== null) return { kind: "refused", reason: "transfer-pending" };
  if (phase.kind !== "talking" && phase.kind !== "held") return { kind: "refused", reason: "wrong-state" };
  return phase.operatorId === operatorId ? go : { kind: "refused", reason: "not-your-call" };
}

function hasPart(call: Call, operatorId: OperatorId): boolean {
  const phase = call.phase;
  switch (phase.kind) {
    case "ringing":
      return phase.operatorIds.includes(operatorId);
    case "dialling":
    case "talking":
    case "held":
    case "merging":
      return phase.operatorId === operatorId;
    case "transferring":
    case "consulting": {
      const { target, requestedBy } = phase.transfer;
      return requestedBy === operatorId || (target.kind === "operator" && target.operatorId === operatorId);
    }
    case "parked":
    case "surveying":
    case "queued":
    case "turned-away":
    case "transferred":
    case "overflowed":
    case "ended":
      return call.spokenOperators.includes(operatorId);
  }
}
