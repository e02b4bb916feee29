/**
 * What the ticket panel of one call shows. Keyed by the call, never by the current counterpart; the newest revision of a pop wins,
 * but a ticket that the operator opened by hand stays.
 *   searching ─screen-pop─▶ pending ─pop / ticket─▶ ticket          new ─ticket-opened─▶ ticket
 */
import type { NoteVisibility, ScreenPop, Ticket, TicketBrief } from "./ticket.ts";

export type ShownTicket =
  | { kind: "searching" }
  | { kind: "pending"; ticketId: string }
  | {
      kind: "ticket";
      why: "came-with-call" | "open-ticket" | "recent-ticket" | "opened-by-hand" | "created";
      ticket: Ticket;
    }
  | { kind: "new"; phone: string | null; displayName: string | null };

/** The note being written. `updateId` is made once, so that a repeated request is the same note. */
export type NoteDraft =
  | { kind: "empty" }
  | { kind: "written"; text: string; visibility: NoteVisibility; updateId: string }
  /** `ticketId`: where it was sent first, and stays bound to: the service may have it already although it did not answer. */
  | { kind: "sending"; text: string; visibility: NoteVisibility; updateId: string; ticketId: string }
  /** The ticket or its service is away: kept here, sent when it is back. */
  | { kind: "waiting"; text: string; visibility: NoteVisibility; updateId: string; ticketId: string | null }
  | { kind: "sent"; atMs: number };

export type TicketPanel = {
  callId: string;
  revision: number;
  shown: ShownTicket;
  others: readonly TicketBrief[];
  note: NoteDraft;
};

export type TicketEvent =
  | { type: "screen-pop"; pop: ScreenPop }
  | { type: "ticket-changed"; ticket: Ticket }
  | { type: "ticket-opened"; callId: string; ticket: Ticket; why: "opened-by-hand" | "created" }
  | { type: "new-ticket-wanted"; callId: string; phone: string | null; displayName: string | null }
  | { type: "note-written"; callId: string; text: string; visibility: NoteVisibility; updateId: string }
  | { type: "note-sending"; callId: string; ticketId: string }
  | { type: "note-sent"; callId: string; updateId: string; atMs: number }
  | { type: "note-waiting"; callId: string; updateId: string }
  | { type: "panel-dropped"; callId: string };

export type TicketPanels = Readonly<Record<string, TicketPanel>>;

export function emptyPanel(callId: string): TicketPanel {
  return { callId, revision: 0, shown: { kind: "searching" }, others: [], note: { kind: "empty" } };
}

export function applyTicketEvent(panels: TicketPanels, event: TicketEvent): TicketPanels {
  switch (event.type) {
    case "screen-pop":
      return change(panels, event.pop.callId, (panel) => popped(panel, event.pop));
    case "ticket-changed":
      return Object.fromEntries(
        Object.entries(panels).map(([callId, panel]) => [callId, refreshed(panel, event.ticket)]),
      );
    case "ticket-opened":
      return change(panels, event.callId, (panel) => ({
        ...panel,
        shown: { kind: "ticket", why: event.why, ticket: event.ticket },
      }));
    case "new-ticket-wanted":
      return change(panels, event.callId, (panel) => ({
        ...panel,
        shown: { kind: "new", phone: event.phone, displayName: event.displayName },
      }));
    case "note-written":
    case "note-sending":
    case "note-sent":
    case "note-waiting":
      return change(panels, event.callId, (panel) => ({ ...panel, note: nextNote(panel.note, event) }));
    case "panel-dropped":
      return Object.fromEntries(Object.entries(panels).filter(([callId]) => callId !== event.callId));
  }
}

function change(panels: TicketPanels, callId: string, how: (panel: TicketPanel) => TicketPanel): TicketPanels {
  return { ...panels, [callId]: how(panels[callId] ?? emptyPanel(callId)) };
}

function popped(panel: TicketPanel, pop: ScreenPop): TicketPanel {
  if (pop.revision <= panel.revision) return panel;
  const chosenByHand =
    panel.shown.kind === "ticket" && (panel.shown.why === "opened-by-hand" || panel.shown.why === "created");
  const shown = chosenByHand ? panel.shown : shownOf(pop);
  return { ...panel, revision: pop.revision, shown, others: pop.others };
}

function shownOf(pop: ScreenPop): ShownTicket {
  switch (pop.content.kind) {
    case "ticket":
      return pop.content;
    case "ticket-pending":
      return { kind: "pending", ticketId: pop.content.ticketId };
    case "new":
      return pop.content;
  }
}

/** A newer version of the shown ticket replaces it; a pending one becomes visible when it arrives. */
function refreshed(panel: TicketPanel, ticket: Ticket): TicketPanel {
  const { shown } = panel;
  if (shown.kind === "pending" && shown.ticketId === ticket.ticketId) {
    return { ...panel, shown: { kind: "ticket", why: "came-with-call", ticket } };
  }
  if (shown.kind !== "ticket" || shown.ticket.ticketId !== ticket.ticketId) return panel;
  return ticket.version >= shown.ticket.version ? { ...panel, shown: { ...shown, ticket } } : panel;
}

type NoteEvent = Extract<TicketEvent, { type: "note-written" | "note-sending" | "note-sent" | "note-waiting" }>;

function nextNote(note: NoteDraft, event: NoteEvent): NoteDraft {
  switch (event.type) {
    case "note-written": {
      if (event.text === "") return { kind: "empty" };
      // A note under way is not changed any more: its text would differ from what was sent under the same id.
      if (note.kind === "sending" || note.kind === "waiting") return note;
      const updateId = note.kind === "written" ? note.updateId : event.updateId;
      return { kind: "written", text: event.text, visibility: event.visibility, updateId };
    }
    case "note-sending":
      return note.kind === "written" || note.kind === "waiting"
        ? { ...note, kind: "sending", ticketId: event.ticketId }
        : note;
    case "note-sent":
      return note.kind === "sending" && note.updateId === event.updateId ? { kind: "sent", atMs: event.atMs } : note;
    case "note-waiting":
      if (!("updateId" in note) || note.updateId !== event.updateId) return note;
      return { ...note, kind: "waiting", ticketId: note.kind === "written" ? null : note.ticketId };
  }
}

export function ticketOfPanel(panel: TicketPanel | undefined): Ticket | null {
  return panel?.shown.kind === "ticket" ? panel.shown.ticket : null;
}
