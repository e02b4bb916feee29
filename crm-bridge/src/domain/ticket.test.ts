import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  createTicket,
  isOpen,
  updateTicket,
  type ActorRole,
  type OperatorStamp,
  type Ticket,
  type TicketUpdate,
} from "./ticket.ts";
import { isNews, staysThere, startTransfer, ticketStays, transferMoved, type TransferNews } from "./ticket-transfer.ts";

const at = "2026-11-23T10:00:00.000Z";
const recentAfter = "2026-10-24T10:00:00.000Z";
const stampOf = (roles: ActorRole[], login = "anna"): OperatorStamp => ({
  at,
  recentAfter,
  eventId: "01K9Z3V4X0PA7GR0VND1CASE09",
  actor: { officeId: "x_test1", role: roles[0] ?? "fo", operatorRef: login },
  roles,
});

const fresh: Ticket = createTicket(
  {
    ticketId: "01K9Z3V4X0PA7GR0VND1CASE01",
    localTicketId: "2026-000001",
    publicCode: "0000-0000-0",
    url: null,
    accessChannel: "phone",
    contactReason: "information",
    topic: { category: "casa" },
    subject: "Pratica",
    description: "",
    priority: "normal",
    requester: { phone: "+393315550123" },
    contactId: null,
    dueAt: null,
  },
  stampOf(["fo"]),
);
const inProgress: Ticket = { ...fresh, status: "in_progress", assignee: "bea" };
const closed: Ticket = { ...fresh, status: "closed_fo", outcome: "answered", closedAt: "2026-11-01T10:00:00.000Z" };
const old: Ticket = { ...closed, closedAt: "2026-10-01T10:00:00.000Z" };
const watched: Ticket = { ...fresh, ourRole: "watcher", ownerOfficeId: "x_test2" };
const locked = startTransfer(
  fresh,
  { transferId: "01K9Z3V4X0PA7GR0VND1CASE0T", toOfficeId: "x_test2", reason: "competence", message: "" },
  stampOf(["fo"]),
) as Ticket;
const lockedInWork: Ticket = { ...locked, status: "in_progress", assignee: "bea" };

const note: TicketUpdate = { operation: "add_note", text: "Richiama", visibility: "internal" };
const take: TicketUpdate = { operation: "take" };
const release: TicketUpdate = { operation: "release" };
const close: TicketUpdate = { operation: "close", outcome: "answered", answer: "Ecco" };
const duplicate: TicketUpdate = { operation: "close", outcome: "duplicate", answer: "Doppio" };
const reopen: TicketUpdate = { operation: "reopen", reason: "Ha richiamato" };
const classify: TicketUpdate = { operation: "classify", subject: "Altro oggetto" };

describe("an operation on a ticket", () => {
  test.each<[string, Ticket, TicketUpdate, ActorRole[], string, string]>([
    ["back office takes", fresh, take, ["bo"], "bea", "in_progress"],
    ["supervisor takes", fresh, take, ["supervisor"], "ugo", "in_progress"],
    ["front office does not take", fresh, take, ["fo"], "anna", "not-allowed"],
    ["who is both takes", fresh, take, ["fo", "bo"], "anna", "in_progress"],
    ["nobody takes twice", inProgress, take, ["bo"], "bea", "invalid-transition"],
    ["nobody takes what is closed", closed, take, ["bo"], "bea", "invalid-transition"],
    ["nobody takes what is on its way", locked, take, ["bo"], "bea", "transfer-pending"],
    ["its holder releases", inProgress, release, ["fo"], "bea", "open_bo"],
    ["front office releases nobody else's", inProgress, release, ["fo"], "anna", "not-allowed"],
    ["back office releases", inProgress, release, ["bo"], "anna", "open_bo"],
    ["open is not released", fresh, release, ["bo"], "bea", "invalid-transition"],
    ["front office closes at first contact", fresh, close, ["fo"], "anna", "closed_fo"],
    ["back office takes before it closes", fresh, close, ["bo"], "bea", "not-allowed"],
    ["back office closes what is in work", inProgress, close, ["bo"], "bea", "closed_bo"],
    ["front office closes what it holds", { ...inProgress, assignee: "anna" }, close, ["fo"], "anna", "closed_bo"],
    ["front office does not close what another holds", inProgress, close, ["fo"], "anna", "not-allowed"],
    ["supervisor clears a duplicate away", fresh, duplicate, ["supervisor"], "ugo", "closed_bo"],
    ["front office closes a duplicate as its own", fresh, duplicate, ["fo"], "anna", "closed_fo"],
    ["nothing is closed on its way", locked, close, ["fo"], "anna", "transfer-pending"],
    ["nothing in work is closed on its way", lockedInWork, close, ["bo"], "bea", "transfer-pending"],
    ["nothing is closed twice", closed, close, ["bo"], "bea", "invalid-transition"],
    ["closed is reopened", closed, reopen, ["fo"], "anna", "open_bo"],
    ["closed long ago stays closed", old, reopen, ["supervisor"], "ugo", "invalid-transition"],
    ["open is not reopened", fresh, reopen, ["fo"], "anna", "invalid-transition"],
    ["a watcher adds a note", watched, note, ["fo"], "anna", "open_bo"],
    ["a watcher does not close", watched, close, ["supervisor"], "ugo", "not-owner"],
    ["a watcher does not classify", watched, classify, ["fo"], "anna", "not-owner"],
    ["a note on its way is possible", locked, note, ["fo"], "anna", "open_bo"],
    ["classifying on its way is possible", locked, classify, ["fo"], "anna", "open_bo"],
  ])("%s", (...[, before, update, roles, login, after]) => {
    const result = updateTicket(before, update, stampOf(roles, login));
    expect(result.ok ? result.ticket.status : result.reason).toBe(after);
    if (result.ok) {
      expect(result.ticket.version).toBe(before.version + 1);
      expect(result.ticket.events.length).toBe(before.events.length + 1);
      expect(isOpen(result.ticket)).toBe(result.ticket.closedAt === null);
    }
  });
});

