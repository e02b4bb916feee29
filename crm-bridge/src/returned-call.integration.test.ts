/** The other office has answered and taken the ticket, but the call came back: the ticket follows its citizen, unless work on it has gone on there. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import type { ChannelFromBridge } from "../contracts/index.ts";
import { startCall } from "../testing/citizen-call.ts";
import type { OperatorDesk } from "../testing/operator-desk.ts";
import { officeA, officeB, startTicketNetwork, type TicketNetwork } from "../testing/ticket-network.ts";
import { until } from "../testing/until.ts";

let network: TicketNetwork;
let anna: OperatorDesk;
let bruno: OperatorDesk;
beforeAll(async () => {
  network = await startTicketNetwork();
  [anna, bruno] = [await network.a.desk("anna"), await network.b.desk("bruno")];
});
afterAll(async () => {
  anna.close();
  bruno.close();
  await network.close();
});

let calls = 0;

/** Anna's call with a ticket, which Bruno has answered; the box of office A does not know that yet. */
async function answeredAtB() {
  calls += 1;
  const [ticketId, number] = [ulid(), `+39333556${String(1_000 + calls)}`];
  const created = await anna.call("POST", "/api/tickets", {
    ticketId,
    subject: "Lampione spento in piazza",
    topic: { category: "ambiente" },
    requester: { givenName: "Carla", phone: number },
  });
  expect(created.status).toBe(201);
  const call = startCall(network.a.box, { number });
  call.ring("anna");
  call.answer("anna");
  call.attach(ticketId);
  const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
  call.askTransfer(handover);
  const ticket = { ticketId, transferId: handover.transferId };
  const atB = startCall(network.b.box, { number, contactId: call.contactId, ticket });
  atB.ring("bruno");
  atB.answer("bruno");
  await until("B has the ticket", async () => (await bruno.ticket(ticketId))?.ourRole === "owner");
  return { ticketId, call, atB, handover, path: `/api/tickets/${ticketId}/updates` };
}

const note = (text: string, visibility: string) => ({ operation: "add_note", updateId: ulid(), text, visibility });
const close = (answer: string) => ({ operation: "close", updateId: ulid(), outcome: "answered", answer });
const watchedAtA = (ticketId: string) =>
  until("A watches", async () => (await anna.ticket(ticketId))?.ourRole === "watcher");
const typesAtHub = (ticketId: string): string[] => network.hubHistory(ticketId).map(({ type }) => type);

/** The newest card of the call on the operator's page, once the ticket is that to the office. */
function cardOf(desk: OperatorDesk, callId: string, ourRole: string) {
  return until(`a card where the office is ${ourRole}`, () => {
    const isOfCall = (frame: ChannelFromBridge) => frame.kind === "screen-pop" && frame.pop.callId === callId;
    const pops = desk.frames.filter(isOfCall).map((frame) => (frame.kind === "screen-pop" ? frame.pop : null));
    const revisions = pops.map((pop) => pop?.revision ?? 0);
    expect(revisions).toEqual(revisions.map((_revision, index) => index + 1));
    const newest = pops.at(-1);
    return newest?.content.kind === "ticket" && newest.content.ticket.ourRole === ourRole ? newest : null;
  });
}

/** Nothing of the hub's feed gets through until it is let go; `asked` are the requests on transfers meanwhile. */
function holdFeed(): { asked: string[]; letGo(): void } {
  const asked: string[] = [];
  const held = Promise.withResolvers<void>();
  network.hubGate.watch = (moment, path) => {
    if (moment === "before-request" && path.startsWith("POST /tupa/v1/transfers/"))
      asked.push(path.split("/").at(-1) ?? "");
    return moment === "before-answer" && path.startsWith("GET /tupa/v1/events") ? held.promise : undefined;
  };
  return {
    asked,
    letGo: () => {
      network.hubGate.watch = () => undefined;
      held.resolve();
    },
  };
}

