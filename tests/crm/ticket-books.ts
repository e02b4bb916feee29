/** The books of a ticket network, read from its programs' files while they run: the hub's, and each bridge's. */
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import { isIntact } from "../../crm-bridge/src/tupa/contract/history.ts";
import type { TupaEvent, TupaTicket, TupaTransfer } from "../../crm-bridge/src/tupa/contract/objects.ts";

export type TicketBooks = {
  /** The office that the hub says to own the ticket; null: the hub has not heard of it. */
  ownerAtHub(ticketId: string): string | null;
  /** What the office's bridge says that the office is to the ticket; null: it has none. */
  roleAt(which: "one" | "two", ticketId: string): string | null;
  /** Transfers of the ticket that another office has accepted and not given back. */
  acceptances(ticketId: string): number;
  isHistoryIntact(ticketId: string): boolean;
  /** Tickets that the first office has beyond so many. */
  surplus(expected: number): number;
};

type Row = { id: string; body: string };

export function readTicketBooks(folder: string): TicketBooks {
  const hub = (table: string): Row[] => rows(join(folder, "hub", "tupa-hub.sqlite"), table);
  const bridge = (which: string): Map<string, { ourRole: string }> =>
    byId(rows(join(folder, `bridge-${which}`, "crm-bridge.sqlite"), "ticket"));
  const tickets = byId<TupaTicket>(hub("ticket"));
  const accepted = hub("transfer")
    .map(({ body }) => JSON.parse(body) as TupaTransfer)
    .filter(({ status }) => status === "accepted");
  const histories = Map.groupBy(hub("event"), ({ id }) => id);
  const roles = { one: bridge("one"), two: bridge("two") };
  return {
    ownerAtHub: (ticketId) => tickets.get(ticketId)?.owner.officeId ?? null,
    roleAt: (which, ticketId) => roles[which].get(ticketId)?.ourRole ?? null,
    acceptances: (ticketId) => accepted.filter((transfer) => transfer.ticketId === ticketId).length,
    isHistoryIntact: (ticketId) =>
      isIntact((histories.get(ticketId) ?? []).map(({ body }) => JSON.parse(body) as TupaEvent)),
    surplus: (expected) => Math.max(0, roles.one.size - expected),
  };
}

/** Events in the order in which they happened. */
function rows(file: string, table: string): Row[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const order = table === "event" ? "ORDER BY seq" : "";
    return database.prepare(`SELECT ticket_id AS id, body FROM ${table} ${order}`).all() as Row[];
  } finally {
    database.close();
  }
}

function byId<T>(found: readonly Row[]): Map<string, T> {
  return new Map(found.map(({ id, body }) => [id, JSON.parse(body) as T]));
}
