/** The ticket as the page shows it; the fields are those of the bridge's contract. */
import type { HandOverStatus } from "../transfer/transfer-steps.ts";

export type TicketStatus = "open_bo" | "in_progress" | "closed_fo" | "closed_bo";
export type TicketOutcome =
  | "answered"
  | "referred_external"
  | "withdrawn"
  | "duplicate"
  | "not_competent"
  | "unreachable";
export type TicketRole = "owner" | "watcher" | "offered";
export type NoteVisibility = "shared" | "internal";

export const ticketOutcomes: readonly TicketOutcome[] = [
  "answered",
  "referred_external",
  "not_competent",
  "duplicate",
  "withdrawn",
  "unreachable",
];

export const contactReasons = [
  "information",
  "forms",
  "document_access",
  "report",
  "complaint",
  "suggestion",
  "consultation",
  "praise",
  "practice_status",
  "other",
] as const;
export type ContactReason = (typeof contactReasons)[number];

/** The 24 themes, in the order of the report. */
export const topicCategories = [
  "alimentazione",
  "ambiente",
  "arte_cultura",
  "casa",
  "cittadini_vita_pubblica",
  "economia_investimenti",
  "giustizia",
  "istruzione_formazione",
  "lavoro_carriere",
  "media_informazione",
  "politica_istituzioni",
  "politiche_sociali",
  "previdenza",
  "salute_benessere",
  "scienza_tecnologia_innovazione",
  "sicurezza",
  "sport_tempo_libero",
  "tasse",
  "trasporti_infrastrutture",
  "attivita_produttive_sviluppo_economico",
  "agricoltura",
  "assetto_territorio",
  "caccia_pesca",
  "turismo",
] as const;
export type TopicCategory = (typeof topicCategories)[number];

export type Topic = { category: TopicCategory; area?: string | undefined };

export type Requester = {
  givenName?: string | undefined;
  familyName?: string | undefined;
  phone?: string | undefined;
  email?: string | undefined;
};

export type TicketEntry = {
  eventId: string;
  seq: number;
  at: string;
  type: string;
  actor: {
    officeId: string;
    role: "fo" | "bo" | "supervisor" | "system" | "citizen" | "email";
    operatorRef: string | null;
  };
  visibility: NoteVisibility;
  text: string | null;
};

export type TicketBrief = {
  ticketId: string;
  localTicketId: string;
  publicCode: string;
  url: string | null;
  ownerOfficeId: string;
  ourRole: TicketRole;
  status: TicketStatus;
  subject: string;
  topic: Topic;
  updatedAt: string;
};

export type Ticket = TicketBrief & {
  originOfficeId: string;
  originLocalTicketId: string | null;
  description: string;
  contactReason: ContactReason;
  priority: "normal" | "urgent";
  requester: Requester | null;
  assignee: string | null;
  transfers: readonly {
    transferId: string;
    fromOfficeId: string;
    toOfficeId: string;
    status: HandOverStatus;
    reason: string;
    message: string;
    refusalReason: string | null;
    targetLocalTicketId: string | null;
  }[];
  events: readonly TicketEntry[];
  version: number;
};

export type ScreenPop = {
  callId: string;
  contactId: string;
  revision: number;
  content:
    | { kind: "ticket"; why: "came-with-call" | "open-ticket" | "recent-ticket"; ticket: Ticket }
    | { kind: "ticket-pending"; ticketId: string; transferId: string | null }
    | { kind: "new"; phone: string | null; displayName: string | null };
  others: readonly TicketBrief[];
};

export type NewTicketFields = {
  subject: string;
  description: string;
  contactReason: ContactReason;
  category: TopicCategory;
  priority: "normal" | "urgent";
  givenName: string;
  familyName: string;
  phone: string | null;
};

/** The office that keeps the ticket although the citizen came back from there: work on it had gone on. Null: nothing of the kind. */
export function keptBy({ ourRole, transfers }: Pick<Ticket, "ourRole" | "transfers">): string | null {
  const latest = transfers.at(-1);
  return ourRole === "watcher" && latest?.refusalReason === "stays-there" ? latest.toOfficeId : null;
}

export function isClosed(ticket: { status: TicketStatus }): boolean {
  return ticket.status === "closed_fo" || ticket.status === "closed_bo";
}
