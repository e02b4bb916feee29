/** What an office with a CRM of its own writes there, and whom it tells, when an accepted transfer's call comes back; at both offices, on real stores. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ulid } from "ulid";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SqliteTicketStore } from "../adapters/store/sqlite-ticket-store.ts";
import { createBuiltInConnector } from "../connectors/built-in/built-in-connector.ts";
import { createTicket, type Ticket, type TransferStatus } from "../domain/ticket.ts";
import { startTransfer, transferMoved } from "../domain/ticket-transfer.ts";
import { moveTransfer, settleAttempt, type ExchangeAttempt } from "./exchange-tickets.ts";
import { stampOf, type BridgeParts, type ExchangeTask } from "./ports.ts";
import { transferFailed } from "./take-back-ticket.ts";

const [officeA, officeB] = ["x_test1", "x_test2"];
const transferId = ulid();
let folder: string;
let told: string[];
let opened: SqliteTicketStore[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "la2-back-"));
  [told, opened] = [[], []];
});
afterEach(() => {
  for (const store of opened) store.close();
  rmSync(folder, { recursive: true, force: true });
});

function bridgeOf(officeId: string, crm: string): BridgeParts {
  const store = new SqliteTicketStore(join(folder, officeId), () => 2026);
  opened.push(store);
  return {
    officeId,
    store,
    connector: { ...createBuiltInConnector(() => "1"), kind: crm },
    news: {
      pop: ({ operatorLogin, content }) =>
        told.push(`${operatorLogin}: card, ${content.kind === "ticket" ? content.ticket.ourRole : content.kind}`),
      ticket: (login, ticket) => told.push(`${login}: ticket, ${ticket.ourRole}`),
      handOver: (login, ticket) => {
        const { status, refusalReason } = ticket.transfers.at(-1) ?? {};
        told.push(`${login}: ${status} ${refusalReason}`);
      },
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    hasExchange: true,
    officeLabels: new Map([
      [officeA, "Alfa"],
      [officeB, "Beta"],
    ]),
    now: () => Date.parse("2026-11-23T10:00:00.000Z"),
    random: () => 0,
    ulid: () => ulid(),
    wake: () => undefined,
  };
}

/** Office A's ticket, on its way with Anna's call. */
function onItsWay(parts: BridgeParts): Ticket {
  const stamp = stampOf(parts, { role: "fo", operatorRef: "anna" });
  const ticketId = ulid();
  const fresh = createTicket(
    {
      ticketId,
      localTicketId: "A-1",
      publicCode: "0000-0000-0",
      url: null,
      accessChannel: "phone",
      contactReason: "information",
      topic: { category: "casa" },
      subject: "Pratica",
      description: "",
      priority: "normal",
      requester: null,
      contactId: null,
      dueAt: null,
    },
    { ...stamp, actor: { ...stamp.actor, officeId: officeA } },
  );
  const start = { transferId, toOfficeId: officeB, reason: "competence", message: "" };
  return startTransfer(fresh, start, { ...stamp, actor: { ...stamp.actor, officeId: officeA } }) ?? fresh;
}

function talking(parts: BridgeParts, ticketId: string, operatorLogin: string): void {
  const call = { callId: ulid(), contactId: "c", callerNumber: null, callerName: null, ticketId };
  const isAtA = parts.officeId === officeA;
  parts.store.putCall({ ...call, operatorLogin, phase: "answered", transferId: isAtA ? null : transferId });
}

const heard = (parts: BridgeParts, status: TransferStatus): void => {
  const move = { status, targetLocalTicketId: "B-7", refusalReason: null, takeNow: status === "accepted" };
  for (const say of moveTransfer(parts, transferId, move)) say();
};
const comments = ({ store }: BridgeParts, localTicketId: string): string[] => {
  const texts: string[] = [];
  for (let [next] = store.dueCrm(Infinity); next !== undefined; [next] = store.dueCrm(Infinity)) {
    expect(next.lane).toBe(localTicketId);
    if (next.task.kind === "comment") texts.push(next.task.text);
    store.taskDone(next.taskId);
  }
  return texts;
};

/** One attempt at the office's first task: what it was, and what the hub said. */
function attempt(parts: BridgeParts, said: ExchangeAttempt): ExchangeTask["kind"] | null {
  const [queued] = parts.store.dueExchange(Infinity);
  if (queued === undefined) return null;
  for (const say of settleAttempt(parts, queued, said)) say();
  return queued.task.kind;
}
const no = (reason: string): ExchangeAttempt => ({ kind: "refused", reason });

