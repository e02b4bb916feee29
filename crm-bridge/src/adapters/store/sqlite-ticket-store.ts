/**
 * The bridge's store: tickets, calls in progress, pops, cursors, and the outboxes towards hub and CRM. SQLite (`node:sqlite`, WAL), one writer; calls are
 * synchronous on purpose, so that an event, its effects and the cursor stand in one transaction without another one slipping in.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type {
  CallNote,
  CrmTask,
  ExchangeTask,
  Pop,
  QueuedTask,
  TicketStore,
  TransferWord,
} from "../../application/ports.ts";
import type { Ticket } from "../../domain/ticket.ts";
import { migrate } from "./ticket-store-schema.ts";

const callerTicketsLimit = 50;
const wordsKeptMs = 30 * 24 * 3_600_000;

export class SqliteTicketStore implements TicketStore {
  readonly #db: DatabaseSync;
  readonly #year: () => number;

  constructor(dataDirectory: string, year: () => number = () => new Date().getFullYear()) {
    mkdirSync(dataDirectory, { recursive: true });
    this.#db = new DatabaseSync(join(dataDirectory, "crm-bridge.sqlite"));
    this.#db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000;");
    migrate(this.#db);
    this.#year = year;
  }

  close(): void {
    this.#db.close();
  }

  atomically<T>(work: () => T): T {
    if (this.#db.isTransaction) return work();
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

  ticket(ticketId: string): Ticket | null {
    return this.#tickets("ticket_id = ?", ticketId)[0] ?? null;
  }
  ticketsOfPhone(phone: string): Ticket[] {
    return this.#tickets(`phone = ? ORDER BY updated_at DESC LIMIT ${callerTicketsLimit}`, phone);
  }
  ticketByLocalId(localTicketId: string): Ticket | null {
    return this.#tickets("local_ticket_id = ?", localTicketId)[0] ?? null;
  }
  ticketByPublicCode(publicCode: string): Ticket | null {
    return this.#tickets("public_code = ?", publicCode)[0] ?? null;
  }
  ticketOfTransfer(transferId: string): Ticket | null {
    return this.#tickets("ticket_id = (SELECT ticket_id FROM transfer WHERE transfer_id = ?)", transferId)[0] ?? null;
  }
  searchText(text: string, limit: number): Ticket[] {
    const pattern = `%${text.trim().replaceAll(/[\\%_]/g, (letter) => `\\${letter}`)}%`;
    const where = "(subject LIKE ? ESCAPE '\\' OR local_ticket_id LIKE ? ESCAPE '\\') ORDER BY updated_at DESC LIMIT ?";
    return this.#tickets(where, pattern, pattern, limit);
  }

  putTicket(ticket: Ticket): void {
    this.#run(
      `INSERT INTO ticket (ticket_id, local_ticket_id, public_code, phone, subject, updated_at, body) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (ticket_id) DO UPDATE SET local_ticket_id = excluded.local_ticket_id, phone = excluded.phone, subject = excluded.subject,
         updated_at = excluded.updated_at, body = excluded.body`,
      ticket.ticketId,
      ticket.localTicketId,
      ticket.publicCode,
      ticket.requester?.phone ?? null,
      ticket.subject,
      ticket.updatedAt,
      JSON.stringify(ticket),
    );
    for (const { transferId } of ticket.transfers) {
      this.#run("INSERT OR IGNORE INTO transfer (transfer_id, ticket_id) VALUES (?, ?)", transferId, ticket.ticketId);
    }
  }

  nextNumber(ticketId: string): string {
    const given = this.#get<{ number: string }>("SELECT number FROM given_number WHERE ticket_id = ?", ticketId);
    if (given) return given.number;
    const year = this.#year();
    const last =
      this.#get<{ last: number }>("SELECT count(*) AS last FROM given_number WHERE year = ?", year)?.last ?? 0;
    const number = `${year}-${String(last + 1).padStart(6, "0")}`;
    this.#run("INSERT INTO given_number (ticket_id, year, number) VALUES (?, ?, ?)", ticketId, year, number);
    return number;
  }

  hasUpdate(updateId: string): boolean {
    return this.#get("SELECT 1 FROM update_seen WHERE update_id = ?", updateId) !== undefined;
  }
  rememberUpdate(updateId: string): void {
    this.#run("INSERT OR IGNORE INTO update_seen (update_id) VALUES (?)", updateId);
  }

  call(callId: string): CallNote | null {
    return this.#json<CallNote>("SELECT body FROM call WHERE call_id = ?", callId)[0] ?? null;
  }
  callOfTransfer(transferId: string): CallNote | null {
    return this.#json<CallNote>("SELECT body FROM call WHERE transfer_id = ?", transferId)[0] ?? null;
  }
  callsOfTicket(ticketId: string): CallNote[] {
    return this.#json<CallNote>("SELECT body FROM call WHERE ticket_id = ?", ticketId);
  }
  putCall(call: CallNote): void {
    this.#run(
      "INSERT OR REPLACE INTO call (call_id, transfer_id, ticket_id, body) VALUES (?, ?, ?, ?)",
      call.callId,
      call.transferId,
      call.ticketId,
      JSON.stringify(call),
    );
  }
  removeCall(callId: string): void {
    this.#run("DELETE FROM call WHERE call_id = ?", callId);
    this.#run("DELETE FROM pop_revision WHERE call_id = ?", callId);
  }

  pop(callId: string): Pop | null {
    return this.#json<Pop>("SELECT body FROM pop WHERE call_id = ?", callId)[0] ?? null;
  }
  popsOf(operatorLogin: string): Pop[] {
    return this.#json<Pop>("SELECT body FROM pop WHERE operator_login = ?", operatorLogin);
  }
  putPop(pop: Pop): void {
    this.#run(
      "INSERT OR REPLACE INTO pop (call_id, operator_login, body) VALUES (?, ?, ?)",
      pop.callId,
      pop.operatorLogin,
      JSON.stringify(pop),
    );
  }
  removePop(callId: string): void {
    this.#run("DELETE FROM pop WHERE call_id = ?", callId);
  }

  nextPopRevision(callId: string): number {
    const next = `INSERT INTO pop_revision (call_id, revision) VALUES (?, 1)
      ON CONFLICT (call_id) DO UPDATE SET revision = revision + 1 RETURNING revision`;
    return this.#get<{ revision: number }>(next, callId)?.revision ?? 1;
  }

  transferWord(transferId: string): TransferWord {
    const [known] = this.#json<TransferWord>("SELECT body FROM transfer_word WHERE transfer_id = ?", transferId);
    return known ?? { ending: null, answeredBy: null, cause: null };
  }
  putTransferWord(transferId: string, word: TransferWord): void {
    const put = "INSERT OR REPLACE INTO transfer_word (transfer_id, body, at_ms) VALUES (?, ?, ?)";
    this.#run(put, transferId, JSON.stringify(word), Date.now());
    this.#run("DELETE FROM transfer_word WHERE at_ms < ?", Date.now() - wordsKeptMs);
  }

  cursor(name: "box" | "hub"): number {
    return this.#get<{ value: number }>("SELECT value FROM cursor WHERE name = ?", name)?.value ?? 0;
  }
  setCursor(name: "box" | "hub", cursor: number): void {
    this.#run("INSERT OR REPLACE INTO cursor (name, value) VALUES (?, ?)", name, cursor);
  }

  queueExchange(lane: string, task: ExchangeTask): void {
    this.#queue("exchange", lane, task);
  }
  queueCrm(lane: string, task: CrmTask): void {
    this.#queue("crm", lane, task);
  }
  dueExchange(nowMs: number): QueuedTask<ExchangeTask>[] {
    return this.#due<ExchangeTask>("exchange", nowMs);
  }
  dueCrm(nowMs: number): QueuedTask<CrmTask>[] {
    return this.#due<CrmTask>("crm", nowMs);
  }
  pendingExchange(): number {
    return (
      this.#get<{ waiting: number }>("SELECT count(*) AS waiting FROM task WHERE target = 'exchange'")?.waiting ?? 0
    );
  }
  hurryExchange(): void {
    this.#run("UPDATE task SET not_before = 0 WHERE target = 'exchange' AND not_before > 0");
  }
  dropUnsent(transferId: string): boolean {
    const drop = `DELETE FROM task WHERE target = 'exchange' AND kind = 'deliver' AND is_sent = 0
      AND json_extract(body, '$.transferId') = ?`;
    return this.#run(drop, transferId) > 0;
  }
  markSent(taskId: number): "gone" | "first" | "again" {
    if (this.#run("UPDATE task SET is_sent = 1 WHERE task_id = ? AND is_sent = 0", taskId) > 0) return "first";
    return this.hasTask(taskId) ? "again" : "gone";
  }
  markUnsent(taskId: number): void {
    this.#run("UPDATE task SET is_sent = 0 WHERE task_id = ?", taskId);
  }
  hasTask(taskId: number): boolean {
    return this.#get("SELECT 1 FROM task WHERE task_id = ?", taskId) !== undefined;
  }
  taskDone(taskId: number): void {
    this.#run("DELETE FROM task WHERE task_id = ?", taskId);
  }
  taskLater(taskId: number, atMs: number): void {
    this.#run("UPDATE task SET attempts = attempts + 1, not_before = ? WHERE task_id = ?", atMs, taskId);
  }

  #queue(target: string, lane: string, task: ExchangeTask | CrmTask): void {
    this.#run(
      "INSERT INTO task (target, lane, kind, body, not_before) VALUES (?, ?, ?, ?, 0)",
      target,
      lane,
      task.kind,
      JSON.stringify(task),
    );
  }

  /** In a lane the order is kept: what is second waits until the first is done. */
  #due<T>(target: string, nowMs: number): QueuedTask<T>[] {
    const rows = this.#db
      .prepare(
        `SELECT task_id, lane, body, attempts FROM task AS first WHERE target = ? AND not_before <= ?
         AND NOT EXISTS (SELECT 1 FROM task AS earlier WHERE earlier.target = first.target AND earlier.lane = first.lane AND earlier.task_id < first.task_id)
         ORDER BY task_id LIMIT 100`,
      )
      .all(target, nowMs) as { task_id: number; lane: string; body: string; attempts: number }[];
    return rows.map((row) => ({
      taskId: row.task_id,
      lane: row.lane,
      task: JSON.parse(row.body) as T,
      attempts: row.attempts,
    }));
  }

  #tickets(where: string, ...values: SQLInputValue[]): Ticket[] {
    return this.#json<Ticket>(`SELECT body FROM ticket WHERE ${where}`, ...values);
  }
  #json<T>(sql: string, ...values: SQLInputValue[]): T[] {
    const rows = this.#db.prepare(sql).all(...values) as { body: string }[];
    return rows.map((row) => JSON.parse(row.body) as T);
  }
  #get<T>(sql: string, ...values: SQLInputValue[]): T | undefined {
    return this.#db.prepare(sql).get(...values) as T | undefined;
  }
  #run(sql: string, ...values: SQLInputValue[]): number {
    return Number(this.#db.prepare(sql).run(...values).changes);
  }
}