describe("the news of a transfer", () => {
  test.each([
    ["pending", "requested", true],
    ["requested", "pending", false],
    ["delivered", "requested", false],
    ["delivered", "delivered", false],
    ["pending", "accepted", true],
    ["delivered", "expired", true],
    ["accepted", "withdrawn", false],
    ["accepted", "accepted", false],
    ["accepted", "returned", true],
    ["delivered", "returned", true],
    ["returned", "accepted", false],
    ["returned", "returned", false],
    ["withdrawn", "accepted", false],
    ["refused", "delivered", false],
  ] as const)("%s, then %s: %s", (known, next, isNew) => {
    expect(isNews(known, next)).toBe(isNew);
  });

  test("an offer that came to nothing leaves a former owner the watcher it was", () => {
    const offered: Ticket = {
      ...fresh,
      ourRole: "offered",
      ownerOfficeId: "x_test2",
      watchers: ["x_test1"],
      transfers: [
        {
          ...(locked.transfers[0] as Ticket["transfers"][0]),
          fromOfficeId: "x_test2",
          toOfficeId: "x_test1",
          status: "delivered",
        },
      ],
    };
    const news = {
      transferId: "01K9Z3V4X0PA7GR0VND1CASE0T",
      status: "withdrawn",
      targetLocalTicketId: null,
      refusalReason: null,
      ourOfficeId: "x_test1",
      assignee: null,
      takeNow: false,
    } as const;
    expect(transferMoved(offered, news, stampOf(["system"])).ourRole).toBe("watcher");
    expect(transferMoved({ ...offered, watchers: [] }, news, stampOf(["system"])).ourRole).toBe("offered");
  });
});