describe("a citizen who is back with the first office after the other one has answered", () => {
  test("has the ticket back there as it was, with what the other office has written; that one follows it", async () => {
    const { ticketId, call, atB, handover, path } = await answeredAtB();
    const before = await watchedAtA(ticketId).then(() => anna.ticket(ticketId));
    expect((await bruno.call("POST", path, note("Non sento nessuno", "shared"))).status).toBe(200);
    expect((await bruno.call("POST", path, note("Linea caduta?", "internal"))).status).toBe(200);
    call.transferFailed(handover, "not-reachable");

    const isReturn = (frame: { handOver: { transferId: string; status: string } }): boolean =>
      frame.handOver.transferId === handover.transferId && frame.handOver.status === "returned";
    expect((await anna.frame("hand-over", isReturn)).handOver.detail).toBe("not-reachable");
    const back = await anna.ticket(ticketId);
    const state = { ownerOfficeId: officeA, watchers: [officeB], status: "open_bo", assignee: null };
    expect(back).toMatchObject({ ...state, ourRole: "owner", localTicketId: before?.localTicketId });
    expect(back?.transfers.map(({ status }) => status)).toEqual(["returned"]);
    expect(JSON.stringify(back)).not.toContain("before");
    await cardOf(anna, call.callId, "owner");

    await bruno.frame("hand-over", isReturn);
    expect(await bruno.ticket(ticketId)).toMatchObject({ ...state, ourRole: "watcher" });
    await cardOf(bruno, atB.callId, "watcher");
    atB.end();
    expect((await bruno.call("POST", path, close("Fatto"))).status).toBe(403);

    const noted = await until("A reads B's note", async () => {
      const now = await anna.ticket(ticketId);
      return now?.events.some(({ text }) => text === "Non sento nessuno") ? now : null;
    });
    expect(JSON.stringify(noted)).not.toContain("Linea caduta?");
    expect((await anna.call("POST", path, close("Segnalato ai tecnici"))).status).toBe(200);
    await until("B reads the end", async () => (await bruno.ticket(ticketId))?.status === "closed_fo");
    expect(typesAtHub(ticketId).filter((type) => type !== "note_added")).toEqual([
      "created",
      "transfer_requested",
      "transfer_delivered",
      "transfer_accepted",
      "transfer_returned",
      "closed",
    ]);
    expect(network.hubTicket(ticketId)).toMatchObject({
      owner: { officeId: officeA, localTicketId: before?.localTicketId },
      hops: 0,
    });
    call.end();
  });

  test("has it back when the first office hears last of the acceptance, and it can travel again", async () => {
    const feed = holdFeed();
    const { ticketId, call, atB, handover } = await answeredAtB();
    call.transferFailed(handover, "cancelled");
    await until("it is back at the hub", () => network.hubTransfer(handover.transferId)?.status === "returned");
    expect(feed.asked).toEqual(["acceptance", "withdrawal", "return"]);
    // Nobody here knows better yet: the ticket is still on its way.
    expect(await anna.ticket(ticketId)).toMatchObject({ ourRole: "owner", transfers: [{ status: "delivered" }] });
    feed.letGo();
    const back = await until("A knows it", async () => {
      const now = await anna.ticket(ticketId);
      return now?.transfers[0]?.status === "returned" ? now : null;
    });
    expect(back).toMatchObject({ ourRole: "owner", ownerOfficeId: officeA, status: "open_bo" });
    expect(back.events.map(({ type }) => type).slice(-2)).toEqual(["transfer_accepted", "transfer_returned"]);
    await until("B follows", async () => (await bruno.ticket(ticketId))?.ourRole === "watcher");
    atB.end();

    const second = { ...handover, transferId: ulid() };
    call.askTransfer(second);
    const again = startCall(network.b.box, {
      contactId: call.contactId,
      ticket: { ticketId, transferId: second.transferId },
    });
    again.ring("bruno");
    again.answer("bruno");
    call.transferred(second);
    call.end();
    await until("B owns it", async () => (await bruno.ticket(ticketId))?.ourRole === "owner");
    await watchedAtA(ticketId);
    again.end();
  });

  test("has it back although hub and bridge were away when the call came back", async () => {
    const { ticketId, call, atB, handover } = await answeredAtB();
    await watchedAtA(ticketId);
    await Promise.all([network.hub.kill(), network.a.bridge.kill()]);
    call.transferFailed(handover, "not-reachable");
    atB.end();
    await network.a.bridge.start();
    await network.hub.start();
    await until("A owns it again", async () => (await anna.ticket(ticketId))?.ourRole === "owner", 20_000);
    await until("B follows", async () => (await bruno.ticket(ticketId))?.ourRole === "watcher", 20_000);
    call.end();
    anna = await network.a.desk("anna");
  });
});

describe("the ticket stays with the other office", () => {
  test.each([
    ["and the operator is told so, when it was closed there", "not held"],
    ["also when its end is known before its acceptance", "held"],
  ])("%s", async (_name, how) => {
    const feed = how === "held" ? holdFeed() : null;
    const { ticketId, call, atB, handover, path } = await answeredAtB();
    atB.end();
    expect((await bruno.call("POST", path, close("Ritirati questa mattina"))).status).toBe(200);
    await until("it is closed at the hub", () => network.hubTicket(ticketId)?.status === "closed_bo");
    if (feed === null) await until("A reads it", async () => (await anna.ticket(ticketId))?.status === "closed_bo");
    call.transferFailed(handover, "not-reachable");
    if (feed !== null) {
      await until("A has asked twice", () => feed.asked.filter((each) => each === "return").length > 1);
      expect(feed.asked.slice(0, 3)).toEqual(["acceptance", "withdrawal", "return"]);
      feed.letGo();
    }

    const { handOver } = await anna.frame(
      "hand-over",
      (frame) => frame.handOver.transferId === handover.transferId && frame.handOver.detail !== null,
    );
    expect(handOver).toMatchObject({ status: "accepted", detail: "stays-there" });
    const there = await until("A has heard of everything", async () => {
      const now = await anna.ticket(ticketId);
      return now?.status === "closed_bo" ? now : null;
    });
    expect(there).toMatchObject({ ourRole: "watcher", ownerOfficeId: officeB });
    expect(there.events.filter(({ type }) => type === "return_refused")).toMatchObject([{ visibility: "internal" }]);
    await cardOf(anna, call.callId, "watcher");
    expect(await bruno.ticket(ticketId)).toMatchObject({ ourRole: "owner", transfers: [{ refusalReason: null }] });
    expect(typesAtHub(ticketId).at(-1)).toBe("closed");
    call.end();
  });

  test("when the citizen is not back but hung up", async () => {
    const { ticketId, call, atB, handover, path } = await answeredAtB();
    await watchedAtA(ticketId);
    call.transferFailed(handover, "caller-hung-up");
    call.end();
    // What comes behind it is here: so the call's end has been read, and whatever follows from it stands before the note.
    const next = startCall(network.a.box, { number: "+393335569999" });
    next.ring("anna");
    await anna.frame("screen-pop", ({ pop }) => pop.callId === next.callId);
    expect((await anna.call("POST", path, note("Ha riagganciato", "shared"))).status).toBe(200);
    await until("the note is at the hub", () => typesAtHub(ticketId).at(-1) === "note_added");
    expect(typesAtHub(ticketId).at(-2)).toBe("transfer_accepted");
    expect(network.hubTicket(ticketId)?.owner.officeId).toBe(officeB);
    next.end();
    atB.end();
  });
});
