/** May this operator do this to this call now? The refusals of the commands, decided before anything is journaled. */
import type { Call } from "./call.ts";
import type { OperatorId, TransferId } from "./ids.ts";

export type GuardResult =
  | { kind: "go" }
  /** Already done by the same request: say yes, change nothing. */
  | { kind: "done" }
  | { kind: "refused"; reason: "not-your-call" | "wrong-state" | "transfer-pending" };

const go: GuardResult = { kind: "go" };

export function mayHold(call: Call, operatorId: OperatorId): GuardResult {
  const phase = call.phase;
  if (phase.kind === "held" && phase.operatorId === operatorId && phase.by.includes("operator"))
    return { kind: "done" };
  return mayAct(call, operatorId);
}

export function mayResume(call: Call, operatorId: OperatorId): GuardResult {
  const phase = call.phase;
  const isHolder = phase.kind === "held" && phase.by.includes("operator");
  if (isHolder && phase.operatorId === operatorId) return go;
  const refusal = mayAct(call, operatorId);
  return refusal.kind === "go" ? { kind: "done" } : refusal;
}

export function mayTransfer(call: Call, operatorId: OperatorId, transferId: TransferId): GuardResult {
  if (call.transfers.some((one) => one.transferId === transferId)) return { kind: "done" };
  return mayAct(call, operatorId);
}

export function mayCancelTransfer(call: Call, operatorId: OperatorId, transferId: TransferId): GuardResult {
  const phase = call.phase;
  const known = call.transfers.find((one) => one.transferId === transferId);
  if (known?.outcome === "failed") return { kind: "done" };
  if (phase.kind !== "transferring" || known === undefined) return { kind: "refused", reason: "wrong-state" };
  if (phase.transfer.requestedBy !== operatorId) return { kind: "refused", reason: "not-your-call" };
  return go;
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
  if (phase.kind === "transferring") return { kind: "refused", reason: "transfer-pending" };
  if (phase.kind !== "talking" && phase.kind !== "held") return { kind: "refused", reason: "wrong-state" };
  return phase.operatorId === operatorId ? go : { kind: "refused", reason: "not-your-call" };
}

function hasPart(call: Call, operatorId: OperatorId): boolean {
  const phase = call.phase;
  switch (phase.kind) {
    case "dialling":
    case "ringing":
    case "talking":
    case "held":
      return phase.operatorId === operatorId;
    case "transferring": {
      const { target, requestedBy } = phase.transfer;
      return requestedBy === operatorId || (target.kind === "operator" && target.operatorId === operatorId);
    }
    case "queued":
    case "transferred":
    case "ended":
      return call.spokenOperators.includes(operatorId);
  }
}