describe("an accepted transfer whose call comes back", () => {
  const heard = (ourOfficeId: string, status: TransferNews["status"], takeNow: boolean): TransferNews => ({
    transferId: "01K9Z3V4X0PA7GR0VND1CASE0T",
    status,
    targetLocalTicketId: "7",
    refusalReason: status === "returned" && ourOfficeId === "x_test1" ? "not-reachable" : null,
    ourOfficeId,
    assignee: "bruno",
    takeNow,
  });
  const move = (ticket: Ticket, ...news: TransferNews[]): Ticket =>
    news.reduce((before, each) => transferMoved(before, each, stampOf(["system"])), ticket);

  test.each([
    ["open", locked],
    ["in work", lockedInWork],
  ])("gives the ticket back to the first office as it was there: %s", (_name, ticket) => {
    const { status, assignee } = ticket;
    const given = move(ticket, heard("x_test1", "accepted", true));
    expect(given).toMatchObject({ ourRole: "watcher", status: "in_progress", assignee: null });
    const back = move(given, heard("x_test1", "returned", status === "in_progress"));
    expect(back).toMatchObject({ ourRole: "owner", ownerOfficeId: "x_test1", watchers: ["x_test2"], status, assignee });
    expect(back.events.at(-1)).toMatchObject({ type: "transfer_returned", text: "not-reachable" });
    // It is free again, for another journey as well.
    expect(
      startTransfer(back, { transferId: "T2", toOfficeId: "x_test2", reason: "", message: "" }, stampOf(["fo"])),
    ).not.toBeNull();
    // Told only of the return, it comes to the same.
    const short = move(ticket, heard("x_test1", "returned", status === "in_progress"));
    expect(short).toMatchObject({ ourRole: "owner", watchers: ["x_test2"], status, assignee });
  });

  test("leaves the second office a follower, whatever it had done to the ticket that nobody has heard of", () => {
    const taken = move({ ...locked, ourRole: "offered" }, heard("x_test2", "accepted", true));
    expect(taken).toMatchObject({ ourRole: "owner", assignee: "bruno", watchers: ["x_test1"] });
    const done: Ticket = { ...taken, status: "closed_bo", outcome: "answered", closedAt: at };
    const back = {
      ourRole: "watcher",
      ownerOfficeId: "x_test1",
      status: "open_bo",
      assignee: null,
      watchers: ["x_test2"],
    };
    for (const ticket of [taken, done])
      expect(move(ticket, heard("x_test2", "returned", false))).toMatchObject({
        ...back,
        outcome: null,
        closedAt: null,
      });
  });

  test("without its ticket, says so once, and only where the ticket is not", () => {
    const transferId = "01K9Z3V4X0PA7GR0VND1CASE0T";
    const given = move(locked, heard("x_test1", "accepted", true));
    const marked = ticketStays(given, transferId, stampOf(["system"]));
    expect(marked.transfers.at(-1)).toMatchObject({ status: "accepted", refusalReason: staysThere });
    expect(marked.events.at(-1)).toMatchObject({ type: "return_refused", visibility: "internal" });
    expect(ticketStays(marked, transferId, stampOf(["system"]))).toBe(marked);
    expect(ticketStays(locked, transferId, stampOf(["system"]))).toBe(locked);
    const back = move(given, heard("x_test1", "returned", false));
    expect(ticketStays(back, transferId, stampOf(["system"]))).toBe(back);
    // It came back with another journey, before this one's end was known.
    const again: Ticket = { ...given, ourRole: "owner" };
    expect(ticketStays(again, transferId, stampOf(["system"]))).toBe(again);
  });
});

describe("two offices that hear the hub's word in any order, with repetitions", () => {
  const status = fc.constantFrom("requested", "delivered", "accepted", "refused", "withdrawn", "expired", "failed");
  const transferId = "01K9Z3V4X0PA7GR0VND1CASE0T";

  test("a decided transfer stays decided, and at most one of them can work on the ticket", () => {
    fc.assert(
      fc.property(
        fc.array(status, { maxLength: 8 }),
        fc.constantFrom<TransferNews["status"][][]>(["accepted"], ["withdrawn"], ["expired"], ["accepted", "returned"]),
        (noise, said) => {
          // The hub has said one ending, or its return after it; before it anything that is no ending may have been heard, in any order.
          const heard = [...noise.filter((each) => each === "requested" || each === "delivered"), ...said, ...noise];
          const ending = said.at(-1);
          const move = (ticket: Ticket, ourOfficeId: string): Ticket =>
            heard.reduce(
              (before, each) =>
                transferMoved(
                  before,
                  {
                    transferId,
                    status: each,
                    targetLocalTicketId: "7",
                    refusalReason: null,
                    ourOfficeId,
                    assignee: "bea",
                    takeNow: true,
                  },
                  stampOf(["system"]),
                ),
              ticket,
            );
          const a = move(locked, "x_test1");
          const b = move({ ...locked, ourRole: "offered" }, "x_test2");
          expect([a, b].filter((ticket) => ticket.ourRole === "owner").length).toBe(1);
          expect(a.ownerOfficeId).toBe(b.ownerOfficeId);
          expect(a.transfers[0]?.status).toBe(ending);
          expect(b.transfers[0]?.status).toBe(ending);
          expect(a.events.map((line) => line.seq)).toEqual(a.events.map((_line, index) => index + 1));
        },
      ),
      { numRuns: 500 },
    );
  });

  test("no sequence of operations leaves the four states, closes without a time, or skips a version", () => {
    const update = fc.constantFrom(note, take, release, close, duplicate, reopen, classify);
    const role = fc.subarray<ActorRole>(["fo", "bo", "supervisor"], { minLength: 1 });
    fc.assert(
      fc.property(fc.array(fc.tuple(update, role, fc.constantFrom("anna", "bea")), { maxLength: 30 }), (steps) => {
        let ticket = fresh;
        for (const [each, roles, login] of steps) {
          const result = updateTicket(ticket, each, stampOf(roles, login));
          if (!result.ok) continue;
          expect(result.ticket.version).toBe(ticket.version + 1);
          ticket = result.ticket;
          expect(["open_bo", "in_progress", "closed_fo", "closed_bo"]).toContain(ticket.status);
          expect(isOpen(ticket)).toBe(ticket.closedAt === null && ticket.outcome === null);
          if (ticket.status === "in_progress") expect(ticket.assignee).not.toBeNull();
        }
      }),
      { numRuns: 500 },
    );
  });
});
