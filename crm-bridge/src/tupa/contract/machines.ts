/**
 * Ticket and transfer are different machines (contract §6.3).
 *
 *   transfer  requested ─target has it─▶ delivered ─▶ accepted | refused
 *                │  └ failed              │
 *                └──── withdrawn, expired ┴ (only while nobody accepted: accept wins)
 *             accepted ─its call came back to the source─▶ returned
 *   ticket    open_bo ⇄ in_progress ─▶ closed_bo;  open_bo ─▶ closed_fo;  locked while a transfer is pending
 *
 * The owner changes by acceptance, and back by a return that undoes the latest acceptance: there is exactly one at any time.
 */
import type { Closure, TicketRegistration, TransferRequest, TupaTicket, TupaTransfer } from "./objects.ts";

export type Refusal =
  | "invalid-transition"
  | "transfer-pending"
  | "already-decided"
  | "too-late"
  | "not-allowed"
  | "self-transfer"
  | "hop-limit";
export type Decision<T> = { ok: true; value: T } | { ok: false; refusal: Refusal };

export const largestHops = 5;

export function isPending(transfer: TupaTransfer): boolean {
  return transfer.status === "requested" || transfer.status === "delivered";
}

const decided = (value: {
  ticket: TupaTicket;
  transfer: TupaTransfer;
}): Decision<{ ticket: TupaTicket; transfer: TupaTransfer }> => ({ ok: true, value });
const refused = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });

/** A new transfer of the ticket, which is locked from now on. */
export function requestTransfer(
  ticket: TupaTicket,
  request: TransferRequest,
  times: { now: string; respondBy: string },
): Decision<{ ticket: TupaTicket; transfer: TupaTransfer }> {
  if (ticket.owner.officeId !== request.fromOfficeId) return refused("not-allowed");
  if (ticket.pendingTransferId !== null) return refused("transfer-pending");
  if (request.toOfficeId === request.fromOfficeId) return refused("self-transfer");
  if (ticket.status === "closed_bo" || ticket.status === "closed_fo") return refused("invalid-transition");
  if (ticket.hops >= largestHops) return refused("hop-limit");
  const transfer: TupaTransfer = {
    ...request,
    ticketId: ticket.ticketId,
    status: "requested",
    targetLocalTicketId: null,
    refusalReason: null,
    respondBy: times.respondBy,
    createdAt: times.now,
    updatedAt: times.now,
    attempts: 0,
  };
  return decided({ ticket: { ...ticket, pendingTransferId: request.transferId }, transfer });
}

type Pair = { ticket: TupaTicket; transfer: TupaTransfer };

/** The target has the ticket, under its own number. */
export function delivered(pair: Pair, targetLocalTicketId: string): Decision<Pair> {
  if (pair.transfer.status !== "requested") return refused("already-decided");
  return decided({ ticket: pair.ticket, transfer: { ...pair.transfer, status: "delivered", targetLocalTicketId } });
}

/** The target takes the ticket and becomes its owner. The giving office stays a watcher. */
export function accept(
  pair: Pair,
  by: { officeId: string; targetLocalTicketId: string; takeNow: boolean },
): Decision<Pair> {
  if (pair.transfer.toOfficeId !== by.officeId) return refused("not-allowed");
  if (!isPending(pair.transfer)) return refused("already-decided");
  const { ticket, transfer } = pair;
  const watchers = [...new Set([...ticket.watchers, transfer.fromOfficeId])].filter((each) => each !== by.officeId);
  return decided({
    ticket: {
      ...ticket,
      owner: { officeId: by.officeId, localTicketId: by.targetLocalTicketId },
      watchers,
      status: by.takeNow ? "in_progress" : "open_bo",
      pendingTransferId: null,
      hops: ticket.hops + 1,
    },
    transfer: { ...transfer, status: "accepted", targetLocalTicketId: by.targetLocalTicketId },
  });
}

/** Everything that ends a transfer without a new owner: the ticket is unlocked as it was. */
export function endTransfer(
  pair: Pair,
  end: { status: "refused" | "withdrawn" | "expired" | "failed"; refusalReason?: TupaTransfer["refusalReason"] },
): Decision<Pair> {
  if (!isPending(pair.transfer)) return refused("already-decided");
  return decided({
    ticket: { ...pair.ticket, pendingTransferId: null },
    transfer: { ...pair.transfer, status: end.status, refusalReason: end.refusalReason ?? null },
  });
}

