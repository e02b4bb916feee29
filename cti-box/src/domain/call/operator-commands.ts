/** What the operator of a call asks for. Whoever is not in charge of the call asks in vain. */
import { completeTransfer, turnTo } from "./consulting.ts";
import { apiHolderOf, hold, resume } from "./holding.ts";
import { park, retrieve } from "./parking.ts";
import { returnCall } from "./returning.ts";
import { changed, published } from "./step.ts";
import { requestTransfer } from "./transferring.ts";
import { transferUnderWay } from "./transfer-under-way.ts";
import type { LaterCallEvent } from "./call-event.ts";
import type { OperatorId, TransferId } from "./ids.ts";
import type { Step } from "./step.ts";

type OperatorCommand = Extract<
  LaterCallEvent,
  {
    type:
      | "hold-requested"
      | "resume-requested"
      | "transfer-requested"
      | "transfer-cancelled"
      | "transfer-completed"
      | "consultation-turned"
      | "call-parked"
      | "call-retrieved"
      | "ticket-attached";
  }
>;

export function operatorCommand(step: Step, event: OperatorCommand): Step {
  const { atMs } = event;
  switch (event.type) {
    case "hold-requested":
    case "resume-requested":
      return heldOrResumed(step, event);
    case "transfer-requested":
      return requestTransfer(step, event);
    case "transfer-cancelled":
      return isMyTransfer(step, event) ? returnCall(step, { atMs, cause: "cancelled", sipStatus: null }) : step;
    case "transfer-completed":
      return isMyTransfer(step, event) ? completeTransfer(step, atMs) : step;
    case "consultation-turned":
      return isMyTransfer(step, event) ? turnTo(step, event.talkingTo, atMs) : step;
    case "call-parked":
      return isInCharge(step, event.operatorId) ? park(step, atMs) : step;
    case "call-retrieved":
      return retrieve(step, event);
    case "ticket-attached":
      return ticketAttached(step, event);
  }
}

function heldOrResumed(
  step: Step,
  { type, operatorId, atMs }: Extract<OperatorCommand, { type: "hold-requested" | "resume-requested" }>,
): Step {
  const source = apiHolderOf(step.call, operatorId);
  if (source === null) return step;
  return type === "hold-requested" ? hold(step, source, atMs) : resume(step, source, atMs);
}

function isMyTransfer(step: Step, { operatorId, transferId }: { operatorId: OperatorId; transferId: TransferId }) {
  const transfer = transferUnderWay(step.call)?.transfer;
  return transfer?.transferId === transferId && transfer.requestedBy === operatorId;
}

function ticketAttached(step: Step, event: Extract<LaterCallEvent, { type: "ticket-attached" }>): Step {
  const { ticketId, atMs } = event;
  if (step.call.phase.kind === "ended" || step.call.ticket?.ticketId === ticketId) return step;
  const ticket = { ticketId, transferId: null };
  return published(changed(step, { ticket }), atMs, { type: "ticket-attached", ticket });
}

function isInCharge(step: Step, operatorId: string): boolean {
  const phase = step.call.phase;
  return (phase.kind === "talking" || phase.kind === "held") && phase.operatorId === operatorId;
}
