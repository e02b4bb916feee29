/** The ticket's journey between two offices: hub and both bridges run as programs, the boxes are played. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import { citizenNumber, startCall } from "../testing/citizen-call.ts";
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

beforeAll(async () => {
  network = await startTicketNetwork();
});
afterAll(async () => {
  for (const desk of desks) desk.close();
  await network.close();
});

/** A ticket of office A with a call that its operator has answered. */
async function answeredCallWithTicket(anna: OperatorDesk, phone: string) {
  const ticketId = ulid();
  const created = await anna.call("POST", "/api/tickets", {
    ticketId,
    subject: "Lampione spento in piazza",
    topic: { category: "ambiente" },
    requester: { givenName: "Carla", phone },
  });
  expect(created.status).toBe(201);
  const call = startCall(network.a.box, { number: phone });
  call.ring("anna");
  call.answer("anna");
  call.attach(ticketId);
  return { ticketId, call };
}

describe("a citizen's call with a ticket", () => {
  test("goes from the ringing operator of one office to the ringing operator of the other, and its ticket with it", async () => {
    const [anna, ugo] = [await deskAt("a", "anna"), await deskAt("a", "ugo")];
    const [bruno, bea] = [await deskAt("b", "bruno"), await deskAt("b", "bea")];
    const call = startCall(network.a.box);
    call.ring("anna");
    const { pop } = await anna.frame("screen-pop");
    expect(pop).toMatchObject({
      callId: call.callId,
      content: { kind: "ticket", why: "open-ticket", ticket: { ticketId: seededTicketId, ourRole: "owner" } },
    });
    call.answer("anna");
    call.attach(seededTicketId);
    const update = {
      operation: "add_note",
      updateId: ulid(),
      text: "Richiama per la terza volta",
      visibility: "shared",
    };
    const noted = await anna.call("POST", `/api/tickets/${seededTicketId}/updates`, update);
    const again = await anna.call("POST", `/api/tickets/${seededTicketId}/updates`, update);
    expect([noted.status, again.status]).toEqual([200, 200]);
    expect((again.body as { version: number }).version).toBe((noted.body as { version: number }).version);

    const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
    call.askTransfer(handover);
    const { handOver } = await anna.frame("hand-over", (frame) => frame.handOver.status === "delivered");
    const inB = await until("the ticket is at B", () => bruno.ticket(seededTicketId));
    expect(handOver.targetLocalTicketId).toBe(inB.localTicketId);
    expect(inB).toMatchObject({ ourRole: "offered", ownerOfficeId: officeA, originOfficeId: officeA });
    expect(inB.localTicketId).not.toBe(inB.originLocalTicketId);
    expect(inB.description).toContain("Richiama per la terza volta");
    expect(inB.events.map((line) => line.type)).toEqual(["created", "transfer_requested", "transfer_delivered"]);

    const ticket = { ticketId: seededTicketId, transferId: handover.transferId };
    const callAtB = startCall(network.b.box, { contactId: call.contactId, ticket });
    callAtB.ring("bruno");
    const popAtB = await bruno.frame("screen-pop");
    expect(popAtB.pop.content).toMatchObject({
      kind: "ticket",
      why: "came-with-call",
      ticket: { localTicketId: inB.localTicketId, contactId: call.contactId },
    });
    callAtB.answer("bruno");
    call.transferred(handover);
    call.end();
    const taken = await until("B owns the ticket", async () => {
      const now = await bruno.ticket(seededTicketId);
      return now?.ourRole === "owner" ? now : null;
    });
    expect(taken).toMatchObject({
      ownerOfficeId: officeB,
      status: "in_progress",
      assignee: "bruno",
      watchers: [officeA],
    });
    const watched = await until("A watches", async () => {
      const now = await anna.ticket(seededTicketId);
      return now?.ourRole === "watcher" ? now : null;
    });
    expect(watched).toMatchObject({ ownerOfficeId: officeB, assignee: null, status: "in_progress" });

    // What B does A sees, and A may no longer close it.
    const close = { operation: "close", updateId: ulid(), outcome: "answered", answer: "Ritirati questa mattina" };
    expect((await anna.call("POST", `/api/tickets/${seededTicketId}/updates`, close)).status).toBe(403);
    expect((await bruno.call("POST", `/api/tickets/${seededTicketId}/updates`, close)).status).toBe(200);
    const closed = await until("A sees it closed", async () => {
      const now = await anna.ticket(seededTicketId);
      return now?.status === "closed_bo" ? now : null;
    });
    expect(closed.events.at(-1)).toMatchObject({
      type: "closed",
      text: "Ritirati questa mattina",
      actor: { officeId: officeB },
    });
    expect(network.hubHistory(seededTicketId).map((line) => line.type)).toEqual([
      "created",
      "transfer_requested",
      "transfer_delivered",
      "transfer_accepted",
      "closed",
    ]);
    // Another office learns no login.
    expect(JSON.stringify(network.hubHistory(seededTicketId))).not.toContain("bruno");
    // Only those who rang were shown anything.
    expect([...ugo.frames, ...bea.frames].filter((frame) => frame.kind === "screen-pop")).toEqual([]);
  });

  test("that the other office refuses comes back: ticket unlocked, with the reason, and it can be offered again", async () => {
    const [anna, bruno] = [await deskAt("a", "anna"), await deskAt("b", "bruno")];
    const { ticketId, call } = await answeredCallWithTicket(anna, "+393315550101");
    const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
    call.askTransfer(handover);
    await anna.frame("hand-over", ({ handOver }) => handOver.ticketId === ticketId && handOver.status === "delivered");
    const locked = { operation: "close", updateId: ulid(), outcome: "answered", answer: "Fatto" };
    expect((await anna.call("POST", `/api/tickets/${ticketId}/updates`, locked)).status).toBe(409);
    call.transferFailed(handover, "refused");
    const { handOver } = await anna.frame(
      "hand-over",
      (frame) => frame.handOver.ticketId === ticketId && frame.handOver.status === "withdrawn",
    );
    expect(handOver.detail).toBe("refused");
    expect(await anna.ticket(ticketId)).toMatchObject({ ourRole: "owner", ownerOfficeId: officeA, status: "open_bo" });
    const atB = await until("B knows that the offer is over", async () => {
      const now = await bruno.ticket(ticketId);
      return now?.transfers[0]?.status === "withdrawn" ? now : null;
    });

    const second = { ...handover, transferId: ulid() };
    call.askTransfer(second);
    await anna.frame(
      "hand-over",
      (frame) => frame.handOver.transferId === second.transferId && frame.handOver.status === "delivered",
    );
    const offeredAgain = await bruno.ticket(ticketId);
    expect(offeredAgain).toMatchObject({ ourRole: "offered", localTicketId: atB.localTicketId });
    call.transferFailed(second, "no-answer");
    const expired = await anna.frame(
      "hand-over",
      (frame) => frame.handOver.transferId === second.transferId && frame.handOver.status === "expired",
    );
    expect(expired.handOver.detail).toBe("no-answer");
    expect(network.hubTicket(ticketId)).toMatchObject({ owner: { officeId: officeA }, pendingTransferId: null });
    call.end();
  });

  test("that comes back to the first office has its old number there, and everything that happened meanwhile", async () => {
    const [anna, bruno] = [await deskAt("a", "anna"), await deskAt("b", "bruno")];
    const { ticketId, call } = await answeredCallWithTicket(anna, "+393315550166");
    const before = await until("it is there", () => anna.ticket(ticketId));
    const go = { transferId: ulid(), by: "anna", toOfficeId: officeB };
    call.askTransfer(go);
    const atB = startCall(network.b.box, {
      number: "+393315550166",
      contactId: call.contactId,
      ticket: { ticketId, transferId: go.transferId },
    });
    atB.ring("bruno");
    atB.answer("bruno");
    call.transferred(go);
    call.end();
    await until("B owns it", async () => (await bruno.ticket(ticketId))?.ourRole === "owner");
    const note = (text: string, visibility: string) => ({ operation: "add_note", updateId: ulid(), text, visibility });
    const path = `/api/tickets/${ticketId}/updates`;
    expect((await bruno.call("POST", path, note("Manca un modulo", "shared"))).status).toBe(200);
    expect((await bruno.call("POST", path, note("Pratica gia' vista", "internal"))).status).toBe(200);
    expect((await anna.call("POST", path, note("Il modulo arriva domani", "shared"))).status).toBe(200);
    await until("B reads A's note", async () =>
      (await bruno.ticket(ticketId))?.events.some((line) => line.text === "Il modulo arriva domani"),
    );
    // A's note changed nothing of B's own state.
    expect(await bruno.ticket(ticketId)).toMatchObject({ status: "in_progress", assignee: "bruno" });

    const back = { transferId: ulid(), by: "bruno", toOfficeId: officeA };
    atB.askTransfer(back);
    const again = startCall(network.a.box, {
      number: "+393315550166",
      contactId: call.contactId,
      ticket: { ticketId, transferId: back.transferId },
    });
    again.ring("anna");
    again.answer("anna");
    atB.transferred(back);
    atB.end();
    const home = await until("A owns it again", async () => {
      const now = await anna.ticket(ticketId);
      return now?.ourRole === "owner" && now.ownerOfficeId === officeA ? now : null;
    });
    expect(home.localTicketId).toBe(before.localTicketId);
    expect(home).toMatchObject({ watchers: [officeB], assignee: "anna", status: "in_progress" });
    const texts = home.events.map((line) => line.text);
    expect(texts.filter((text) => text === "Manca un modulo")).toHaveLength(1);
    expect(texts.filter((text) => text === "Il modulo arriva domani")).toHaveLength(1);
    expect(JSON.stringify(home)).not.toContain("gia' vista");
    expect(home.events.map((line) => line.seq)).toEqual(home.events.map((_line, index) => index + 1));
    const watching = await until("B watches", async () => {
      const now = await bruno.ticket(ticketId);
      return now?.ourRole === "watcher" ? now : null;
    });
    expect(watching.ownerOfficeId).toBe(officeA);
    // What A does now is read in B: closed, and opened again.
    const update = (rest: object): Promise<{ status: number }> =>
      anna.call("POST", path, { updateId: ulid(), ...rest });
    expect((await update({ operation: "close", outcome: "answered", answer: "Fatto" })).status).toBe(200);
    expect((await update({ operation: "reopen", reason: "Ha richiamato" })).status).toBe(200);
    await until("B reads both", async () => {
      const now = await bruno.ticket(ticketId);
      return now?.status === "open_bo" && now.events.at(-1)?.type === "reopened";
    });
    again.end();
  });

  test("pops the next operator when the first one does not answer, and nothing is left with the first", async () => {
    const [anna, ugo] = [await deskAt("a", "anna"), await deskAt("a", "ugo")];
    const call = startCall(network.a.box, { number: "+393315550144" });
    const isThis = (frame: { pop: { callId: string } }): boolean => frame.pop.callId === call.callId;
    call.ring("anna");
    expect((await anna.frame("screen-pop", isThis)).pop).toMatchObject({
      revision: 1,
      content: { kind: "new", phone: "+393315550144" },
    });
    call.ringEnded("anna", "no-answer");
    call.ring("ugo");
    await ugo.frame("screen-pop", isThis);
    const back = await deskAt("a", "anna");
    expect((await back.frame("welcome")).pops).toEqual([]);
    expect(back.frames.length).toBe(1);
    call.ringEnded("ugo", "no-answer");
    call.ring("anna");
    const rungAgain = await anna.frame("screen-pop", (frame) => isThis(frame) && frame.pop.revision === 3);
    expect(rungAgain.pop.callId).toBe(call.callId);
    call.end();
  });

  test("finds its ticket by number and by public code", async () => {
    const anna = await deskAt("a", "anna");
    const { ticketId, call } = await answeredCallWithTicket(anna, "+393315550155");
    const { publicCode } = (await anna.ticket(ticketId)) ?? { publicCode: "" };
    const byPhone = await anna.call("POST", "/api/ticket-searches", { phone: "+393315550155" });
    const byCode = await anna.call("POST", "/api/ticket-searches", {
      publicCode: publicCode.toLowerCase().replaceAll("-", " "),
    });
    expect(byPhone.body).toMatchObject({ items: [{ ticketId }] });
    expect(byCode.body).toMatchObject({ items: [{ ticketId }] });
    call.end();
  });
});

test("no telephone number stands whole in the logs", () => {
  const logs = [network.a.bridge.log, network.b.bridge.log, network.hub.log].join("\n");
  expect(logs).toContain("following the box");
  expect(logs).not.toContain(citizenNumber);
});
