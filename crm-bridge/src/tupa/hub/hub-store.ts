/**
 * The hub's memory: tickets, transfers, the append-only history that is also every office's feed, and remembered answers. SQLite, one writer.
 * Each operation is one transaction: what was answered was stored, what was not stored was not answered.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { FeedItem, TupaEvent, TupaTicket, TupaTransfer } from "../contract/objects.ts";

const schema = `
  CREATE TABLE IF NOT EXISTS ticket (ticket_id TEXT PRIMARY KEY, body TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS transfer (transfer_id TEXT PRIMARY KEY, ticket_id TEXT NOT NULL, status TEXT NOT NULL, respond_by TEXT NOT NULL, body TEXT NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS transfer_open ON transfer (status, respond_by);
  CREATE TABLE IF NOT EXISTS event (cursor INTEGER PRIMARY KEY AUTOINCREMENT, ticket_id TEXT NOT NULL, seq INTEGER NOT NULL, body TEXT NOT NULL,
    ticket TEXT NOT NULL, transfer TEXT, UNIQUE (ticket_id, seq)) STRICT;
  CREATE TABLE IF NOT EXISTS party (ticket_id TEXT NOT NULL, office_id TEXT NOT NULL, PRIMARY KEY (ticket_id, office_id)) STRICT;
  CREATE TABLE IF NOT EXISTS answer (office_id TEXT NOT NULL, key TEXT NOT NULL, request_hash TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (office_id, key)) STRICT;
`;

export type RememberedAnswer = { requestHash: string; status: number; body: string };

export class HubStore {
  readonly #db: DatabaseSync;

  constructor(dataDirectory: string) {
    mkdirSync(dataDirectory, { recursive: true });
    this.#db = new DatabaseSync(join(dataDirectory, "tupa-hub.sqlite"));
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
    this.#db.exec(schema);
  }

  close(): void {
    this.#db.close();
  }

  /** All of it or nothing. */
  atomically<T>(work: () => T): T {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.#db.exec("COMMIT");
      return result;
    } catch (error) {
      this.#db.exec("ROLLBACK");
      throw error;
    }
  }

  ticket(ticketId: string): TupaTicket | null {
    return this.#one<TupaTicket>("SELECT body FROM ticket WHERE ticket_id = ?", ticketId);
  }

  transfer(transferId: string): TupaTransfer | null {
    return this.#one<TupaTransfer>("SELECT body FROM transfer WHERE transfer_id = ?", transferId);
  }

  putTicket(ticket: TupaTicket): void {
    this.#db
      .prepare(
        "INSERT INTO ticket (ticket_id, body) VALUES (?, ?) ON CONFLICT (ticket_id) DO UPDATE SET body = excluded.body",
      )
      .run(ticket.ticketId, JSON.stringify(ticket));
    for (const office of [ticket.owner.officeId, ticket.origin.officeId, ...ticket.watchers])
      this.addParty(ticket.ticketId, office);
  }

  putTransfer(transfer: TupaTransfer): void {
    this.#db
      .prepare(
        `INSERT INTO transfer (transfer_id, ticket_id, status, respond_by, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (transfer_id) DO UPDATE SET status = excluded.status, body = excluded.body`,
      )
      .run(transfer.transferId, transfer.ticketId, transfer.status, transfer.respondBy, JSON.stringify(transfer));
    // Who was offered a ticket may read its history, whatever came of the offer.
    this.addParty(transfer.ticketId, transfer.toOfficeId);
  }

  addParty(ticketId: string, officeId: string): void {
    this.#db.prepare("INSERT OR IGNORE INTO party (ticket_id, office_id) VALUES (?, ?)").run(ticketId, officeId);
  }

  isParty(ticketId: string, officeId: string): boolean {
    return (
      this.#db.prepare("SELECT 1 FROM party WHERE ticket_id = ? AND office_id = ?").get(ticketId, officeId) !==
      undefined
    );
  }

  history(ticketId: string): TupaEvent[] {
    const rows = this.#db.prepare("SELECT body FROM event WHERE ticket_id = ? ORDER BY seq").all(ticketId) as {
      body: string;
    }[];
    return rows.map((row) => JSON.parse(row.body) as TupaEvent);
  }

  lastEvent(ticketId: string): TupaEvent | null {
    return this.#one<TupaEvent>("SELECT body FROM event WHERE ticket_id = ? ORDER BY seq DESC LIMIT 1", ticketId);
  }

  /** The ticket as it was when the transfer was asked for; null for an unknown one. */
  ticketAtRequest(transferId: string): TupaTicket | null {
    const sql = `SELECT ticket AS body FROM event WHERE ticket_id = (SELECT ticket_id FROM transfer WHERE transfer_id = ?)
      AND json_extract(transfer, '$.transferId') = ? ORDER BY seq LIMIT 1`;
    return this.#one<TupaTicket>(sql, transferId, transferId);
  }

  /** The transfer whose acceptance or return changed the ticket's owner last; null: nobody but the first office had it. */
  newestOwnerChange(ticketId: string): string | null {
    const sql = `SELECT transfer AS body FROM event WHERE ticket_id = ?
      AND json_extract(body, '$.type') IN ('transfer_accepted', 'transfer_returned') ORDER BY seq DESC LIMIT 1`;
    return this.#one<TupaTransfer>(sql, ticketId)?.transferId ?? null;
  }

  appendEvent(event: TupaEvent, ticket: TupaTicket, transfer: TupaTransfer | null): void {
    this.#db
      .prepare("INSERT INTO event (ticket_id, seq, body, ticket, transfer) VALUES (?, ?, ?, ?, ?)")
      .run(
        event.ticketId,
        event.seq,
        JSON.stringify(event),
        JSON.stringify(ticket),
        transfer === null ? null : JSON.stringify(transfer),
      );
  }

  /** Everything after the cursor that this office is a party of. */
  feed(officeId: string, after: number, limit: number): FeedItem[] {
    const rows = this.#db
      .prepare(
        `SELECT event.cursor, event.body, event.ticket, event.transfer FROM event JOIN party USING (ticket_id)
         WHERE party.office_id = ? AND event.cursor > ? ORDER BY event.cursor LIMIT ?`,
      )
      .all(officeId, after, limit) as { cursor: number; body: string; ticket: string; transfer: string | null }[];
    return rows.map((row) => ({
      cursor: row.cursor,
      event: JSON.parse(row.body) as TupaEvent,
      ticket: JSON.parse(row.ticket) as TupaTicket,
      transfer: row.transfer === null ? null : (JSON.parse(row.transfer) as TupaTransfer),
    }));
  }

  /** Transfers that wait for the target's machine, and those whose time for an answer is over. */
  openTransfers(): TupaTransfer[] {
    const rows = this.#db.prepare("SELECT body FROM transfer WHERE status IN ('requested', 'delivered')").all() as {
      body: string;
    }[];
    return rows.map((row) => JSON.parse(row.body) as TupaTransfer);
  }

  remembered(officeId: string, key: string): RememberedAnswer | null {
    const row = this.#db
      .prepare("SELECT request_hash, status, body FROM answer WHERE office_id = ? AND key = ?")
      .get(officeId, key) as { request_hash: string; status: number; body: string } | undefined;
    return row === undefined ? null : { requestHash: row.request_hash, status: row.status, body: row.body };
  }

  remember(officeId: string, key: string, answer: RememberedAnswer & { at: string }): void {
    this.#db
      .prepare(
        "INSERT OR IGNORE INTO answer (office_id, key, request_hash, status, body, at) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(officeId, key, answer.requestHash, answer.status, answer.body, answer.at);
  }

  /** Answers older than that are forgotten; a repetition after three days is a new request. */
  forgetAnswersBefore(at: string): void {
    this.#db.prepare("DELETE FROM answer WHERE at < ?").run(at);
  }

  #one<T>(sql: string, ...values: string[]): T | null {
    const row = this.#db.prepare(sql).get(...values) as { body: string } | undefined;
    return row === undefined ? null : (JSON.parse(row.body) as T);
  }
}
