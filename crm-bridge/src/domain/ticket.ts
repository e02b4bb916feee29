/**
 * A ticket in one office: the four states of the report, and what this office is to it.
 *
 *   open_bo ⇄ in_progress ─close─▶ closed_bo ─reopen─▶ open_bo        locked (no closing, no second transfer)
 *      └────── close ─▶ closed_fo ──── reopen ─▶ open_bo              while a transfer is pending
 *   ourRole: owner ─accepted elsewhere─▶ watcher ─returned─▶ owner;  offered ─accepted here─▶ owner ─returned─▶ watcher
 */
export type TicketStatus = "open_bo" | "in_progress" | "closed_fo" | "closed_bo";
export type TicketOutcome =
  | "answered"
  | "referred_external"
  | "withdrawn"
  | "duplicate"
  | "not_competent"
  | "unreachable";
export type TransferStatus =
  | "pending"
  | "requested"
  | "delivered"
  | "accepted"
  | "refused"
  | "withdrawn"
  | "expired"
  | "failed"
  | "returned";
export type ActorRole = "fo" | "bo" | "supervisor" | "system" | "citizen" | "email";

export type Actor = { officeId: string; role: ActorRole; operatorRef: string | null };

export type TicketLine = {
  eventId: string;
  seq: number;
  at: string;
  type: string;
  actor: Actor;
  /** Internal lines never leave the office. */
  visibility: "shared" | "internal";
  text: string | null;
};

export type TicketTransfer = {
  transferId: string;
  fromOfficeId: string;
  toOfficeId: string;
  status: TransferStatus;
  reason: string;
  message: string;
  refusalReason: string | null;
  targetLocalTicketId: string | null;
  /** At the giving office, since the other one has accepted: what the ticket was here, should its call come back. */
  before?: { status: TicketStatus; assignee: string | null };
};

export type Requester = {
  givenName?: string | undefined;
  familyName?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
  preferredContact?: "phone" | "email" | "none" | undefined;
  municipality?: { istatCode?: string | undefined; label: string } | undefined;
  gender?: "F" | "M" | "X" | "not_declared" | undefined;
  ageBand?: "0-17" | "18-24" | "25-34" | "35-44" | "45-54" | "55-64" | "65-74" | "75+" | "nd" | undefined;
  specialNeeds?: ("blind" | "deaf" | "language")[] | undefined;
  anonymous?: boolean | undefined;
};

export type Ticket<
  Category extends string = string,
  Channel extends string = string,
  Reason extends string = string,
> = {
  ticketId: string;
  localTicketId: string;
  publicCode: string;
  url: string | null;
  originOfficeId: string;
  originLocalTicketId: string | null;
  ownerOfficeId: string;
  ourRole: "owner" | "watcher" | "offered";
  watchers: string[];
  status: TicketStatus;
  outcome: TicketOutcome | null;
  accessChannel: Channel;
  contactReason: Reason;
  topic: { category: Category; area?: string | undefined };
  subject: string;
  description: string;
  priority: "normal" | "urgent";
  requester: Requester | null;
  contactId: string | null;
  assignee: string | null;
  transfers: TicketTransfer[];
  events: TicketLine[];
  createdAt: string;
  updatedAt: string;
  closedAt: string | null;
  dueAt: string | null;
  version: number;
};

/** Who, when, under which id. `recentAfter` is thirty days before `at`: what closed earlier is not reopened. RFC 3339 UTC, so texts compare as times. */
export type Stamp = { at: string; recentAfter: string; eventId: string; actor: Actor };

export type NewTicket = Pick<
  Ticket,
  | "ticketId"
  | "localTicketId"
  | "publicCode"
  | "url"
  | "accessChannel"
  | "contactReason"
  | "topic"
  | "subject"
  | "description"
  | "priority"
  | "requester"
  | "contactId"
  | "dueAt"
>;

export function createTicket(given: NewTicket, stamp: Stamp): Ticket {
  const { officeId } = stamp.actor;
  const ticket: Ticket = {
    ...given,
    originOfficeId: officeId,
    originLocalTicketId: given.localTicketId,
    ownerOfficeId: officeId,
    ourRole: "owner",
    watchers: [],
    status: "open_bo",
    outcome: null,
    assignee: null,
    transfers: [],
    events: [],
    createdAt: stamp.at,
    updatedAt: stamp.at,
    closedAt: null,
    version: 0,
  };
  return written(ticket, stamp, { type: "created", text: null });
}

/** The ticket one version on, with the line of its history that says why. */
export function written(
  ticket: Ticket,
  stamp: Stamp,
  line: { type: string; text: string | null; visibility?: TicketLine["visibility"] },
): Ticket {
  const { at, eventId, actor } = stamp;
  const event: TicketLine = {
    eventId,
    seq: ticket.events.length + 1,
    at,
    type: line.type,
    actor,
    visibility: line.visibility ?? "shared",
    text: line.text,
  };
  return { ...ticket, events: [...ticket.events, event], updatedAt: at, version: ticket.version + 1 };
}

