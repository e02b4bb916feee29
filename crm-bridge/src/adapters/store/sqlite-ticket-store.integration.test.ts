/** The store on a real file: reopened, of an earlier form, of a later one, with two processes' worth of connections. */
import { mkdtempSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ulid } from "ulid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExchangeTask } from "../../application/ports.ts";
import { createTicket, type Ticket } from "../../domain/ticket.ts";
import { publicCodeOf } from "../../domain/public-code.ts";
import { SqliteTicketStore } from "./sqlite-ticket-store.ts";

let folder: string;
const opened: SqliteTicketStore[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-store-"));
});
afterEach(() => {
  for (const store of opened.splice(0)) store.close();
  rmSync(folder, { recursive: true, force: true });
});
function open(): SqliteTicketStore {
  const store = new SqliteTicketStore(folder, () => 2026);
  opened.push(store);
  return store;
}
function reopen(): SqliteTicketStore {
  opened.pop()?.close();
  return open();
}

function ticketFor(store: SqliteTicketStore, phone: string): Ticket {
  const ticketId = ulid();
  return createTicket(
    {
      ticketId,
      localTicketId: store.nextNumber(ticketId),
      publicCode: publicCodeOf(ticketId),
      url: null,
      accessChannel: "phone",
      contactReason: "information",
      topic: { category: "casa" },
      subject: `Pratica 100% di "Rossi" o'Brien`,
      description: "",
      priority: "normal",
      requester: { phone },
      contactId: null,
      dueAt: null,
    },
    {
      at: "2026-11-23T10:00:00.000Z",
      recentAfter: "",
      eventId: ulid(),
      actor: { officeId: "x_test1", role: "fo", operatorRef: "anna" },
    },
  );
}
const deliver = (ticketId: string, transferId: string): ExchangeTask => ({
  kind: "deliver",
  ticketId,
  transferId,
  callId: ulid(),
  expiresAt: "2026-11-23T10:00:30.000Z",
});
const withdraw = (transferId: string): ExchangeTask => ({ kind: "withdraw", transferId, reason: "no_answer" });

test("everything is there after the file was closed and opened again", () => {
  const store = open();
  const ticket = ticketFor(store, "+393315550123");
  const transferId = ulid();
  store.atomically(() => {
    store.putTicket(ticket);
    store.setCursor("box", 41);
    store.queueExchange(ticket.ticketId, deliver(ticket.ticketId, transferId));
    store.putTransferWord(transferId, { ending: null, answeredBy: "bruno", cause: null });
    store.rememberUpdate("u1");
  });
  const again = reopen();
  expect(again.ticket(ticket.ticketId)).toEqual(ticket);
  expect(again.ticketsOfPhone("+393315550123")).toEqual([ticket]);
  expect(again.ticketByPublicCode(ticket.publicCode)).toEqual(ticket);
  expect(again.cursor("box")).toBe(41);
  expect(again.dueExchange(Date.now()).map(({ task }) => task.kind)).toEqual(["deliver"]);
  expect(again.transferWord(transferId).answeredBy).toBe("bruno");
  expect([again.hasUpdate("u1"), again.hasUpdate("u2")]).toEqual([true, false]);
});

test("what breaks off in the middle leaves nothing, the cursor included", () => {
  const store = open();
  const ticket = ticketFor(store, "+393315550123");
  expect(() =>
    store.atomically(() => {
      store.putTicket(ticket);
      store.setCursor("box", 7);
      throw new Error("power cut");
    }),
  ).toThrow("power cut");
  expect([store.ticket(ticket.ticketId), store.cursor("box")]).toEqual([null, 0]);
});

test("numbers rise, are given once per ticket, and begin anew each year", () => {
  const store = open();
  expect([store.nextNumber("a"), store.nextNumber("b"), store.nextNumber("a")]).toEqual([
    "2026-000001",
    "2026-000002",
    "2026-000001",
  ]);
  opened.pop()?.close();
  const next = new SqliteTicketStore(folder, () => 2027);
  opened.push(next);
  expect([next.nextNumber("c"), next.nextNumber("b")]).toEqual(["2027-000001", "2026-000002"]);
});

