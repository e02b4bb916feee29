/** The citizen is back from another office, the ticket is not: the operator reads it in plain words, in either language. */
import { act, cleanup, screen, within } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { boxCard } from "../../testing/fake-ports.ts";
import { renderApp } from "../../testing/rendered-app.tsx";
import type { Ticket } from "./domain/ticket/ticket.ts";

// jsdom knows the element but not its methods.
Object.assign(HTMLDialogElement.prototype, { showModal: () => undefined, close: () => undefined });

afterEach(cleanup);

const given: Ticket = {
  ticketId: "t-1",
  localTicketId: "2026-000001",
  publicCode: "D1CA-SE01-F",
  url: null,
  ownerOfficeId: "x_test2",
  ourRole: "watcher",
  status: "closed_bo",
  subject: "Rifiuti",
  topic: { category: "ambiente" },
  updatedAt: "2026-11-23T10:00:00.000Z",
  originOfficeId: "x_test1",
  originLocalTicketId: null,
  description: "",
  contactReason: "report",
  priority: "normal",
  requester: null,
  assignee: null,
  transfers: [
    {
      transferId: "x-1",
      fromOfficeId: "x_test1",
      toOfficeId: "x_test2",
      status: "accepted",
      reason: "competence",
      message: "",
      refusalReason: null,
      targetLocalTicketId: "2026-000009",
    },
  ],
  events: [],
  version: 3,
};
const kept: Ticket = {
  ...given,
  transfers: given.transfers.map((transfer) => ({ ...transfer, refusalReason: "stays-there" })),
  version: 4,
};

test.each([
  ["it", /il ticket no: all'ufficio x_test2 il lavoro è già andato avanti/],
  ["en", /the ticket is not: at the office x_test2 work on it has gone on/],
] as const)("in %s, read out politely, and gone when the ticket is ours again", async (language, words) => {
  const { world, softphone } = await renderApp({ language });
  act(() => world.box?.welcome("available", []));
  act(() => {
    world.box?.card(boxCard("a", { kind: "ringing" }));
    world.phone?.ringing({ callId: "a", caller: { number: null, displayName: null, isWithheld: true } });
  });
  await act(() => softphone.calls.answer("a"));
  act(() => world.box?.card(boxCard("a", { kind: "talking" })));
  const show = (ticket: Ticket, revision: number): void => {
    const content = { kind: "ticket", why: "came-with-call", ticket } as const;
    act(() => world.crm?.pop({ callId: "a", contactId: "c".repeat(32), revision, content, others: [] }));
  };
  const panel = (): HTMLElement => document.querySelector<HTMLElement>("[data-ticket-panel]") ?? document.body;
  show(given, 1);
  expect(within(panel()).queryByText(words)).toBeNull();
  show(kept, 2);
  expect(within(panel()).getByText(words).closest("[role=status]")).not.toBeNull();
  show({ ...kept, ourRole: "owner", ownerOfficeId: "x_test1", status: "open_bo" }, 3);
  expect(screen.queryByText(words)).toBeNull();
});
