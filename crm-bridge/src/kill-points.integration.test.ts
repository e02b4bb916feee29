/**
 * Bridge A, bridge B and the hub are killed at every step of a transfer – with a request on its way, and with an answer on its way – and come back.
 * Whatever happened: the ticket has one owner, the hub's history is whole and names each step once, and both offices come to the same view.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import type { Ticket } from "../contracts/index.ts";
import { startCall } from "../testing/citizen-call.ts";
import type { GateMoment } from "../testing/gate.ts";
import type { ChildProgram } from "../testing/child-program.ts";
import { officeA, officeB, startTicketNetwork, type Office, type TicketNetwork } from "../testing/ticket-network.ts";
import { until } from "../testing/until.ts";

let network: TicketNetwork;
beforeAll(async () => {
  network = await startTicketNetwork();
});
afterAll(() => network.close());

type Victim = "a" | "b" | "hub";
const settleDeadlineMs = 25_000;
let calls = 0;

function programOf(victim: Victim): ChildProgram {
  return victim === "hub" ? network.hub : network[victim].bridge;
}

/** With a body it is a POST. */
async function ask(office: Office, path: string, body?: object): Promise<Response> {
  return fetch(`${office.bridge.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${await office.box.tokenOf(office === network.a ? "anna" : "bruno")}`,
      ...(body && { "content-type": "application/json" }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
}

async function ticketAt(office: Office, ticketId: string): Promise<Ticket | null> {
  try {
    const response = await ask(office, `/api/tickets/${ticketId}`);
    return response.ok ? ((await response.json()) as Ticket) : null;
  } catch {
    return null;
  }
}

async function newTicketOnCall(): Promise<{ ticketId: string; call: ReturnType<typeof startCall>; phone: string }> {
  const ticketId = ulid();
  calls += 1;
  const phone = `+39333${String(1_000_000 + calls)}`;
  const body = { ticketId, subject: `Pratica ${calls}`, topic: { category: "casa" }, requester: { phone } };
  expect((await ask(network.a, "/api/tickets", body)).status).toBe(201);
  const call = startCall(network.a.box, { number: phone });
  call.ring("anna");
  call.answer("anna");
  call.attach(ticketId);
  return { ticketId, call, phone };
}

type Views = { a: Ticket; b: Ticket | null };

/** Both offices' views and the hub's, once they agree that the transfer is over; `open` are the states in which it is not. */
async function settled(
  ticketId: string,
  transferId: string,
  open: readonly string[] = ["pending", "requested", "delivered"],
): Promise<Views> {
  return until(
    `transfer ${transferId} is over everywhere`,
    async () => {
      const [a, b] = [await ticketAt(network.a, ticketId), await ticketAt(network.b, ticketId)];
      const isOver = (ticket: Ticket | null): boolean => {
        const status = ticket?.transfers.find((each) => each.transferId === transferId)?.status;
        return status !== undefined && !open.includes(status);
      };
      const atHub = network.hubTransfer(transferId);
      if (a === null || !isOver(a)) return null;
      // A transfer that never left office A is known to nobody else.
      if (atHub === null) return { a, b };
      if (open.includes(atHub.status)) return null;
      const reachedB = network
        .hubHistory(ticketId)
        .some((line) => line.type === "transfer_delivered" || line.type === "transfer_accepted");
      return (b === null && !reachedB) || isOver(b) ? { a, b } : null;
    },
    settleDeadlineMs,
  );
}

/** Its call comes back: whatever was accepted is not the end. */
const settledBack = (ticketId: string, transferId: string): Promise<Views> =>
  settled(ticketId, transferId, ["pending", "requested", "delivered", "accepted"]);

function expectOneOwner(views: Views, ownerOfficeId: string): void {
  const owners = [views.a, views.b].filter((ticket) => ticket?.ourRole === "owner");
  expect(owners.length).toBe(1);
  expect(views.a.ownerOfficeId).toBe(ownerOfficeId);
  if (views.b !== null) expect(views.b.ownerOfficeId).toBe(ownerOfficeId);
  for (const view of [views.a, views.b]) {
    const seqs = view?.events.map((line) => line.seq) ?? [];
    expect(seqs).toEqual(seqs.map((_seq, index) => index + 1));
    expect(new Set(view?.events.map((line) => line.eventId)).size).toBe(seqs.length);
  }
}

function expectHistory(ticketId: string, ending: string): void {
  const types = network.hubHistory(ticketId).map((line) => line.type);
  for (const once of ["created", "transfer_requested", ending])
    expect(types.filter((type) => type === once)).toEqual([once]);
  expect(types.filter((type) => type === "transfer_delivered").length).toBeLessThanOrEqual(1);
  expect(types.at(-1)).toBe(ending);
  expect(network.hubTicket(ticketId)?.pendingTransferId).toBeNull();
}

async function expectOneTicketOfCaller(office: Office, phone: string): Promise<void> {
  const search = await ask(office, "/api/ticket-searches", { phone, openOnly: false });
  const { items } = (await search.json()) as { items: { localTicketId: string }[] };
  expect(items.length).toBe(1);
}

/** Kills the victim at that moment of the first message that fits, and starts it again as soon as it is gone. Until then answers of `held` wait. */
function killAt(
  victim: Victim,
  gate: "hubGate" | "bridgeGate",
  point: { moment: GateMoment; path: RegExp; held?: RegExp | undefined },
): Promise<void> {
  const gone = Promise.withResolvers<void>();
  return new Promise((resolve, reject) => {
    network[gate].watch = async (moment, path) => {
      if (moment === "before-answer" && point.held?.test(path) === true) await gone.promise;
      if (moment !== point.moment || !point.path.test(path)) return;
      network[gate].watch = () => undefined;
      const program = programOf(victim);
      await program.kill();
      gone.resolve();
      program.start().then(resolve, reject);
    };
  });
}

const points = [
  { name: "registration", gate: "hubGate", path: /POST .*\/tickets$/ },
  { name: "transfer", gate: "hubGate", path: /POST .*\/transfers$/ },
  { name: "delivery", gate: "bridgeGate", path: /POST \/tupa-callbacks/ },
  { name: "acceptance", gate: "hubGate", path: /POST .*\/acceptance$/ },
] as const;
const cases = points.flatMap((point) =>
  (["before-request", "before-answer"] as const).flatMap((moment) =>
    (["a", "b", "hub"] as const).map((victim) => ({ ...point, moment, victim })),
  ),
);

describe("a transfer that is accepted has one owner and one history", () => {
  test.each(cases)("$victim killed at the $name, $moment", async ({ gate, path, moment, victim }) => {
    const { ticketId, call, phone } = await newTicketOnCall();
    const killed = killAt(victim, gate, { moment, path });
    const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
    call.askTransfer(handover);
    // The call does not wait for the ticket: B rings, answers and talks whatever happens to the programs.
    const ticket = { ticketId, transferId: handover.transferId };
    const atB = startCall(network.b.box, { number: phone, contactId: call.contactId, ticket });
    atB.ring("bruno");
    atB.answer("bruno");
    call.transferred(handover);
    call.end();
    await killed;
    const views = await settled(ticketId, handover.transferId);
    atB.end();
    expectOneOwner(views, officeB);
    expect(views.a).toMatchObject({ ourRole: "watcher", status: "in_progress" });
    expect(views.b).toMatchObject({ ourRole: "owner", status: "in_progress", assignee: "bruno", watchers: [officeA] });
    expectHistory(ticketId, "transfer_accepted");
    await expectOneTicketOfCaller(network.a, phone);
    await expectOneTicketOfCaller(network.b, phone);
  });
});

const returns = [
  ...points.slice(1, 3),
  { name: "withdrawal", gate: "hubGate", path: /POST .*\/withdrawal$/ } as const,
].flatMap((point) =>
  (["before-request", "before-answer"] as const).flatMap((moment) =>
    (["a", "b", "hub"] as const).map((victim) => ({ ...point, moment, victim })),
  ),
);

describe("a transfer whose call comes back leaves the ticket where it was", () => {
  test.each(returns)("$victim killed at the $name, $moment", async ({ gate, path, moment, victim }) => {
    const { ticketId, call, phone } = await newTicketOnCall();
    const killed = killAt(victim, gate, { moment, path });
    const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
    call.askTransfer(handover);
    await until(
      "the transfer left office A",
      () => network.hubTransfer(handover.transferId) !== null || moment === "before-request",
    );
    if (moment === "before-request" && path.test("POST /withdrawal"))
      await until("it is at the hub", () => network.hubTransfer(handover.transferId));
    if (!path.test("POST /withdrawal")) await killed;
    call.transferFailed(handover, "no-answer");
    await killed;
    const views = await settled(ticketId, handover.transferId);
    call.end();
    expectOneOwner(views, officeA);
    expect(views.a).toMatchObject({ ourRole: "owner", status: "open_bo" });
    if (network.hubTransfer(handover.transferId) !== null) expectHistory(ticketId, "transfer_expired");
    await expectOneTicketOfCaller(network.a, phone);
  });
});

const asked = [
  { name: "return", how: "the acceptance was known", path: /POST .*\/return$/, held: undefined },
  { name: "withdrawal", how: "the acceptance was not", path: /POST .*\/withdrawal$/, held: /GET .*\/events\?/ },
];
const givenBack = asked.flatMap((point) =>
  (["before-request", "before-answer"] as const).flatMap((moment) =>
    (["a", "b", "hub"] as const).map((victim) => ({ ...point, moment, victim })),
  ),
);

describe("a transfer that was accepted while its call came back is given back", () => {
  test.each(givenBack)("$victim killed at the $name, $moment: $how", async ({ path, held, moment, victim }) => {
    const { ticketId, call, phone } = await newTicketOnCall();
    const killed = killAt(victim, "hubGate", { moment, path, held });
    const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
    call.askTransfer(handover);
    const ticket = { ticketId, transferId: handover.transferId };
    const atB = startCall(network.b.box, { number: phone, contactId: call.contactId, ticket });
    atB.ring("bruno");
    atB.answer("bruno");
    await until("B has accepted", () => network.hubTransfer(handover.transferId)?.status === "accepted");
    if (held === undefined)
      await until("A watches", async () => (await ticketAt(network.a, ticketId))?.ourRole === "watcher");
    call.transferFailed(handover, "not-reachable");
    atB.end();
    await killed;
    const views = await settledBack(ticketId, handover.transferId);
    call.end();
    expectOneOwner(views, officeA);
    expect(views.a).toMatchObject({ ourRole: "owner", status: "open_bo", assignee: null });
    expect(views.b).toMatchObject({ ourRole: "watcher", status: "open_bo", assignee: null });
    expectHistory(ticketId, "transfer_returned");
    await expectOneTicketOfCaller(network.a, phone);
  });
});

describe("random kills", () => {
  const runs = Number(process.env["LA2_KILL_RUNS"] ?? 24);
  /** Repeatable: the run's number is the seed (Lehmer's generator). */
  const random = (seed: number): (() => number) => {
    let state = seed * 7_919 + 1;
    return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  };

  test.each(Array.from({ length: runs }, (_each, index) => index + 1))("run %i", async (run) => {
    const next = random(run);
    const { ticketId, call, phone } = await newTicketOnCall();
    const handover = { transferId: ulid(), by: "anna", toOfficeId: officeB };
    const outcome = next();
    const [isAnswered, comesBack] = [outcome < 0.6, outcome >= 0.4];
    const victim = (["a", "b", "hub"] as const)[Math.floor(next() * 3)] ?? "hub";
    const killed = new Promise<void>((resolve, reject) => {
      setTimeout(() => void programOf(victim).restart().then(resolve, reject), next() * 120);
    });
    call.askTransfer(handover);
    const atB = startCall(network.b.box, {
      number: phone,
      contactId: call.contactId,
      ticket: { ticketId, transferId: handover.transferId },
    });
    atB.ring("bruno");
    await new Promise((resolve) => setTimeout(resolve, next() * 60));
    if (isAnswered) atB.answer("bruno");
    else atB.ringEnded("bruno", "rejected");
    if (comesBack) {
      call.transferFailed(handover, isAnswered ? "not-reachable" : "refused");
    } else {
      call.transferred(handover);
      call.end();
    }
    await killed;
    const views = await (comesBack ? settledBack : settled)(ticketId, handover.transferId);
    atB.end();
    // The ticket is where its citizen is.
    expectOneOwner(views, comesBack ? officeA : officeB);
    const atHub = network.hubTransfer(handover.transferId);
    if (!comesBack) expect(atHub?.status).toBe("accepted");
    if (atHub !== null) expectHistory(ticketId, `transfer_${atHub.status}`);
    await expectOneTicketOfCaller(network.a, phone);
  });
});