describe("the outbox", () => {
  test("keeps the order within a ticket and lets other tickets go past", () => {
    const store = open();
    store.queueExchange("t1", deliver("t1", "x1"));
    store.queueExchange("t1", withdraw("x1"));
    store.queueExchange("t2", deliver("t2", "x2"));
    const [first, second] = store.dueExchange(1_000);
    expect([first?.lane, second?.lane, store.dueExchange(1_000).length]).toEqual(["t1", "t2", 2]);
    store.taskLater(first?.taskId ?? 0, 5_000);
    // What is second in the lane waits with the first.
    expect(store.dueExchange(4_999).map(({ lane }) => lane)).toEqual(["t2"]);
    expect(store.dueExchange(5_000)[0]).toMatchObject({ lane: "t1", attempts: 1 });
    store.taskLater(first?.taskId ?? 0, 900_000);
    store.hurryExchange();
    expect(store.dueExchange(0)[0]?.task.kind).toBe("deliver");
    store.taskDone(first?.taskId ?? 0);
    expect(store.dueExchange(0)[0]?.task.kind).toBe("withdraw");
    expect(store.pendingExchange()).toBe(2);
  });

  test("gives a delivery back only while it was certainly not sent, also after a restart", () => {
    const store = open();
    for (const id of ["x1", "x2", "x3"]) store.queueExchange(id, deliver(id, id));
    const [one, two] = store.dueExchange(0).map(({ taskId }) => taskId);
    expect([store.markSent(one ?? 0), store.markSent(one ?? 0), store.markSent(99)]).toEqual([
      "first",
      "again",
      "gone",
    ]);
    store.markSent(two ?? 0);
    store.markUnsent(two ?? 0);
    const again = reopen();
    expect(["x1", "x2", "x3", "x3"].map((id) => again.dropUnsent(id))).toEqual([false, true, true, false]);
  });
});

test("text is searched as it stands, signs of the query language included", () => {
  const store = open();
  store.putTicket(ticketFor(store, "+393315550123"));
  expect(store.searchText("100%", 5).length).toBe(1);
  expect(store.searchText("100_", 5)).toEqual([]);
  expect(store.searchText("o'Brien", 5).length).toBe(1);
  expect(store.searchText("'; DROP TABLE ticket; --", 5)).toEqual([]);
});

describe("a file of another form", () => {
  test("of the first version is brought up to date, and a delivery that was tried counts as sent", () => {
    const old = new DatabaseSync(join(folder, "crm-bridge.sqlite"));
    old.exec(`CREATE TABLE task (task_id INTEGER PRIMARY KEY AUTOINCREMENT, target TEXT NOT NULL, lane TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL,
      attempts INTEGER NOT NULL DEFAULT 0, not_before INTEGER NOT NULL) STRICT`);
    for (const attempts of [0, 3])
      old
        .prepare(
          "INSERT INTO task (target, lane, kind, body, attempts, not_before) VALUES ('exchange', ?, 'deliver', ?, ?, 0)",
        )
        .run(`t${attempts}`, JSON.stringify(deliver("t", `x${attempts}`)), attempts);
    old.close();
    const store = open();
    expect([store.dropUnsent("x0"), store.dropUnsent("x3")]).toEqual([true, false]);
    expect(reopen().dueExchange(0).length).toBe(1);
  });

  test("of a later version is refused and left as it is", () => {
    open();
    opened.pop()?.close();
    const later = new DatabaseSync(join(folder, "crm-bridge.sqlite"));
    later.exec("PRAGMA user_version = 99");
    later.close();
    expect(() => new SqliteTicketStore(folder)).toThrow(/version 99/);
    const still = new DatabaseSync(join(folder, "crm-bridge.sqlite"));
    expect(still.prepare("PRAGMA user_version").get()).toEqual({ user_version: 99 });
    still.close();
  });
});

test("two connections on one file give no number twice", () => {
  const [one, other] = [open(), open()];
  const numbers = Array.from({ length: 40 }, (_each, index) => {
    const store = index % 2 === 0 ? one : other;
    return store.atomically(() => store.nextNumber(`ticket-${index}`));
  });
  expect(new Set(numbers).size).toBe(40);
});

test("the revision of a call's pop rises until the call is over", () => {
  const store = open();
  expect([store.nextPopRevision("c"), store.nextPopRevision("c"), store.nextPopRevision("d")]).toEqual([1, 2, 1]);
  store.removeCall("c");
  expect(store.nextPopRevision("c")).toBe(1);
});
