/** A ticket's journey to another office, as the giving and the receiving office see it. The hub decides; this is the office's own copy of it. */
import {
  isOpen,
  pendingTransfer,
  written,
  type Stamp,
  type Ticket,
  type TicketTransfer,
  type TransferStatus,
} from "./ticket.ts";

export type TransferStart = { transferId: string; toOfficeId: string; reason: string; message: string };

/** The giving office starts it: the ticket is locked. Null when it is not ours to give, closed, or already on its way. */
export function startTransfer(ticket: Ticket, start: TransferStart, stamp: Stamp): Ticket | null {
  if (ticket.transfers.some((transfer) => transfer.transferId === start.transferId)) return ticket;
  if (ticket.ourRole !== "owner" || !isOpen(ticket) || pendingTransfer(ticket) !== null) return null;
  const transfer: TicketTransfer = {
    ...start,
    fromOfficeId: stamp.actor.officeId,
    status: "pending",
    refusalReason: null,
    targetLocalTicketId: null,
  };
  return written({ ...ticket, transfers: [...ticket.transfers, transfer] }, stamp, {
    type: "transfer_requested",
    text: start.message || null,
  });
}

/** Marks a transfer that ended before anything of it left this office. */
export const neverSent = "not-sent";

/** Whether other offices may know the ticket. */
export function isShared(ticket: Ticket): boolean {
  return ticket.transfers.some((transfer) => transfer.refusalReason !== neverSent);
}

/** Shared notes written before the ticket went out for the first time; later ones went out each on its own. */
export function notesBeforeSharing(ticket: Ticket): string[] {
  const firstSent = ticket.transfers.findIndex((transfer) => transfer.refusalReason !== neverSent);
  const departure = ticket.events.filter((line) => line.type === "transfer_requested")[firstSent];
  const early = departure === undefined ? ticket.events : ticket.events.slice(0, departure.seq - 1);
  return early.flatMap((line) =>
    line.type === "note_added" && line.visibility === "shared" && line.text !== null ? [line.text] : [],
  );
}

const order: readonly TransferStatus[] = ["pending", "requested", "delivered"];

/** Whether the news says more than what is known: a decided transfer stays decided – but for an accepted one whose call comes back – and nothing goes back. */
export function isNews(known: TransferStatus, next: TransferStatus): boolean {
  if (known === "accepted") return next === "returned";
  const before = order.indexOf(known);
  const after = order.indexOf(next);
  return before !== -1 && (after === -1 || after > before);
}

export type TransferNews = {
  transferId: string;
  status: TransferStatus;
  targetLocalTicketId: string | null;
  refusalReason: string | null;
  /** This office. */
  ourOfficeId: string;
  /** Operator who takes the ticket with the call, at the receiving office. */
  assignee: string | null;
  takeNow: boolean;
};

/** The transfer's state moves on. Acceptance changes the owner, a return undoes it; everything else leaves the ticket with who had it. */
export function transferMoved(ticket: Ticket, news: TransferNews, stamp: Stamp): Ticket {
  const known = ticket.transfers.find((transfer) => transfer.transferId === news.transferId);
  if (known === undefined || !isNews(known.status, news.status)) return ticket;
  const transfers = ticket.transfers.map((transfer) =>
    transfer.transferId === news.transferId
      ? {
          ...transfer,
          status: news.status,
          refusalReason: news.refusalReason,
          targetLocalTicketId: news.targetLocalTicketId ?? transfer.targetLocalTicketId,
          ...(news.status === "accepted" && {
            before: { status: ticket.status, assignee: ticket.assignee },
          }),
        }
      : transfer,
  );
  const moved: Ticket = { ...ticket, transfers };
  // The request stands in the history already, with the operator who made it.
  if (news.status === "requested") return { ...moved, updatedAt: stamp.at, version: ticket.version + 1 };
  const isOurs = known.toOfficeId === news.ourOfficeId;
  if (news.status === "returned")
    return written(givenBack(moved, known, news), stamp, { type: "transfer_returned", text: news.refusalReason });
  const line = { type: `transfer_${news.status}`, text: news.refusalReason ?? news.targetLocalTicketId };
  if (news.status !== "accepted") return written({ ...moved, ourRole: roleAfter(moved, isOurs, news) }, stamp, line);
  return written(
    {
      ...moved,
      ownerOfficeId: known.toOfficeId,
      ourRole: isOurs ? "owner" : "watcher",
      watchers: [...new Set([...ticket.watchers, known.fromOfficeId])].filter((office) => office !== known.toOfficeId),
      status: news.takeNow ? "in_progress" : "open_bo",
      assignee: isOurs ? news.assignee : null,
    },
    stamp,
    line,
  );
}

/** The ticket is with the giving office again, as it was there; who had taken it follows it. `known`: the transfer as it stood here before. */
function givenBack(ticket: Ticket, known: TicketTransfer, news: TransferNews): Ticket {
  const { fromOfficeId, toOfficeId } = known;
  const watchers = [...new Set([...ticket.watchers, toOfficeId])].filter((office) => office !== fromOfficeId);
  const given: Ticket = { ...ticket, ownerOfficeId: fromOfficeId, watchers, outcome: null, closedAt: null };
  if (fromOfficeId !== news.ourOfficeId)
    return { ...given, ourRole: "watcher", status: news.takeNow ? "in_progress" : "open_bo", assignee: null };
  // Not heard of as accepted: the ticket was never anything else here.
  const here = known.status === "accepted" ? known.before : ticket;
  return { ...given, ourRole: "owner", status: here?.status ?? "open_bo", assignee: here?.assignee ?? null };
}

/** Marks an accepted transfer whose call came back, but not its ticket. */
export const staysThere = "stays-there";

/** The other office has closed the ticket or passed it on, or has had it for too long: it stays there, and people here can read it. */
export function ticketStays(ticket: Ticket, transferId: string, stamp: Stamp): Ticket {
  const known = ticket.transfers.find((transfer) => transfer.transferId === transferId);
  if (ticket.ourRole === "owner" || known?.status !== "accepted" || known.refusalReason !== null) return ticket;
  const transfers = ticket.transfers.map((transfer) =>
    transfer === known ? { ...transfer, refusalReason: staysThere } : transfer,
  );
  return written({ ...ticket, transfers }, stamp, { type: "return_refused", text: null, visibility: "internal" });
}

/** An offer that came to nothing leaves a former owner the watcher it was; whoever was only offered the ticket stays that. */
function roleAfter(ticket: Ticket, isOurs: boolean, news: TransferNews): Ticket["ourRole"] {
  const isOver = order.indexOf(news.status) === -1;
  return isOurs && isOver && ticket.watchers.includes(news.ourOfficeId) ? "watcher" : ticket.ourRole;
}