/**
 * How long after its acceptance a transfer can be returned: as long as a target may think about an offer. A bridge that was away for longer finds its
 * open offers expired as well, and by then the new owner should have answered the citizen.
 */
export const returnTimeMs = 2 * 24 * 3_600_000;

/** `before`: the ticket when the transfer was asked for. `newestTransferId`: the one that changed the owner last. `nowMs` is the time since 1970. */
export type GivingBack = { before: TupaTicket; newestTransferId: string | null; nowMs: number };

/**
 * The call of an accepted transfer is with the source again, and the ticket follows its citizen: owner and status are what they were. Whoever had it
 * meanwhile follows it. What the new owner has closed, or has passed on or is passing on, stays there.
 */
export function giveBack(pair: Pair, { before, newestTransferId, nowMs }: GivingBack): Decision<Pair> {
  const { ticket, transfer } = pair;
  const isNewest = newestTransferId === transfer.transferId;
  if (transfer.status !== "accepted" || !transfer.withCall || !isNewest) return refused("already-decided");
  if (ticket.pendingTransferId !== null) return refused("transfer-pending");
  if (ticket.closedAt !== null) return refused("invalid-transition");
  // Nothing has changed the transfer since its acceptance.
  if (nowMs - Date.parse(transfer.updatedAt) > returnTimeMs) return refused("too-late");
  const { owner, status, hops } = before;
  const watchers = [...new Set([...ticket.watchers, transfer.toOfficeId])].filter((each) => each !== owner.officeId);
  return decided({
    ticket: { ...ticket, owner, status, hops, watchers },
    transfer: { ...transfer, status: "returned" },
  });
}

/** Take, release: the owner's own work on the ticket. */
export function changeStatus(ticket: TupaTicket, operation: "take" | "release"): Decision<TupaTicket> {
  if (ticket.pendingTransferId !== null) return refused("transfer-pending");
  const from = operation === "take" ? "open_bo" : "in_progress";
  if (ticket.status !== from) return refused("invalid-transition");
  return { ok: true, value: { ...ticket, status: operation === "take" ? "in_progress" : "open_bo" } };
}

/** `closed_bo` from `open_bo` is a supervisor's clearing away of what was withdrawn or a duplicate. */
export function closeTicket(ticket: TupaTicket, closure: Closure, now: string): Decision<TupaTicket> {
  if (ticket.pendingTransferId !== null) return refused("transfer-pending");
  const isCleared = closure.outcome === "withdrawn" || closure.outcome === "duplicate";
  const isAllowed =
    ticket.status === "open_bo"
      ? closure.status === "closed_fo" || isCleared
      : ticket.status === "in_progress" && closure.status === "closed_bo";
  if (!isAllowed) return refused("invalid-transition");
  return { ok: true, value: { ...ticket, status: closure.status, outcome: closure.outcome, closedAt: now } };
}

const longestClosedMs = 30 * 24 * 3_600_000;

/** A closed ticket is opened again within thirty days. `nowMs` is the time since 1970. */
export function reopenTicket(ticket: TupaTicket, nowMs: number): Decision<TupaTicket> {
  if (ticket.closedAt === null || nowMs - Date.parse(ticket.closedAt) > longestClosedMs)
    return refused("invalid-transition");
  return { ok: true, value: { ...ticket, status: "open_bo", outcome: null, closedAt: null } };
}

/** The owner's present wording of a ticket that is registered already; null when there is nothing new, or the ticket is on its way. */
export function refreshed(ticket: TupaTicket, by: { officeId: string; told: TicketRegistration }): TupaTicket | null {
  if (ticket.owner.officeId !== by.officeId || ticket.pendingTransferId !== null) return null;
  const { contactReason, topic, subject, description, priority, requester, consent, call } = by.told;
  const next = { ...ticket, contactReason, topic, subject, description, priority, requester, consent, call };
  return JSON.stringify(next) === JSON.stringify(ticket) ? null : next;
}
