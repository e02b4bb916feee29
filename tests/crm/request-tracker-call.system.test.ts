/**
 * The whole way with real programs and real phones: a citizen whose ticket the office's people opened in Request Tracker calls; the ringing operator
 * gets RT's page; the ticket goes with the call to another office; RT says where it went and under which number.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ulid } from "ulid";
import type { ScreenPop } from "@la2-cti/crm-bridge/contracts";
import { officeConfig, officeNumber, passwordOf, serviceSecret } from "../office/office-config.ts";
import { startOfficeProcess, type OfficeProcess } from "../office/office-process.ts";
import { OfficeReader } from "../office/office-reader.ts";
import { OperatorSession } from "../office/operator-session.ts";
import { BaresipPhone } from "../phones/baresip-phone.ts";
import { PhoneNetwork, type PhoneHost } from "../phones/phone-network.ts";
import { PopChannel } from "./pop-channel.ts";
import { requestTrackerHere } from "./request-tracker-here.ts";
import { startRequestTracker, type RequestTracker } from "./request-tracker-process.ts";
import { planTicketNetwork, type TicketNetwork } from "./ticket-network.ts";

const here = requestTrackerHere();
const requestor = "maria.bianchi@example.it";
const citizenNumber = "+393315550123";
let closing: (() => unknown)[] = [];
let rt: RequestTracker;
let tickets: TicketNetwork;
let one: OfficeProcess;
let two: OfficeProcess;
let oneAddress: string;
let phones: { citizen: BaresipPhone; anna: BaresipPhone; bruno: BaresipPhone };
let channels: { anna: PopChannel; bruno: PopChannel };
let anna: OperatorSession;

function own<T extends { close(): unknown }>(resource: T): T {
  closing.push(() => resource.close());
  return resource;
}

async function openPhone(host: PhoneHost, user: string, domain: string | null): Promise<BaresipPhone> {
  const account = domain === null ? { user, domain: host.address } : { user, domain, password: passwordOf(user) };
  const phone = own(await BaresipPhone.open({ host, account, toneHz: 440, answer: "manual" }));
  if (domain !== null) await phone.registered();
  return phone;
}

async function startOffices(network: PhoneNetwork, carrierAddress: string): Promise<{ one: string; two: string }> {
  const addresses = { one: network.address, two: network.addOfficeAddress() };
  const start = (which: "one" | "two", operators: string[]): Promise<OfficeProcess> => {
    const other = which === "one" ? "two" : "one";
    const config = officeConfig({
      officeId: tickets[which].officeId,
      address: addresses[which],
      carrierAddress,
      operators,
      others: [{ officeId: tickets[other].officeId, address: addresses[other] }],
    });
    return startOfficeProcess({ ...config, crmBridge: { url: tickets[which].bridgeUrl, serviceSecret } });
  };
  [one, two] = await Promise.all([start("one", ["anna"]), start("two", ["bruno"])]);
  own(one);
  own(two);
  return addresses;
}

beforeAll(async () => {
  if (!here) return;
  [rt, tickets] = await Promise.all([startRequestTracker(), planTicketNetwork({ one: "x_test1", two: "x_test2" })]);
  own(rt);
  own(tickets);
  const network = own(PhoneNetwork.open());
  const hosts = { citizen: network.addHost(), anna: network.addHost(), bruno: network.addHost() };
  const addresses = await startOffices(network, hosts.citizen.address);
  oneAddress = addresses.one;
  const connector = { kind: "request-tracker", url: rt.url, queue: rt.queue, auth: { token: rt.token } };
  await tickets.start({ one: one.url, two: two.url }, connector);
  phones = {
    citizen: await openPhone(hosts.citizen, citizenNumber, null),
    anna: await openPhone(hosts.anna, "anna", addresses.one),
    bruno: await openPhone(hosts.bruno, "bruno", addresses.two),
  };
  channels = { anna: own(await PopChannel.open(one.url, "anna")), bruno: own(await PopChannel.open(two.url, "bruno")) };
  anna = await OperatorSession.open(one.url, "anna");
});
afterAll(async () => {
  for (const close of closing.toReversed()) await close();
  closing = [];
});

type Attachments = { items: { Content?: string; Subject?: string }[] };

/** Texts of what people find in the ticket, as RT's administrator reads them. */
async function textsIn(ticketId: string): Promise<string[]> {
  const path = `/ticket/${ticketId}/attachments?fields=Content,Subject&per_page=100`;
  const { items } = await rt.asAdministrator<Attachments>("GET", path);
  return items.map(({ Content }) => Content ?? "");
}

async function eventually<T>(look: () => Promise<T | undefined>, what: () => string): Promise<T> {
  const endMs = Date.now() + 20_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > endMs) throw new Error(what());
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function openInRt(subject: string): Promise<string> {
  const ticket = { Queue: rt.queue, Subject: subject, Requestor: [requestor] };
  return (await rt.asAdministrator<{ id: string }>("POST", "/ticket", ticket)).id;
}

