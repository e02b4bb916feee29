/** Tickets of the calls on this desk. Whatever cannot be sent now is kept in the tab and sent when the ticket service is back. */
import { crmOf, tellProblem, withToken } from "./desk.ts";
import { findEntry } from "../domain/call/apply-calls-event.ts";
import { callerOf } from "../domain/call/call.ts";
import { ticketOfPanel } from "../domain/ticket/ticket-panel.ts";
import type { Desk } from "./desk.ts";
import type { Failure, Outcome, TicketUpdate } from "./ports.ts";
import type { NewTicketFields, NoteVisibility, Ticket, TicketBrief } from "../domain/ticket/ticket.ts";
import type { TicketOutcome } from "../domain/ticket/ticket.ts";

export type TicketCommands = {
  writeNote(callId: string, text: string, visibility: NoteVisibility): void;
  sendNote(callId: string): Promise<void>;
  /** `ticketId` is made by the form once, so that pressing the button again is the same ticket. */
  create(callId: string, ticketId: string, fields: NewTicketFields): Promise<Outcome<null>>;
  open(callId: string, ticketId: string): Promise<void>;
  search(text: string): Promise<Outcome<readonly TicketBrief[]>>;
  close(callId: string, answer: string, outcome: TicketOutcome): Promise<Outcome<null>>;
  /** The operator wants a new ticket instead of the one shown. */
  startNew(callId: string): void;
  newTicketId(): string;
  /** Sends what waits, and looks again for tickets that were announced. */
  catchUp(): Promise<void>;
};

const away: Failure = { ok: false, why: "away", detail: null };

export function createTicketCommands(desk: Desk): TicketCommands {
  const { store, ports } = desk;
  return {
    writeNote(callId, text, visibility) {
      store.dispatch({ type: "note-written", callId, text, visibility, updateId: ports.ids.ulid() });
      keepNote(desk, callId);
    },
    sendNote: (callId) => sendNote(desk, callId),
    create: (callId, ticketId, fields) => createTicket(desk, { callId, ticketId, fields }),
    async open(callId, ticketId) {
      const crm = crmOf(desk);
      const answer = crm === null ? away : await ports.crmApi.readTicket(crm, ticketId);
      if (!answer.ok) return tellProblem(desk, "problem.ticket-read");
      store.dispatch({ type: "ticket-opened", callId, ticket: answer.value, why: "opened-by-hand" });
      await attach(desk, callId, ticketId);
    },
    async search(text) {
      const crm = crmOf(desk);
      return crm === null ? away : ports.crmApi.searchTickets(crm, { text });
    },
    async close(callId, answer, outcome) {
      const update: TicketUpdate = { operation: "close", updateId: ports.ids.ulid(), outcome, answer };
      const ticket = ticketOfPanel(store.read().panels[callId]);
      return ticket === null ? away : changeTicket(desk, ticket.ticketId, update);
    },
    startNew(callId) {
      const entry = findEntry(store.read().calls, callId);
      const caller = entry === undefined ? null : callerOf(entry);
      store.dispatch({
        type: "new-ticket-wanted",
        callId,
        phone: caller?.number ?? null,
        displayName: caller?.displayName ?? null,
      });
    },
    newTicketId: () => ports.ids.ulid(),
    async catchUp() {
      for (const panel of Object.values(store.read().panels)) {
        if (panel.note.kind === "waiting") await sendNote(desk, panel.callId);
        if (panel.shown.kind === "pending") await lookAgain(desk, panel.shown.ticketId);
      }
    },
  };
}

/** Drafts of a call that came back after a reload. */
export function restoreNote(desk: Desk, callId: string): void {
  const kept = desk.ports.storage.readNote(callId);
  if (kept !== null) desk.store.dispatch({ type: "note-written", callId, ...kept });
}

function keepNote(desk: Desk, callId: string): void {
  const note = desk.store.read().panels[callId]?.note;
  const isDraft = note?.kind === "written" || note?.kind === "waiting" || note?.kind === "sending";
  desk.ports.storage.writeNote(
    callId,
    isDraft ? { text: note.text, visibility: note.visibility, updateId: note.updateId } : null,
  );
}

async function sendNote(desk: Desk, callId: string): Promise<void> {
  const { store, ports } = desk;
  const before = store.read().panels[callId]?.note;
  if (before?.kind !== "written" && before?.kind !== "waiting") return;
  const { text, visibility, updateId } = before;
  if (text.trim() === "") return;
  const shown = ticketOfPanel(store.read().panels[callId])?.ticketId ?? null;
  const ticketId = (before.kind === "waiting" ? before.ticketId : null) ?? shown;
  if (ticketId === null) return store.dispatch({ type: "note-waiting", callId, updateId });
  store.dispatch({ type: "note-sending", callId, ticketId });
  const answer = await changeTicket(desk, ticketId, { operation: "add_note", updateId, text: text.trim(), visibility });
  if (answer.ok) store.dispatch({ type: "note-sent", callId, updateId, atMs: ports.clock.nowMs() });
  else store.dispatch({ type: "note-waiting", callId, updateId });
  keepNote(desk, callId);
}

async function changeTicket(desk: Desk, ticketId: string, update: TicketUpdate): Promise<Outcome<null>> {
  const crm = crmOf(desk);
  if (crm === null) return away;
  const answer = await desk.ports.crmApi.updateTicket(crm, ticketId, update);
  if (!answer.ok) return answer;
  desk.store.dispatch({ type: "ticket-changed", ticket: answer.value });
  return { ok: true, value: null };
}

async function createTicket(
  desk: Desk,
  wanted: { callId: string; ticketId: string; fields: NewTicketFields },
): Promise<Outcome<null>> {
  const { callId, ticketId, fields } = wanted;
  const crm = crmOf(desk);
  if (crm === null) return away;
  const contactId = findEntry(desk.store.read().calls, callId)?.box?.call.contactId ?? null;
  const answer: Outcome<Ticket> = await desk.ports.crmApi.createTicket(crm, {
    ...fields,
    ticketId,
    contactId,
    callId: contactId === null ? null : callId,
  });
  if (!answer.ok) return answer;
  desk.store.dispatch({ type: "ticket-opened", callId, ticket: answer.value, why: "created" });
  await attach(desk, callId, answer.value.ticketId);
  return { ok: true, value: null };
}

async function attach(desk: Desk, callId: string, ticketId: string): Promise<void> {
  const answer = await withToken(desk, (token) => desk.ports.boxApi.attachTicket(token, callId, ticketId));
  if (!answer.ok) tellProblem(desk, "problem.ticket-attach");
}

async function lookAgain(desk: Desk, ticketId: string): Promise<void> {
  const crm = crmOf(desk);
  if (crm === null) return;
  const answer = await desk.ports.crmApi.readTicket(crm, ticketId);
  if (answer.ok) desk.store.dispatch({ type: "ticket-changed", ticket: answer.value });
}
