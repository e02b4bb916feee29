/** The connector against a real Request Tracker 5: what it reads and writes is checked as RT's own administrator sees it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import { createRequestTrackerConnector } from "../../crm-bridge/src/connectors/request-tracker/request-tracker-connector.ts";
import { requestTrackerConfigSchema } from "../../crm-bridge/src/connectors/request-tracker/request-tracker-config.ts";
import type { Connector, CrmResult, CrmTicketDraft } from "../../crm-bridge/src/connectors/connector.ts";
import { requestTrackerHere } from "./request-tracker-here.ts";
import { startRequestTracker, type RequestTracker } from "./request-tracker-process.ts";

const here = requestTrackerHere();
let rt: RequestTracker;
let connector: Connector;

function connect(settings: object = {}): Connector {
  return createRequestTrackerConnector(
    requestTrackerConfigSchema.parse({
      kind: "request-tracker",
      url: rt.url,
      queue: rt.queue,
      auth: { token: rt.token },
      phoneField: rt.phoneField,
      ...settings,
    }),
  );
}

function valueOf<T>(result: CrmResult<T>): T {
  if (!result.ok) throw new Error(`${result.reason}: ${result.detail}\n${rt.log().slice(-1_000)}`);
  return result.value;
}

function draft(given: Partial<CrmTicketDraft> = {}): CrmTicketDraft {
  return {
    ticketId: ulid(),
    subject: "Lampione spento in via dei Platani",
    description: "Da una settimana; è l'unico della strada.",
    phone: "+393315550123",
    requesterName: "Maria Bianchi",
    email: null,
    category: "ambiente",
    receivedFrom: null,
    ...given,
  };
}

type RtTicket = { Subject: string; Status: string; Queue: { id: string } };
type Transactions = { items: { Type: string; Data?: string }[] };
const ticketOf = (id: string): Promise<RtTicket> => rt.asAdministrator<RtTicket>("GET", `/ticket/${id}`);
async function commentsOf(id: string): Promise<number> {
  const history = await rt.asAdministrator<Transactions>("GET", `/ticket/${id}/history?fields=Type&per_page=100`);
  return history.items.filter(({ Type }) => Type === "Comment").length;
}

describe.skipIf(!here)("Request Tracker 5", () => {
  beforeAll(async () => {
    rt = await startRequestTracker();
    const { database, start } = rt.tookMs;
    console.log(`Request Tracker: database and seed ${database} ms, start until the first answer ${start} ms`);
    connector = connect();
  }, 60_000);
  afterAll(() => rt?.close());

  test("a ticket is created once, however often it is asked for, at once or later", async () => {
    const wanted = draft();
    const [one, two] = await Promise.all([connector.createTicket(wanted), connector.createTicket(wanted)]);
    const again = await connect().createTicket(wanted);
    const { localTicketId, url } = valueOf(one);
    expect(url).toBe(`${rt.url}/Ticket/Display.html?id=${localTicketId}`);
    expect([valueOf(two), valueOf(again)]).toEqual([valueOf(one), valueOf(one)]);
    expect(await ticketOf(localTicketId)).toMatchObject({ Subject: wanted.subject, Status: "new" });
    const [found] = valueOf(await connector.findOpenTickets("+393315550123"));
    expect(found).toMatchObject({ localTicketId, ticketId: wanted.ticketId, status: "open_bo", url });
  });

  test("tickets of people whose number somebody wrote in his own way are found, those of others are not", async () => {
    const phones = { spoken: "+39 347-555 01 77", plain: "3475550188", alike: "+39 9 347 555 01 77" };
    const tickets: Record<string, string> = {};
    for (const [name, MobilePhone] of Object.entries(phones)) {
      const EmailAddress = `${name}@example.it`;
      await rt.asAdministrator("POST", "/user", { Name: name, EmailAddress, MobilePhone });
      const content = { Queue: rt.queue, Subject: `Di ${name}`, Requestor: [EmailAddress] };
      tickets[name] = (await rt.asAdministrator<{ id: string }>("POST", "/ticket", content)).id;
    }
    const asAdministrator = connect({ auth: { user: "root", password: "password" } });
    const idsOf = async (from: Connector, phone: string): Promise<string[]> =>
      valueOf(await from.findOpenTickets(phone)).map(({ localTicketId }) => localTicketId);
    expect(await idsOf(asAdministrator, "+393475550177")).toEqual([tickets["spoken"]]);
    expect(await idsOf(asAdministrator, "+393475550188")).toEqual([tickets["plain"]]);
    // The bridge's own account does not see people's numbers: only usual spellings can be told from others.
    expect(await idsOf(connector, "+393475550188")).toEqual([tickets["plain"]]);
    expect(await idsOf(connector, "+393475550177")).toEqual([]);
    expect(await idsOf(connector, "+393475550199")).toEqual([]);
  });

  test("a comment is written once under its id", async () => {
    const { localTicketId } = valueOf(await connector.createTicket(draft()));
    const text = "Trasferito all'ufficio «Sanità», che lo ha registrato con il numero 2026-000042.";
    for (let attempt = 0; attempt < 3; attempt += 1) {
      valueOf(await connect().addComment(localTicketId, { commentId: "a1b2c3d4e5", text }));
    }
    expect(await commentsOf(localTicketId)).toBe(1);
    valueOf(await connector.addComment(localTicketId, { commentId: "f6a7b8c9d0", text }));
    expect(await commentsOf(localTicketId)).toBe(2);
  });

  test("states follow; a closed ticket is not the caller's open one any more, a reopened one is again", async () => {
    const phone = "+390695550111";
    const { localTicketId } = valueOf(await connector.createTicket(draft({ phone })));
    const openOnes = async (): Promise<string[]> =>
      valueOf(await connector.findOpenTickets(phone)).map(({ status }) => status);
    expect(await openOnes()).toEqual(["open_bo"]);
    valueOf(await connector.setStatus(localTicketId, "in_progress"));
    valueOf(await connector.setStatus(localTicketId, "in_progress"));
    expect(valueOf(await connector.stillOpen([localTicketId, "999999"]))).toEqual(new Set([localTicketId]));
    expect(await openOnes()).toEqual(["in_progress"]);
    valueOf(await connector.setStatus(localTicketId, "closed_bo"));
    expect((await ticketOf(localTicketId)).Status).toBe("resolved");
    expect(valueOf(await connector.stillOpen([localTicketId]))).toEqual(new Set());
    expect(await openOnes()).toEqual([]);
    valueOf(await connector.setStatus(localTicketId, "open_bo"));
    expect(await openOnes()).toEqual(["in_progress"]);
  });

  test("what RT does not take is told as refused, what can be mended as unavailable", async () => {
    const comment = { commentId: "0a0a0a0a0a", text: "x" };
    expect(await connector.addComment("999999", comment)).toMatchObject({ ok: false, reason: "rejected" });
    expect(await connector.addComment("2026-000123", comment)).toMatchObject({ ok: false, reason: "rejected" });
    expect(await connector.setStatus("999999", "closed_bo")).toMatchObject({ ok: false, reason: "rejected" });
    const stranger = connect({ auth: { token: `1-27-${"0".repeat(32)}` } });
    expect(await stranger.findOpenTickets("+393315550123")).toMatchObject({ ok: false, reason: "unavailable" });
    expect(await stranger.createTicket(draft())).toMatchObject({ ok: false, reason: "unavailable" });
    expect(await connect({ queue: "Nessuna" }).createTicket(draft())).toMatchObject({
      ok: false,
      reason: "unavailable",
    });
  });

  test("RT stands still: an answer in time all the same, and everything goes on afterwards", async () => {
    rt.pause();
    const patient = connect({ timeoutSeconds: 1 });
    const beganMs = performance.now();
    expect(await patient.findOpenTickets("+393315550123")).toMatchObject({ ok: false, reason: "unavailable" });
    expect(performance.now() - beganMs).toBeLessThan(3_000);
    rt.resume();
    expect((await connector.findOpenTickets("+393315550123")).ok).toBe(true);
  });

  test("user and password do as well as a token", async () => {
    const { name: user, password } = rt.user;
    expect((await connect({ auth: { user, password } }).findOpenTickets("+393315550123")).ok).toBe(true);
  });
});
