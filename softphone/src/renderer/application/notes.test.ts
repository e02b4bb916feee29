/** A note goes into the ticket it was written for, once, whatever is away at the moment. */
import { beforeEach, expect, test } from "vitest";
import { boxCard, FakeWorld } from "../../../testing/fake-ports.ts";
import { createSoftphone } from "./softphone.ts";
import type { Softphone } from "./softphone.ts";
import type { Ticket } from "../domain/ticket/ticket.ts";

let world: FakeWorld;
let softphone: Softphone;

function ticket(ticketId: string): Ticket {
  return {
    ticketId,
    localTicketId: "2026-000001",
    publicCode: "D1CA-SE01-F",
    url: null,
    ownerOfficeId: "x_test1",
    ourRole: "owner",
    status: "open_bo",
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
    transfers: [],
    events: [],
    version: 1,
  };
}

function pop(ticketId: string, revision: number): void {
  const content = { kind: "ticket", why: "open-ticket", ticket: ticket(ticketId) } as const;
  world.crm?.pop({ callId: "a", contactId: "c".repeat(32), revision, content, others: [] });
}

const note = () => softphone.store.read().panels["a"]?.note;
const notesAsked = () => world.asked.filter((line) => line.startsWith("add_note"));

beforeEach(async () => {
  world = new FakeWorld();
  world.readers.set("t-1", ticket("t-1")).set("t-2", ticket("t-2"));
  softphone = createSoftphone(world.ports);
  await softphone.session.restore(null);
  world.box?.card(boxCard("a", { kind: "ringing" }));
  world.phone?.ringing({ callId: "a", caller: { number: null, displayName: null, isWithheld: true } });
  await softphone.calls.answer("a");
  world.box?.card(boxCard("a", { kind: "talking" }));
});

test("written before the ticket is here and sent with the transfer, it waits for the ticket", async () => {
  softphone.tickets.writeNote("a", "chiede un sopralluogo", "shared");
  await softphone.tickets.sendNote("a");
  expect(note()).toMatchObject({ kind: "waiting", text: "chiede un sopralluogo", ticketId: null });
  pop("t-1", 1);
  await softphone.tickets.catchUp();
  expect(notesAsked()).toEqual(["add_note t-1"]);
  expect(note()?.kind).toBe("sent");
});

test("tried again after an outage it goes to the ticket it was sent to, not to one opened meanwhile", async () => {
  pop("t-1", 1);
  softphone.tickets.writeNote("a", "chiede un sopralluogo", "shared");
  world.isCrmAway = true;
  await softphone.tickets.sendNote("a");
  expect(note()).toMatchObject({ kind: "waiting", ticketId: "t-1" });
  world.isCrmAway = false;
  await softphone.tickets.open("a", "t-2");
  await softphone.tickets.catchUp();
  expect(notesAsked()).toEqual(["add_note t-1", "add_note t-1"]);
  expect(note()?.kind).toBe("sent");
});

test("a blank note is not sent", async () => {
  pop("t-1", 1);
  softphone.tickets.writeNote("a", "  ", "shared");
  await softphone.tickets.sendNote("a");
  expect(notesAsked()).toEqual([]);
});
