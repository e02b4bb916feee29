import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, firstHash, hashOf, isIntact } from "./history.ts";
import {
  accept,
  changeStatus,
  closeTicket,
  delivered,
  endTransfer,
  giveBack,
  refreshed,
  reopenTicket,
  requestTransfer,
  returnTimeMs,
  type Decision,
  type GivingBack,
} from "./machines.ts";
import type { TransferRequest, TupaEvent, TupaTicket, TupaTransfer } from "./objects.ts";

const now = "2026-11-23T10:00:00.000Z";
const ticket: TupaTicket = {
  contractVersion: "1.0",
  ticketId: "01K9Z3V4X0PA7GR0VND1CASE01",
  publicCode: "D1CA-SE01-F",
  origin: { officeId: "x_test1", localTicketId: "1", createdAt: now },
  status: "open_bo",
  accessChannel: "phone",
  contactReason: "information",
  topic: { category: "casa", taxonomyVersion: "1" },
  subject: "Pratica",
  description: "",
  language: "it",
  priority: "normal",
  requester: null,
  consent: null,
  call: null,
  owner: { officeId: "x_test1", localTicketId: "1" },
  watchers: [],
  outcome: null,
  pendingTransferId: null,
  hops: 0,
  createdAt: now,
  updatedAt: now,
  closedAt: null,
  version: 1,
};
const request: TransferRequest = {
  transferId: "01K9Z3V4X0PA7GR0VND1CASE0T",
  fromOfficeId: "x_test1",
  toOfficeId: "x_test2",
  mode: "sync",
  reason: "competence",
  message: "",
  withCall: true,
  call: null,
};
const times = { now, respondBy: "2026-11-25T10:00:00.000Z" };
const start = requestTransfer(ticket, request, times);
if (!start.ok) throw new Error("the fixture cannot be transferred");
const pair = start.value;
const by = { officeId: "x_test2", targetLocalTicketId: "7", takeNow: true };
const verdict = (decision: Decision<unknown>): string => (decision.ok ? "ok" : decision.refusal);

describe("a transfer is asked for", () => {
  test.each<[string, Partial<TupaTicket>, Partial<TransferRequest>, string]>([
    ["by the owner", {}, {}, "ok"],
    ["of a ticket in work", { status: "in_progress" }, {}, "ok"],
    ["by who is not the owner", { owner: { officeId: "x_test3", localTicketId: null } }, {}, "not-allowed"],
    ["to oneself", {}, { toOfficeId: "x_test1" }, "self-transfer"],
    ["a second time at once", { pendingTransferId: "01K9Z3V4X0PA7GR0VND1CASE0X" }, {}, "transfer-pending"],
    ["of a closed ticket", { status: "closed_fo" }, {}, "invalid-transition"],
    ["for the sixth time", { hops: 5 }, {}, "hop-limit"],
  ])("%s", (...[, change, other, expected]) => {
    expect(verdict(requestTransfer({ ...ticket, ...change }, { ...request, ...other }, times))).toBe(expected);
  });
});

describe("the source asks for an accepted transfer's ticket back", () => {
  const accepted = accept(pair, by);
  if (!accepted.ok) throw new Error("the fixture cannot be accepted");
  const taken = accepted.value;
  const latest: GivingBack = { before: pair.ticket, newestTransferId: request.transferId, nowMs: Date.parse(now) };
  const other = "01K9Z3V4X0PA7GR0VND1CASE0X";

  test.each<[string, Partial<TupaTicket>, Partial<TupaTransfer>, Partial<GivingBack>, string]>([
    ["at once", {}, {}, {}, "ok"],
    ["after the new owner has put it down", { status: "open_bo" }, {}, {}, "ok"],
    ["two days later", {}, {}, { nowMs: Date.parse(now) + returnTimeMs }, "ok"],
    ["later than that", {}, {}, { nowMs: Date.parse(now) + returnTimeMs + 1 }, "too-late"],
    ["when it is closed there", { status: "closed_bo", closedAt: now }, {}, {}, "invalid-transition"],
    ["when it is on its way from there", { pendingTransferId: other }, {}, {}, "transfer-pending"],
    ["when it has gone on from there, whoever has it now", {}, {}, { newestTransferId: other }, "already-decided"],
    ["when nobody has accepted it", {}, { status: "delivered" }, {}, "already-decided"],
    ["when it was refused", {}, { status: "refused" }, {}, "already-decided"],
    ["a second time", {}, { status: "returned" }, {}, "already-decided"],
    ["when it went without a call", {}, { withCall: false }, {}, "already-decided"],
  ])("%s", (...[, change, moved, how, expected]) => {
    const state = { ticket: { ...taken.ticket, ...change }, transfer: { ...taken.transfer, ...moved } };
    expect(verdict(giveBack(state, { ...latest, ...how }))).toBe(expected);
  });

  test("and has it as it was, while the other one follows it", () => {
    const worked = { ...pair.ticket, status: "in_progress" as const, watchers: ["x_test3"], hops: 2 };
    const state = { ...taken, ticket: { ...taken.ticket, watchers: ["x_test3", "x_test1"], hops: 3 } };
    expect(giveBack(state, { ...latest, before: worked })).toMatchObject({
      value: {
        ticket: {
          owner: { officeId: "x_test1", localTicketId: "1" },
          status: "in_progress",
          watchers: ["x_test3", "x_test2"],
          hops: 2,
          pendingTransferId: null,
        },
        transfer: { status: "returned" },
      },
    });
  });
});

