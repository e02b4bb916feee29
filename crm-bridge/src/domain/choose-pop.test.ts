import { describe, expect, test } from "vitest";
import { choosePop, type PopQuestion } from "./choose-pop.ts";
import { createTicket, type Ticket, type TicketTransfer } from "./ticket.ts";

const base = createTicket(
  {
    ticketId: "t",
    localTicketId: "1",
    publicCode: "c",
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
  {
    at: "2026-11-20T10:00:00Z",
    recentAfter: "",
    eventId: "e",
    actor: { officeId: "x_test1", role: "fo", operatorRef: "anna" },
  },
);
const ticket = (ticketId: string, rest: Partial<Ticket> = {}): Ticket => ({ ...base, ticketId, ...rest });
const transfer = (status: TicketTransfer["status"]): TicketTransfer => ({
  transferId: "x",
  fromOfficeId: "x_test2",
  toOfficeId: "x_test1",
  status,
  reason: "competence",
  message: "",
  refusalReason: null,
  targetLocalTicketId: null,
});
const closed = { status: "closed_bo", closedAt: "2026-11-19T10:00:00Z" } as const;
const open = ticket("open");
const newer = ticket("newer", { updatedAt: "2026-11-22T10:00:00Z" });
const watched = ticket("watched", { ourRole: "watcher", updatedAt: "2026-11-23T10:00:00Z" });
const recent = ticket("recent", { ...closed, updatedAt: "2026-11-23T10:00:00Z" });
const ancient = ticket("ancient", { ...closed, updatedAt: "2026-01-01T10:00:00Z" });
const gone = ticket("gone", { ourRole: "offered", transfers: [transfer("withdrawn")] });
const offered = ticket("offered", { ourRole: "offered", transfers: [transfer("delivered")] });

describe("the ringing operator sees", () => {
  test.each<[string, Partial<PopQuestion>, string, string[]]>([
    ["the caller's open ticket", { ofCaller: [open] }, "open-ticket open", []],
    ["the open one before a later closed one", { ofCaller: [recent, open] }, "open-ticket open", []],
    [
      "the latest of several open ones, and the others beside it",
      { ofCaller: [open, newer] },
      "open-ticket newer",
      ["open"],
    ],
    ["our own before one that we only watch", { ofCaller: [watched, open] }, "open-ticket open", ["watched"]],
    ["a watched one when there is no other", { ofCaller: [watched] }, "open-ticket watched", []],
    ["a recent closed one when none is open", { ofCaller: [ancient, recent] }, "recent-ticket recent", []],
    ["an empty new ticket when all is long ago", { ofCaller: [ancient] }, "new", []],
    ["nothing of an offer that came to nothing", { ofCaller: [gone] }, "new", []],
    ["an offer that stands", { ofCaller: [offered] }, "open-ticket offered", []],
    [
      "what came with the call before anything else",
      { pointer: { ticketId: "offered", transferId: "x" }, pointed: offered, ofCaller: [open, offered] },
      "came-with-call offered",
      ["open"],
    ],
    [
      "that the ticket is pending while it is not here, and the others",
      { pointer: { ticketId: "far", transferId: "x" }, ofCaller: [open] },
      "ticket-pending far",
      ["open"],
    ],
  ])("%s", (...[, question, expected, others]) => {
    const chosen = choosePop({
      caller: { number: "+393315550123", displayName: null },
      pointer: null,
      pointed: null,
      ofCaller: [],
      recentAfter: "2026-10-24T10:00:00Z",
      ...question,
    });
    const { content } = chosen;
    const said =
      content.kind === "ticket"
        ? `${content.why} ${content.ticket.ticketId}`
        : content.kind === "new"
          ? "new"
          : `ticket-pending ${content.ticketId}`;
    expect(said).toBe(expected);
    expect(chosen.others.map((each) => each.ticketId)).toEqual(others);
  });

  test("an unknown caller's number in the new ticket", () => {
    const question = { pointer: null, pointed: null, ofCaller: [], recentAfter: "" };
    expect(choosePop({ ...question, caller: { number: null, displayName: null } }).content).toEqual({
      kind: "new",
      phone: null,
      displayName: null,
    });
  });
});