describe("the first office", () => {
  let a: BridgeParts;
  let ticketId: string;
  beforeEach(() => {
    a = bridgeOf(officeA, "request-tracker");
    const ticket = onItsWay(a);
    ({ ticketId } = ticket);
    a.store.putTicket(ticket);
    talking(a, ticketId, "anna");
    heard(a, "delivered");
  });
  const fails = (cause = "not-reachable"): void => {
    for (const say of transferFailed(a, { transferId, cause, operatorLogin: "anna" })) say();
  };

  test("writes in its CRM that the ticket is here again, and shows it on the card", () => {
    heard(a, "accepted");
    told = [];
    fails();
    expect(attempt(a, { kind: "done", transfer: null })).toBe("return");
    expect([told, attempt(a, no("-"))]).toEqual([[], null]);
    heard(a, "returned");
    heard(a, "returned");
    expect(told).toEqual(["anna: returned not-reachable", "anna: ticket, owner", "anna: card, owner"]);
    expect(comments(a, "A-1")).toEqual([
      "Trasferito a «Beta» (x_test2), che lo ha registrato con il numero B-7.",
      "Preso in carico da «Beta» (x_test2) con il numero B-7.",
      "La chiamata con «Beta» (x_test2) non è riuscita: il cittadino è di nuovo qui, e il ticket con lui.",
    ]);
  });

  test("withdraws what it does not know to be accepted, asks it back, and waits for the feed before it gives up", () => {
    fails();
    expect(attempt(a, no("already-decided"))).toBe("withdraw");
    told = [];
    expect(attempt(a, no("invalid-transition"))).toBe("return");
    expect([told, attempt(a, no("invalid-transition"))]).toEqual([[], "return"]);
    heard(a, "accepted");
    told = [];
    expect(attempt(a, no("invalid-transition"))).toBe("return");
    expect(told).toEqual(["anna: accepted stays-there", "anna: ticket, watcher", "anna: card, watcher"]);
    expect(comments(a, "A-1").at(-1)).toContain("il ticket resta a «Beta» (x_test2)");
    expect(attempt(a, no("-"))).toBeNull();
  });

  test("asks for nothing when the transfer had come to nothing already", () => {
    fails();
    expect(attempt(a, no("already-decided"))).toBe("withdraw");
    expect(attempt(a, no("already-decided"))).toBe("return");
    heard(a, "refused");
    told = [];
    expect([attempt(a, no("already-decided")), attempt(a, no("-"))]).toEqual(["return", null]);
    expect([told, a.store.ticket(ticketId)?.ourRole]).toEqual([[], "owner"]);
  });

  test.each([
    ["known", ["accepted"]],
    ["not known", []],
  ] as const)("leaves the ticket there when the citizen hung up, the acceptance being %s", (_name, before) => {
    for (const status of before) heard(a, status);
    fails("caller-hung-up");
    const asked = [attempt(a, no("already-decided")), attempt(a, no("already-decided"))];
    expect(asked).toEqual([before.length === 0 ? "withdraw" : null, null]);
  });
});

test("the other office writes in its CRM where the ticket is, and tells who had it, also after the call", () => {
  const b = bridgeOf(officeB, "request-tracker");
  const ticket: Ticket = { ...onItsWay(b), ourRole: "offered", localTicketId: "B-7" };
  b.store.putTicket(ticket);
  talking(b, ticket.ticketId, "bruno");
  heard(b, "accepted");
  told = [];
  const [call] = b.store.callsOfTicket(ticket.ticketId);
  b.store.removeCall(call?.callId ?? "");
  heard(b, "returned");
  expect(told).toEqual(["bruno: returned null", "bruno: ticket, watcher"]);
  expect(comments(b, "B-7").at(-1)).toBe("Il cittadino è di nuovo con «Alfa» (x_test1), e il ticket è tornato là.");
});

test("an office without a CRM keeps it all in the ticket", () => {
  const b = bridgeOf(officeB, "built-in");
  const stamp = stampOf(b, { role: "system", operatorRef: null });
  const news = { transferId, targetLocalTicketId: null, refusalReason: null, assignee: "bruno", takeNow: true };
  const offered: Ticket = { ...onItsWay(b), ourRole: "offered" };
  const taken = transferMoved(offered, { ...news, status: "accepted", ourOfficeId: officeB }, stamp);
  b.store.putTicket(taken);
  heard(b, "returned");
  expect(b.store.dueCrm(Infinity)).toEqual([]);
  expect(b.store.ticket(taken.ticketId)?.events.at(-1)?.type).toBe("transfer_returned");
});
