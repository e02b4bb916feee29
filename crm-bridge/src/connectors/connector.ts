/**
 * The shape of a CRM behind the bridge. The bridge keeps its own copy of every ticket it deals with; the connector is where the office's people
 * work: its numbers, its pages, its comments. Every call is bounded in time and answers with a value; a CRM that is away never stops a call.
 */
export type CrmFailure = { ok: false; reason: "unavailable" | "rejected"; detail: string };
export type CrmResult<T> = { ok: true; value: T } | CrmFailure;

export type CrmStatus = "open_bo" | "in_progress" | "closed_fo" | "closed_bo";

/** A ticket as the CRM has it. */
export type CrmTicket = {
  localTicketId: string;
  /** The shared ticket's id when the CRM keeps it, else null: a ticket that was born in the CRM. */
  ticketId: string | null;
  subject: string;
  status: CrmStatus;
  url: string | null;
  updatedAt: string;
};

export type CrmTicketDraft = {
  /** Makes a repeated creation find the first one. */
  ticketId: string;
  subject: string;
  description: string;
  phone: string | null;
  requesterName: string | null;
  email: string | null;
  category: string;
  /** Filled when the ticket comes from another office. */
  receivedFrom: { officeId: string; localTicketId: string; transferId: string } | null;
};

/** `commentId` (letters and digits): one that was written before a crash is recognised by it and not written again. */
export type CrmComment = { commentId: string; text: string };

export interface Connector {
  readonly kind: string;
  /** Open tickets of a caller, newest first. `phone` is E.164. */
  findOpenTickets(phone: string): Promise<CrmResult<CrmTicket[]>>;
  /** Which of these tickets are still open there: people close them in the CRM as well. */
  stillOpen(localTicketIds: readonly string[]): Promise<CrmResult<ReadonlySet<string>>>;
  /** Creates the ticket, or finds the one created before under the same `ticketId`. */
  createTicket(draft: CrmTicketDraft): Promise<CrmResult<{ localTicketId: string; url: string | null }>>;
  /** A remark that people of the office see: notes, and where a ticket went with its number there. */
  addComment(localTicketId: string, comment: CrmComment): Promise<CrmResult<null>>;
  setStatus(localTicketId: string, status: CrmStatus): Promise<CrmResult<null>>;
  /** Page of the ticket, from this office's own template. */
  urlOf(localTicketId: string): string | null;
}