export function pendingTransfer(ticket: Ticket): TicketTransfer | null {
  const open: TransferStatus[] = ["pending", "requested", "delivered"];
  return ticket.transfers.find((transfer) => open.includes(transfer.status)) ?? null;
}

export function isOpen(ticket: Ticket): boolean {
  return ticket.status === "open_bo" || ticket.status === "in_progress";
}

export type TicketUpdate =
  | { operation: "add_note"; text: string; visibility: "shared" | "internal" }
  | ({ operation: "classify" } & {
      [Key in "subject" | "topic" | "contactReason" | "requester"]?: NonNullable<Ticket[Key]> | undefined;
    })
  | { operation: "take" }
  | { operation: "release" }
  | { operation: "close"; outcome: TicketOutcome; answer: string }
  | { operation: "reopen"; reason: string };

export type UpdateRefusal = "invalid-transition" | "transfer-pending" | "not-owner" | "not-allowed";
export type Updated = { ok: true; ticket: Ticket } | { ok: false; reason: UpdateRefusal };

/** Who asks: one person may hold several roles (front office, back office, supervisor). */
export type OperatorStamp = Stamp & { roles: readonly ActorRole[] };

/** One operation of this office on the ticket. A watcher may only add notes. */
export function updateTicket(ticket: Ticket, update: TicketUpdate, stamp: OperatorStamp): Updated {
  if (update.operation === "add_note") {
    return done(written(ticket, stamp, { type: "note_added", text: update.text, visibility: update.visibility }));
  }
  if (ticket.ourRole !== "owner") return { ok: false, reason: "not-owner" };
  if (!mayDo(ticket, update, stamp)) return { ok: false, reason: "not-allowed" };
  switch (update.operation) {
    case "classify":
      return done(written({ ...ticket, ...classified(update) }, stamp, { type: "classified", text: null }));
    case "take":
      return ticket.status === "open_bo"
        ? unlocked(ticket, () =>
            written({ ...ticket, status: "in_progress", assignee: stamp.actor.operatorRef }, stamp, {
              type: "assigned",
              text: null,
            }),
          )
        : { ok: false, reason: "invalid-transition" };
    case "release":
      return ticket.status === "in_progress"
        ? unlocked(ticket, () =>
            written({ ...ticket, status: "open_bo", assignee: null }, stamp, { type: "status_changed", text: null }),
          )
        : { ok: false, reason: "invalid-transition" };
    case "close":
      return isOpen(ticket)
        ? unlocked(ticket, () => closed(ticket, update, stamp))
        : { ok: false, reason: "invalid-transition" };
    case "reopen":
      return isReopenable(ticket, stamp.recentAfter)
        ? done(
            written({ ...ticket, status: "open_bo", outcome: null, closedAt: null, assignee: null }, stamp, {
              type: "reopened",
              text: update.reason,
            }),
          )
        : { ok: false, reason: "invalid-transition" };
  }
}

/**
 * Back office and supervisors take tickets and finish what is in work; the front office closes what nobody has taken yet, and what it holds
 * itself because it came with a call.
 */
function mayDo(ticket: Ticket, update: TicketUpdate, by: OperatorStamp): boolean {
  const has = (...roles: ActorRole[]): boolean => roles.some((role) => by.roles.includes(role));
  const isHolder = ticket.assignee !== null && ticket.assignee === by.actor.operatorRef;
  switch (update.operation) {
    case "take":
      return has("bo", "supervisor");
    case "release":
      return has("bo", "supervisor") || isHolder;
    case "close":
      return ticket.status === "open_bo" ? has("fo", "supervisor") : has("bo", "supervisor") || isHolder;
    case "add_note":
    case "classify":
    case "reopen":
      return has("fo", "bo", "supervisor");
  }
}

function done(ticket: Ticket): Updated {
  return { ok: true, ticket };
}

/** A ticket on its way to another office is neither closed nor passed from hand to hand here. */
function unlocked(ticket: Ticket, change: () => Ticket): Updated {
  return pendingTransfer(ticket) === null ? done(change()) : { ok: false, reason: "transfer-pending" };
}

function classified(update: Extract<TicketUpdate, { operation: "classify" }>): Partial<Ticket> {
  const { subject, topic, contactReason, requester } = update;
  return {
    ...(subject !== undefined && { subject }),
    ...(topic !== undefined && { topic }),
    ...(contactReason !== undefined && { contactReason }),
    ...(requester !== undefined && { requester }),
  };
}

/** Closed by the front office when nobody of the back office had taken it; by the back office otherwise. A supervisor clears duplicates away as back office. */
function closed(ticket: Ticket, update: Extract<TicketUpdate, { operation: "close" }>, stamp: OperatorStamp): Ticket {
  const isCleared =
    stamp.roles.includes("supervisor") && (update.outcome === "withdrawn" || update.outcome === "duplicate");
  const status = ticket.status === "open_bo" && !isCleared ? "closed_fo" : "closed_bo";
  return written({ ...ticket, status, outcome: update.outcome, closedAt: stamp.at }, stamp, {
    type: "closed",
    text: update.answer,
  });
}

function isReopenable(ticket: Ticket, recentAfter: string): boolean {
  return ticket.closedAt !== null && ticket.closedAt >= recentAfter;
}
