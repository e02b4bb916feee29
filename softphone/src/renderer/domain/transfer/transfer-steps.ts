/**
 * The transfer as the operator makes it. The citizen is put on hold at `opened`; from `sent` on the box tells how it goes.
 *   closed ─opened─▶ choosing ─chosen─▶ explaining ─explained─▶ confirming ─confirmed─▶ sending ─accepted─▶ sent
 *     ▲                 │  ◀──back──────────┘  ◀──back──────────────┘ ◀────refused────────┘                 │
 *     └──── cancelled ──┴───────────────────────────── cancelling ◀────────cancel-asked─────────────────────┘
 */
import type { TransferProgress, TransferReason, TransferTarget } from "../call/call.ts";

/** What a transfer there costs; `none`: it cannot be reached. */
export type TransferTariff = "free" | "paid" | "none";
export type Destination = { target: TransferTarget; label: string; tariff: TransferTariff };
export type Explanation = { reason: TransferReason; message: string };

export type TransferSteps =
  | { step: "closed" }
  | { step: "choosing"; callId: string }
  | { step: "explaining"; callId: string; destination: Destination; explanation: Explanation }
  | {
      step: "confirming";
      callId: string;
      destination: Destination;
      explanation: Explanation;
      /** Why the box did not take the last attempt. */
      problem: string | null;
    }
  | { step: "sending"; callId: string; destination: Destination; explanation: Explanation; transferId: string }
  | { step: "sent"; callId: string; destination: Destination; explanation: Explanation; transferId: string }
  | { step: "cancelling"; callId: string; destination: Destination | null; transferId: string | null };

export type TransferEvent =
  | { type: "transfer-opened"; callId: string }
  | { type: "destination-chosen"; destination: Destination }
  | { type: "transfer-explained"; explanation: Explanation }
  | { type: "transfer-back" }
  | { type: "transfer-confirmed"; transferId: string }
  | { type: "transfer-accepted"; transferId: string }
  | { type: "transfer-refused"; transferId: string; problem: string }
  | { type: "transfer-cancel-asked" }
  | { type: "transfer-closed"; callId: string };

export const noExplanation: Explanation = { reason: "competence", message: "" };

/** Pure: an event that does not fit the step changes nothing. */
export function applyTransferEvent(steps: TransferSteps, event: TransferEvent): TransferSteps {
  switch (event.type) {
    case "transfer-opened":
      return steps.step === "closed" ? { step: "choosing", callId: event.callId } : steps;
    case "destination-chosen":
      return chosen(steps, event.destination);
    case "transfer-explained":
      return steps.step === "explaining"
        ? { ...steps, step: "confirming", explanation: event.explanation, problem: null }
        : steps;
    case "transfer-back":
      return oneBack(steps);
    case "transfer-confirmed":
      if (steps.step !== "confirming") return steps;
      return {
        step: "sending",
        callId: steps.callId,
        destination: steps.destination,
        explanation: steps.explanation,
        transferId: event.transferId,
      };
    case "transfer-accepted":
      return steps.step === "sending" && steps.transferId === event.transferId ? { ...steps, step: "sent" } : steps;
    case "transfer-refused": {
      if (steps.step !== "sending" || steps.transferId !== event.transferId) return steps;
      const { callId, destination, explanation } = steps;
      return { step: "confirming", callId, destination, explanation, problem: event.problem };
    }
    case "transfer-cancel-asked":
      return cancelling(steps);
    case "transfer-closed":
      return steps.step !== "closed" && steps.callId === event.callId ? { step: "closed" } : steps;
  }
}

function chosen(steps: TransferSteps, destination: Destination): TransferSteps {
  if (steps.step === "choosing") {
    return { step: "explaining", callId: steps.callId, destination, explanation: noExplanation };
  }
  return steps.step === "explaining" ? { ...steps, destination } : steps;
}

function oneBack(steps: TransferSteps): TransferSteps {
  if (steps.step === "explaining") return { step: "choosing", callId: steps.callId };
  if (steps.step !== "confirming") return steps;
  const { callId, destination, explanation } = steps;
  return { step: "explaining", callId, destination, explanation };
}

function cancelling(steps: TransferSteps): TransferSteps {
  switch (steps.step) {
    case "closed":
    case "cancelling":
      return steps;
    case "choosing":
      return { step: "cancelling", callId: steps.callId, destination: null, transferId: null };
    case "explaining":
    case "confirming":
      return { step: "cancelling", callId: steps.callId, destination: steps.destination, transferId: null };
    case "sending":
    case "sent":
      return {
        step: "cancelling",
        callId: steps.callId,
        destination: steps.destination,
        transferId: steps.transferId,
      };
  }
}

/**
 * What the box's view of the call means for the open transfer: a finished transfer (given or returned) closes it.
 */
export function afterProgress(
  steps: TransferSteps,
  seen: { callId: string; lastTransfer: TransferProgress | null; isGone: boolean },
): TransferSteps {
  if (steps.step === "closed" || steps.callId !== seen.callId) return steps;
  if (seen.isGone) return { step: "closed" };
  const { lastTransfer } = seen;
  const transferId = "transferId" in steps ? steps.transferId : null;
  const isMine = lastTransfer !== null && transferId !== null && lastTransfer.transferId === transferId;
  const isFinished = lastTransfer?.phase === "returned" || lastTransfer?.phase === "transferred";
  return isMine && isFinished ? { step: "closed" } : steps;
}

/** The phase a watcher of the page sees; `none` when this call has no transfer. */
export type TransferPhase =
  | "none"
  | "choosing"
  | "explaining"
  | "confirming"
  | "sending"
  | "calling"
  | "ringing"
  | "consulting"
  | "cancelling"
  | "transferred"
  | "returned";

export function transferPhaseOf(
  callId: string,
  steps: TransferSteps,
  progress: { underWay: TransferProgress | null; last: TransferProgress | null },
): TransferPhase {
  const local = steps.step !== "closed" && steps.callId === callId ? steps.step : null;
  if (local === "cancelling") return "cancelling";
  if (progress.underWay !== null) return progress.underWay.phase;
  if (local === "sent") return "sending";
  if (local !== null) return local;
  return progress.last?.phase ?? "none";
}

/** After a transfer the operator is free; this note stays so that the ticket can be followed. */
export type FollowUp = {
  transferId: string;
  callId: string;
  destinationLabel: string;
  ticketId: string | null;
  ticketCode: string | null;
  atMs: number;
};

export type HandOverStatus =
  | "pending"
  | "requested"
  | "delivered"
  | "accepted"
  | "refused"
  | "withdrawn"
  | "expired"
  | "failed"
  | "returned";

export type HandOver = {
  transferId: string;
  ticketId: string;
  status: HandOverStatus;
  targetLocalTicketId: string | null;
  detail: string | null;
};
