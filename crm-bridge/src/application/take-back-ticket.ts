/**
 * The call of a transfer did not stay with the other office, and the ticket follows its citizen:
 *   not sent yet ─▶ left out;  perhaps at the hub ─▶ withdrawn there, behind its delivery;  accepted ─▶ asked back (`return`)
 */
import { pendingTransfer } from "../domain/ticket.ts";
import { neverSent, transferMoved } from "../domain/ticket-transfer.ts";
import { stampOf, type BridgeParts, type CameBackBecause } from "./ports.ts";

type FollowedFailure = { transferId: string; cause: string; operatorLogin: string | null };

export function transferFailed(parts: BridgeParts, event: FollowedFailure): (() => void)[] {
  const { store } = parts;
  const { transferId, cause, operatorLogin } = event;
  const ticket = store.ticketOfTransfer(transferId);
  const transfer = ticket?.transfers.find((each) => each.transferId === transferId);
  if (ticket === null || transfer === undefined) return [];
  const reason = reasonOf(cause);
  // Stays with the ticket, whichever way the hub's word on the ending comes.
  store.putTransferWord(transferId, { ...store.transferWord(transferId), cause });
  if (transfer.status === "accepted") return askTicketBack(parts, { lane: ticket.ticketId, transferId, reason });
  if (pendingTransfer(ticket)?.transferId !== transferId) return [];
  if (!store.dropUnsent(transferId)) {
    // It may have reached the hub: taken back there, behind the delivery in the ticket's lane.
    store.queueExchange(ticket.ticketId, { kind: "withdraw", transferId, reason });
    return [() => parts.wake()];
  }
  // It never left this office: nobody else has to hear of it.
  const stamp = stampOf(parts, { role: "system", operatorRef: null });
  const status = reason === "no_answer" ? "expired" : "withdrawn";
  const news = {
    transferId,
    status,
    targetLocalTicketId: null,
    refusalReason: neverSent,
    ourOfficeId: parts.officeId,
    assignee: null,
    takeNow: false,
  } as const;
  const unlocked = transferMoved(ticket, news, stamp);
  store.putTicket(unlocked);
  return operatorLogin === null ? [] : [() => parts.news.handOver(operatorLogin, unlocked, transferId)];
}

function reasonOf(cause: string): CameBackBecause {
  if (cause === "no-answer") return "no_answer";
  return cause === "cancelled" ? "cancelled" : "failed";
}

const callerGone = "caller-hung-up";

/**
 * The other office was quicker: the hub is asked for the ticket. Only when the citizen is here again; one who hung up is with nobody, and the ticket stays
 * with who took it.
 */
export function askTicketBack(
  parts: BridgeParts,
  { lane, transferId, reason }: { lane: string; transferId: string; reason: CameBackBecause },
): (() => void)[] {
  const { cause } = parts.store.transferWord(transferId);
  if (cause === null || cause === callerGone) return [];
  parts.store.queueExchange(lane, { kind: "return", transferId, reason });
  return [() => parts.wake()];
}