test("while it is pending the ticket is neither taken nor closed nor reworded", () => {
  const locked = pair.ticket;
  expect(verdict(changeStatus(locked, "take"))).toBe("transfer-pending");
  expect(
    verdict(
      closeTicket(locked, { updateId: request.transferId, status: "closed_fo", outcome: "answered", answer: "x" }, now),
    ),
  ).toBe("transfer-pending");
  expect(refreshed(locked, { officeId: "x_test1", told: { ...ticket, subject: "Altro" } })).toBeNull();
});

test("only the owner rewords a ticket, and only when something is new", () => {
  const told = { ...ticket, subject: "Altro" };
  expect(refreshed(ticket, { officeId: "x_test2", told })).toBeNull();
  expect(refreshed(ticket, { officeId: "x_test1", told: ticket })).toBeNull();
  expect(refreshed(ticket, { officeId: "x_test1", told })?.subject).toBe("Altro");
});

test("a ticket closed more than thirty days ago stays closed", () => {
  const closed: TupaTicket = { ...ticket, status: "closed_bo", outcome: "answered", closedAt: now };
  const day = 24 * 3_600_000;
  expect(verdict(reopenTicket(closed, Date.parse(now) + 30 * day))).toBe("ok");
  expect(verdict(reopenTicket(closed, Date.parse(now) + 30 * day + 1))).toBe("invalid-transition");
  expect(verdict(reopenTicket(ticket, Date.parse(now)))).toBe("invalid-transition");
});

test("whatever both sides and the hub do in any order: one decision, one owner, and what is decided stays so, or is given back once", () => {
  type Pair = { ticket: TupaTicket; transfer: TupaTransfer };
  const acts: Record<string, (each: Pair) => Decision<Pair>> = {
    deliver: (each) => delivered(each, "7"),
    accept: (each) => accept(each, by),
    "accept by a stranger": (each) => accept(each, { ...by, officeId: "x_test9" }),
    refuse: (each) => endTransfer(each, { status: "refused", refusalReason: "capacity" }),
    withdraw: (each) => endTransfer(each, { status: "withdrawn" }),
    expire: (each) => endTransfer(each, { status: "expired" }),
    fail: (each) => endTransfer(each, { status: "failed" }),
    "give back": (each) =>
      giveBack(each, { before: pair.ticket, newestTransferId: request.transferId, nowMs: Date.parse(now) }),
  };
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...Object.keys(acts)), { maxLength: 12 }), (sequence) => {
      let state: Pair = pair;
      let ending: string | null = null;
      for (const name of sequence) {
        const decision = acts[name]?.(state);
        if (!decision?.ok) continue;
        if (ending !== null) expect([ending, name]).toEqual(["accepted", "give back"]);
        state = decision.value;
        const isPending = state.transfer.status === "requested" || state.transfer.status === "delivered";
        if (!isPending) ending = state.transfer.status;
        expect(state.ticket.pendingTransferId === null).toBe(!isPending);
        expect(state.ticket.owner.officeId).toBe(ending === "accepted" ? "x_test2" : "x_test1");
        const watchers: Record<string, string[]> = { accepted: ["x_test1"], returned: ["x_test2"] };
        expect(state.ticket.watchers).toEqual(watchers[ending ?? ""] ?? []);
        expect(state.ticket.hops).toBe(ending === "accepted" ? 1 : 0);
      }
    }),
    { numRuns: 1_000 },
  );
});

describe("a history", () => {
  const lines: TupaEvent[] = [];
  for (const [index, type] of ["created", "transfer_requested", "transfer_accepted"].entries()) {
    const line = {
      eventId: `01K9Z3V4X0PA7GR0VND1CASE${index}E`,
      ticketId: ticket.ticketId,
      seq: index + 1,
      at: now,
      type,
      actor: { officeId: "x_test1", role: "fo" as const, operatorRef: null },
      visibility: "shared" as const,
      data: { text: "È già pagata – “sì” €", hops: 1, isUrgent: false, none: null },
      prevHash: lines.at(-1)?.hash ?? firstHash,
    };
    lines.push({ ...line, hash: hashOf(line) });
  }
  const changed = (at: number, change: Partial<TupaEvent>): TupaEvent[] =>
    lines.map((line, index) => (index === at ? { ...line, ...change } : line));

  test.each<[string, TupaEvent[], boolean]>([
    ["as it was written", lines, true],
    ["empty", [], true],
    ["after a journey as JSON", JSON.parse(JSON.stringify(lines)) as TupaEvent[], true],
    ["with a word changed", changed(1, { data: { text: "pagata" } }), false],
    ["with another actor", changed(0, { actor: { officeId: "x_test2", role: "fo", operatorRef: null } }), false],
    ["with a line left out", lines.toSpliced(1, 1), false],
    ["without its beginning", lines.slice(1), false],
    ["in another order", lines.toReversed(), false],
  ])("%s checks: %#", (...[, events, expected]) => {
    expect(isIntact(events)).toBe(expected);
  });

  test("is hashed over one spelling, whatever the order of its members", () => {
    expect(canonicalJson({ b: [1, { d: null, c: "é" }], a: "1\n" })).toBe('{"a":"1\\n","b":[1,{"c":"é","d":null}]}');
  });
});
