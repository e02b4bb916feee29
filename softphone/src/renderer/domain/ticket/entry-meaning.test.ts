/** Codes and numbers of the history become words; what people wrote stays as it is. */
import { describe, expect, test } from "vitest";
import { meaningOfEntry } from "./entry-meaning.ts";
import type { Ticket } from "./ticket.ts";

const transfer: Ticket["transfers"][number] = {
  transferId: "t-1",
  fromOfficeId: "x_test1",
  toOfficeId: "x_test2",
  status: "delivered",
  reason: "competence",
  message: "",
  refusalReason: null,
  targetLocalTicketId: "2026-000003",
};

describe("a line of the history", () => {
  test("delivered, at the giving office: their number", () => {
    const entry = { type: "transfer_delivered", text: "2026-000003" };
    expect(meaningOfEntry(entry, { transfers: [transfer] })).toEqual({
      kind: "delivered-elsewhere",
      theirNumber: "2026-000003",
    });
  });

  test.each([null, "Chiama per il sopralluogo"])("delivered, at the receiving office: its message (%s)", (text) => {
    const entry = { type: "transfer_delivered", text };
    expect(meaningOfEntry(entry, { transfers: [transfer] })).toEqual({ kind: "plain", text });
  });

  test.each([
    { type: "transfer_withdrawn", text: "no-answer" },
    { type: "transfer_returned", text: "not-reachable" },
  ] as const)("an ending names the call's cause: $type", (entry) => {
    expect(meaningOfEntry(entry, { transfers: [] })).toEqual({ kind: "call-failed", cause: entry.text });
  });

  test.each([
    { type: "note_added", text: "refused" },
    { type: "transfer_refused", text: "Non è roba nostra" },
    { type: "transfer_expired", text: null },
  ])("$type with “$text” is shown as it is", (entry) => {
    expect(meaningOfEntry(entry, { transfers: [transfer] })).toEqual({ kind: "plain", text: entry.text });
  });
});
