/** Hub, bridge or box away: the call rings and travels all the same, the operator sees that the ticket is pending, and the ticket catches up. */
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import { startCall } from "../testing/citizen-call.ts";
import type { OperatorDesk } from "../testing/operator-desk.ts";
import { officeA, officeB, seededTicketId, startTicketNetwork, type TicketNetwork } from "../testing/ticket-network.ts";
import { until } from "../testing/until.ts";

let network: TicketNetwork;
const desks: OperatorDesk[] = [];
async function deskAt(office: "a" | "b", login: string): Promise<OperatorDesk> {
  const desk = await network[office].desk(login);
  desks.push(desk);
  return desk;
}
beforeEach(async () => {
  network = await startTicketNetwork();
});
afterEach(async () => {
  for (const desk of desks.splice(0)) desk.close();
  await network.close();
});

function callWithTicket() {
  const call = startCall(network.a.box);
  call.ring("anna");
  call.answer("anna");
  call.attach(seededTicketId);
  const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
  const carried = { contactId: call.contactId, ticket: { ticketId: seededTicketId, transferId: handover.transferId } };
  return { call, handover, carried };
}

async function expectTakenByB(): Promise<void> {
  const bruno = await deskAt("b", "bruno");
  const taken = await until(
    "B owns the ticket",
    async () => {
      const now = await bruno.ticket(seededTicketId);
      return now?.ourRole === "owner" ? now : null;
    },
    20_000,
  );
  expect(taken).toMatchObject({ ownerOfficeId: officeB, assignee: "bruno", watchers: [officeA] });
  const anna = await deskAt("a", "anna");
  await until("A watches it", async () => (await anna.ticket(seededTicketId))?.ourRole === "watcher", 20_000);
  expect(network.hubHistory(seededTicketId).map((line) => line.type)).toEqual([
    "created",
    "transfer_requested",
    "transfer_delivered",
    "transfer_accepted",
  ]);
}

describe("with the hub down", () => {
  test("the operator sees the ticket pending, and gets it while she talks once the hub is back", async () => {
    await network.hub.kill();
    const [anna, bruno] = [await deskAt("a", "anna"), await deskAt("b", "bruno")];
    const { call, handover, carried } = callWithTicket();
    expect((await anna.frame("screen-pop")).pop.content).toMatchObject({ kind: "ticket", why: "open-ticket" });
    call.askTransfer(handover);
    expect((await anna.frame("hand-over")).handOver.status).toBe("pending");
    const atB = startCall(network.b.box, carried);
    atB.ring("bruno");
    expect((await bruno.frame("screen-pop")).pop).toMatchObject({
      revision: 1,
      content: { kind: "ticket-pending", ticketId: seededTicketId, transferId: handover.transferId },
    });
    atB.answer("bruno");
    call.transferred(handover);
    call.end();
    await network.hub.start();
    const pop = await bruno.frame("screen-pop", (frame) => frame.pop.content.kind === "ticket");
    expect(pop.pop.revision).toBeGreaterThan(1);
    await anna.frame("hand-over", (frame) => frame.handOver.status === "accepted");
    await expectTakenByB();
  });

  test("the ticket catches up after both calls have ended", async () => {
    await network.hub.kill();
    const bruno = await deskAt("b", "bruno");
    const { call, handover, carried } = callWithTicket();
    call.askTransfer(handover);
    const atB = startCall(network.b.box, carried);
    atB.ring("bruno");
    atB.answer("bruno");
    call.transferred(handover);
    call.end();
    atB.end();
    await until("B's bridge has seen the whole call", async () => {
      const again = await network.b.desk("bruno");
      again.close();
      const welcome = await again.frame("welcome");
      return bruno.frames.some((frame) => frame.kind === "screen-pop") && welcome.pops.length === 0;
    });
    await network.hub.start();
    await expectTakenByB();
  });

  test("a transfer that fails meanwhile never left: the ticket is free again at once", async () => {
    await network.hub.kill();
    const anna = await deskAt("a", "anna");
    const { call, handover } = callWithTicket();
    call.askTransfer(handover);
    await anna.frame("hand-over", (frame) => frame.handOver.status === "pending");
    call.transferFailed(handover, "no-answer");
    await anna.frame("hand-over", (frame) => frame.handOver.status === "expired");
    const close = { operation: "close", updateId: ulid(), outcome: "answered", answer: "Risolto al telefono" };
    expect((await anna.call("POST", `/api/tickets/${seededTicketId}/updates`, close)).status).toBe(200);
    await network.hub.start();
    await until("the bridge talks to the hub again", async () => {
      const answer = await fetch(`${network.a.bridge.url}/api/status`);
      return ((await answer.json()) as { pendingTasks: number }).pendingTasks === 0;
    });
    expect(network.hubTransfer(handover.transferId)).toBeNull();
  });
});

describe("with a bridge down", () => {
  test("office A's: it reads what it missed and the ticket follows its call", async () => {
    await network.a.bridge.kill();
    const { call, handover, carried } = callWithTicket();
    call.askTransfer(handover);
    const atB = startCall(network.b.box, carried);
    atB.ring("bruno");
    atB.answer("bruno");
    call.transferred(handover);
    call.end();
    await network.a.bridge.start();
    await expectTakenByB();
    atB.end();
  });

  test("office B's: the hub goes on trying, and the answered call is known when it is back", async () => {
    await network.b.bridge.kill();
    const { call, handover, carried } = callWithTicket();
    call.askTransfer(handover);
    const atB = startCall(network.b.box, carried);
    atB.ring("bruno");
    atB.answer("bruno");
    call.transferred(handover);
    call.end();
    atB.end();
    await until("the hub has the transfer", () => network.hubTransfer(handover.transferId)?.status === "requested");
    await network.b.bridge.start();
    await expectTakenByB();
  });
});

describe("with the box away", () => {
  test("the bridge comes back where it was, and an event told twice counts once", async () => {
    const anna = await deskAt("a", "anna");
    const call = startCall(network.a.box);
    call.ring("anna");
    await anna.frame("screen-pop");
    network.a.box.repeatLast();
    network.a.box.dropConnections();
    call.ringEnded("anna", "no-answer");
    call.ring("anna");
    await anna.frame("screen-pop", (frame) => frame.pop.revision === 2);
    // From the event after the last one handled: neither from the start nor from its own present.
    expect(network.a.box.askedFrom).toEqual([0, 2]);
    expect(anna.frames.filter((frame) => frame.kind === "screen-pop").length).toBe(2);
  });
});
