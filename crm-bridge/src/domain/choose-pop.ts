/** What the ringing operator sees: the ticket that came with the call, else the caller's open ticket, else a recent one, else an empty new one. */
import { isOpen, pendingTransfer, type Ticket } from "./ticket.ts";

export type PopContent =
  | { kind: "ticket"; why: "came-with-call" | "open-ticket" | "recent-ticket"; ticket: Ticket }
  | { kind: "ticket-pending"; ticketId: string; transferId: string | null }
  | { kind: "new"; phone: string | null; displayName: string | null };

export type PopQuestion = {
  caller: { number: string | null; displayName: string | null };
  /** Pointer that the call carried; only ever a hint, the ticket itself came through the exchange. */
  pointer: { ticketId: string; transferId: string | null } | null;
  /** The ticket behind the pointer, when this office has it. */
  pointed: Ticket | null;
  /** Tickets of the caller's number in this office. */
  ofCaller: readonly Ticket[];
  /** A closed ticket touched after this is still worth showing (RFC 3339 UTC). */
  recentAfter: string;
};

export function choosePop(question: PopQuestion): { content: PopContent; others: Ticket[] } {
  const { pointer, pointed, caller } = question;
  // An offer that came to nothing is no ticket of this office.
  const known = question.ofCaller
    .filter((ticket) => ticket.ourRole !== "offered" || pendingTransfer(ticket) !== null)
    .toSorted(byInterest);
  const open = known.filter(isOpen);
  const besides = (ticket: Ticket): Ticket[] => open.filter((each) => each.ticketId !== ticket.ticketId);
  if (pointed !== null)
    return { content: { kind: "ticket", why: "came-with-call", ticket: pointed }, others: besides(pointed) };
  if (pointer !== null) return { content: { kind: "ticket-pending", ...pointer }, others: open };
  const [first] = open;
  if (first !== undefined)
    return { content: { kind: "ticket", why: "open-ticket", ticket: first }, others: besides(first) };
  const recent = known.find((ticket) => ticket.updatedAt >= question.recentAfter);
  if (recent !== undefined) return { content: { kind: "ticket", why: "recent-ticket", ticket: recent }, others: [] };
  return { content: { kind: "new", phone: caller.number, displayName: caller.displayName }, others: [] };
}

/** Ours before those we only watch, then the latest. */
function byInterest(one: Ticket, other: Ticket): number {
  const weight = (ticket: Ticket): number => (ticket.ourRole === "watcher" ? 1 : 0);
  return weight(one) - weight(other) || other.updatedAt.localeCompare(one.updatedAt);
}
