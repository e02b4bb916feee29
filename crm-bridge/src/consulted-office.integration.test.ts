/** Who owns the ticket while another office is asked for advice, or takes a waiting citizen at a peak: hub and both bridges run as programs, the boxes are played. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { ulid } from "ulid";
import { startCall } from "../testing/citizen-call.ts";
import {
  officeA,
  officeB,
  seededTicketId as ticketId,
  startTicketNetwork,
  type TicketNetwork,
} from "../testing/ticket-network.ts";
import { until } from "../testing/until.ts";
import type { OperatorDesk } from "../testing/operator-desk.ts";

let network: TicketNetwork;
const desks: OperatorDesk[] = [];

beforeAll(async () => {
  network = await startTicketNetwork();
});
afterAll(async () => {
  for (const desk of desks) desk.close();
  await network.close();
});

test("a citizen whom another office takes out of our line: it sees the open ticket while the call lasts, and it stays ours", async () => {
  const [anna, bruno] = await Promise.all([network.a.desk("anna"), network.b.desk("bruno")]);
  desks.push(anna, bruno);
  const waiting = startCall(network.a.box);
  const transferId = ulid();
  waiting.offerOverflow(transferId, officeB);
  const there = startCall(network.b.box, { contactId: waiting.contactId, overflowOf: officeA });
  // The ticket comes while it rings: the pop is looked at anew by the answer.
  await until("B has the ticket", async () => bruno.ticket(ticketId));
  there.ring("bruno");
  there.answer("bruno");
  waiting.overflowed(transferId, officeB);
  const { pop } = await bruno.frame("screen-pop", (frame) => frame.pop.callId === there.callId);
  expect(pop.content).toMatchObject({ kind: "ticket", ticket: { ticketId, ourRole: "offered" } });
  there.end();
  waiting.end();
  await until("the ticket is taken back", async () => {
    const lines = network.hubHistory(ticketId).map((line) => line.type);
    return lines.includes("transfer_withdrawn") ? lines : null;
  });
  const ours = await until("the ticket is free again", async () => {
    const ticket = await anna.ticket(ticketId);
    return ticket?.transfers.every(({ status }) => status === "withdrawn") ? ticket : null;
  });
  expect(ours).toMatchObject({ ourRole: "owner", ownerOfficeId: officeA });
});

test("the citizen's rating after the call stands beside the ticket, once, and names no operator", async () => {
  const anna = await network.a.desk("anna");
  desks.push(anna);
  const call = startCall(network.a.box);
  call.ring("anna");
  call.answer("anna");
  call.attach(ticketId);
  call.rate(3);
  call.end();
  const lines = await until("the rating is there", async () => {
    const rated = (await anna.ticket(ticketId))?.events.filter(({ type }) => type === "rated") ?? [];
    return rated.length > 0 ? rated : null;
  });
  expect(lines).toMatchObject([{ text: "3", visibility: "internal", actor: { role: "citizen", operatorRef: null } }]);
});

test("the ticket of which another office is asked first stays here until the citizen is handed over, or for good", async () => {
  const [anna, bruno] = await Promise.all([network.a.desk("anna"), network.b.desk("bruno")]);
  desks.push(anna, bruno);
  const call = startCall(network.a.box);
  call.ring("anna");
  call.answer("anna");
  call.attach(ticketId);
  const consult = async () => {
    const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
    call.askTransfer(handover);
    await anna.frame("hand-over", (frame) => {
      return frame.handOver.status === "delivered" && frame.handOver.transferId === handover.transferId;
    });
    const ticket = { ticketId, transferId: handover.transferId };
    const asked = startCall(network.b.box, { contactId: call.contactId, ticket, consultedBy: officeA });
    asked.ring("bruno");
    asked.answer("bruno");
    const pop = await bruno.frame("screen-pop", (frame) => frame.pop.callId === asked.callId);
    expect(pop.pop.content).toMatchObject({ kind: "ticket", why: "came-with-call" });
    return { handover, asked };
  };
  const first = await consult();
  call.transferFailed(first.handover, "target-hung-up");
  first.asked.end();
  await anna.frame("hand-over", (frame) => {
    return frame.handOver.status === "withdrawn" && frame.handOver.transferId === first.handover.transferId;
  });
  expect(await anna.ticket(ticketId)).toMatchObject({ ourRole: "owner", ownerOfficeId: officeA });

  const second = await consult();
  second.asked.handedOver("bruno");
  call.transferred(second.handover);
  const taken = await until("B owns the ticket", async () => {
    const now = await bruno.ticket(ticketId);
    return now?.ourRole === "owner" ? now : null;
  });
  expect(taken).toMatchObject({ ownerOfficeId: officeB, assignee: "bruno" });
  expect(network.hubHistory(ticketId).filter((line) => line.type === "transfer_accepted")).toHaveLength(1);
  call.end();
  second.asked.end();
});