/** One call that nobody answers: the pop that came while it rang. */
async function ringAndGiveUp(reader: OfficeReader, isWanted: (pop: ScreenPop) => boolean): Promise<ScreenPop> {
  phones.citizen.command("dial", `sip:${officeNumber}@${oneAddress}`);
  const { call } = await reader.event("call-ringing");
  const pop = await channels.anna.pop((pop) => pop.callId === call.callId && isWanted(pop));
  phones.citizen.command("hangup");
  await reader.event("call-ended");
  phones.anna.startAfresh();
  return pop;
}

/** Hears nothing of the calls before. */
async function newReader(): Promise<OfficeReader> {
  const reader = new OfficeReader(one.url);
  await reader.startAfresh();
  return reader;
}

const whyOf = ({ content }: ScreenPop): string => (content.kind === "ticket" ? content.why : content.kind);
const showsSubject = ({ content }: ScreenPop, subject: string): boolean =>
  content.kind === "ticket" && content.ticket.subject === subject;
const showsTicket = (pop: ScreenPop): boolean => pop.content.kind === "ticket";

describe.skipIf(!here)("a call with a ticket of Request Tracker", () => {
  test("what people close in RT is not the caller's open ticket at the next call; what they reopen is again", async () => {
    await rt.asAdministrator("POST", "/user", {
      Name: "maria.bianchi",
      EmailAddress: requestor,
      MobilePhone: "+39 3315550123",
    });
    const id = await openInRt("Cassonetto rotto");
    const reader = new OfficeReader(one.url);
    await ringAndGiveUp(reader, (pop) => whyOf(pop) === "open-ticket");
    await rt.asAdministrator("PUT", `/ticket/${id}`, { Status: "resolved" });
    const pop = await ringAndGiveUp(reader, (pop) => whyOf(pop) === "recent-ticket");
    if (pop.content.kind !== "ticket") throw new Error("no ticket in the pop");
    expect([pop.content.ticket.localTicketId, pop.content.ticket.status]).toEqual([id, "closed_bo"]);
    await rt.asAdministrator("PUT", `/ticket/${id}`, { Status: "open" });
    await ringAndGiveUp(reader, (pop) => whyOf(pop) === "open-ticket");
    await rt.asAdministrator("PUT", `/ticket/${id}`, { Status: "resolved" });
  });

  test("pops RT's page while it rings, and RT says where the ticket went", async () => {
    const subject = "Lampione spento in via dei Platani";
    const id = await openInRt(subject);
    const reader = await newReader();
    const dialledMs = performance.now();
    phones.citizen.command("dial", `sip:${officeNumber}@${oneAddress}`);
    await phones.anna.event("CALL_INCOMING");
    const pop = await channels.anna.pop((pop) => whyOf(pop) === "open-ticket" && showsSubject(pop, subject));
    console.log(`dialled until RT's ticket was shown: ${Math.round(performance.now() - dialledMs)} ms`);
    if (pop.content.kind !== "ticket") throw new Error("no ticket in the pop");
    const { ticket, why } = pop.content;
    expect([why, ticket.localTicketId, ticket.subject]).toEqual(["open-ticket", id, subject]);
    expect(ticket.url).toBe(`${rt.url}/Ticket/Display.html?id=${id}`);
    // Nobody has answered yet: the page was there while it rang.
    expect(phones.anna.unheard()).not.toContain("CALL_ESTABLISHED");

    phones.anna.command("accept");
    const { callId } = (await reader.event("call-answered")).call;
    const { ticketId } = ticket;
    expect(await anna.command("PUT", `/api/calls/${callId}/ticket`, { ticketId })).toBeLessThan(300);
    const status = await anna.command("POST", `/api/calls/${callId}/transfers`, {
      transferId: ulid(),
      target: { kind: "office", officeId: tickets.two.officeId },
      ticketId,
      reason: "competence",
      message: "È una strada del comune vicino.",
    });
    expect(status).toBe(202);
    await phones.bruno.event("CALL_INCOMING");
    const arrived = await channels.bruno.pop(showsTicket);
    if (arrived.content.kind !== "ticket") throw new Error("no ticket in the other office's pop");
    const there = arrived.content.ticket;
    expect([there.ticketId, there.subject, there.url]).toEqual([ticketId, subject, null]);
    expect(there.localTicketId).not.toBe(id);
    phones.bruno.command("accept");
    await reader.event("call-transferred");

    const comment = await eventually(
      async () => (await textsIn(id)).find((text) => text.includes(there.localTicketId) && /carico/.test(text)),
      () => `no comment about ${there.localTicketId} in RT's ticket ${id}\n${tickets.logs().slice(-2_000)}`,
    );
    expect(comment).toContain(`«${tickets.two.label}» (${tickets.two.officeId})`);
    const secrets = [rt.token, serviceSecret];
    expect(secrets.filter((secret) => tickets.logs().includes(secret))).toEqual([]);
    phones.citizen.command("hangup");
    await reader.event("call-ended");
  });
});
