/**
 * The office's CRM is Request Tracker 5 (REST 2.0). Nothing has to be installed in RT:
 * - a ticket of ours refers to `urn:la2-cti:ticket:ULID`, so that a repeated creation finds the first one;
 * - a comment of ours has its own reference in its subject, so that one that was written before a crash is not written again.
 * Two equal commands at the same moment share one run; failures are told, not repeated here.
 */
import type { Connector, CrmFailure, CrmResult, CrmStatus, CrmTicket, CrmTicketDraft } from "../connector.ts";
import { callerMatch, coarseQuery, exactQuery, type CallerQuestion } from "./caller-query.ts";
import type { RequestTrackerConfig } from "./request-tracker-config.ts";
import {
  countSchema,
  createdSchema,
  foundTicketsSchema,
  sentencesSchema,
  ticketIdsSchema,
  ticketStatusSchema,
  type FoundTicket,
} from "./rest-answers.ts";
import { createRestClient, type RestClient, type RestResult } from "./rest-client.ts";
import { draftText, draftTitle } from "./ticket-text.ts";

const urnStart = "urn:la2-cti:ticket:";
const mostTickets = 20;

type Parts = { config: RequestTrackerConfig; rest: RestClient; urlOf: (localTicketId: string) => string };

export function createRequestTrackerConnector(config: RequestTrackerConfig): Connector {
  const { auth } = config;
  const authorization =
    auth.token === undefined
      ? `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString("base64")}`
      : `token ${auth.token}`;
  const rest = createRestClient({ url: config.url, authorization, timeoutMs: config.timeoutSeconds * 1_000 });
  const page = `${(config.publicUrl ?? config.url).replace(/\/+$/, "")}/Ticket/Display.html?id=`;
  const parts: Parts = { config, rest, urlOf: (localTicketId) => page + encodeURIComponent(localTicketId) };
  const creating = new Map<string, ReturnType<Connector["createTicket"]>>();
  return {
    kind: "request-tracker",
    findOpenTickets: (phone) => findOpenTickets(parts, phone),
    stillOpen: (localTicketIds) => stillOpen(parts, localTicketIds),
    createTicket: (draft) => {
      const running = creating.get(draft.ticketId);
      if (running !== undefined) return running;
      const created = createTicket(parts, draft).finally(() => creating.delete(draft.ticketId));
      creating.set(draft.ticketId, created);
      return created;
    },
    addComment: (localTicketId, comment) => addComment(parts, localTicketId, comment),
    setStatus: (localTicketId, status) => setStatus(parts, localTicketId, status),
    urlOf: (localTicketId) => (isNumber(localTicketId) ? parts.urlOf(localTicketId) : null),
  };
}

async function findOpenTickets(parts: Parts, phone: string): Promise<CrmResult<CrmTicket[]>> {
  const { config, rest } = parts;
  const question: CallerQuestion = { phone, country: config.country, phoneField: config.phoneField };
  const query = coarseQuery(question);
  if (query === null) return { ok: true, value: [] };
  const form = {
    query,
    per_page: String(mostTickets),
    orderby: "LastUpdated",
    order: "DESC",
    fields: "Subject,Status,LastUpdated,Requestor,CustomFields,_hyperlinks",
    "fields[Requestor]": "MobilePhone,WorkPhone,HomePhone",
  };
  const found = await rest({ method: "POST", path: "/tickets", schema: foundTicketsSchema, body: { form } });
  if (!found.ok) return failure(found);
  const judged = found.value.items.map((ticket) => ({ ticket, match: callerMatch(ticket, question) }));
  const unseen = judged.filter(({ match }) => match === "unseen").map(({ ticket }) => ticket.id);
  const confirmed = await confirm(parts, question, unseen);
  if (!confirmed.ok) return failure(confirmed);
  const theirs = judged.filter(({ ticket, match }) => match === "same" || confirmed.value.has(ticket.id));
  return { ok: true, value: theirs.map(({ ticket }) => toCrmTicket(parts, ticket)) };
}

async function confirm(
  { rest }: Parts,
  question: CallerQuestion,
  ids: readonly string[],
): Promise<RestResult<ReadonlySet<string>>> {
  const query = ids.length === 0 ? null : exactQuery(question, ids);
  if (query === null) return { ok: true, value: new Set() };
  const form = { query, per_page: String(mostTickets) };
  const found = await rest({ method: "POST", path: "/tickets", schema: ticketIdsSchema, body: { form } });
  return found.ok ? { ok: true, value: new Set(found.value.items.map(({ id }) => id)) } : found;
}

async function stillOpen({ rest }: Parts, localTicketIds: readonly string[]): Promise<CrmResult<ReadonlySet<string>>> {
  const ids = localTicketIds.filter(isNumber);
  if (ids.length === 0) return { ok: true, value: new Set() };
  const query = `(${ids.map((id) => `id = ${id}`).join(" OR ")}) AND Status = '__Active__'`;
  const form = { query, per_page: "100" };
  const found = await rest({ method: "POST", path: "/tickets", schema: ticketIdsSchema, body: { form } });
  return found.ok ? { ok: true, value: new Set(found.value.items.map(({ id }) => id)) } : failure(found);
}

function toCrmTicket({ config, urlOf }: Parts, ticket: FoundTicket): CrmTicket {
  const urn = ticket._hyperlinks.find(({ ref, _url }) => ref === "refers-to" && _url?.startsWith(urnStart))?._url;
  const ticketId = urn?.slice(urnStart.length) ?? "";
  return {
    localTicketId: ticket.id,
    ticketId: /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/.test(ticketId) ? ticketId : null,
    subject: ticket.Subject,
    status: ticket.Status === config.statuses.waiting ? "open_bo" : "in_progress",
    url: urlOf(ticket.id),
    updatedAt: new Date(ticket.LastUpdated).toISOString(),
  };
}

async function createTicket(
  parts: Parts,
  draft: CrmTicketDraft,
): Promise<CrmResult<{ localTicketId: string; url: string | null }>> {
  const { config, rest, urlOf } = parts;
  const urn = `${urnStart}${draft.ticketId}`;
  // One RT may serve several offices, each with its queue: the same shared ticket then has a number in each of them.
  const query = `RefersTo = '${urn}' AND Queue = '${config.queue}'`;
  const form = { query, per_page: "1", orderby: "id", order: "ASC" };
  const before = await rest({ method: "POST", path: "/tickets", schema: ticketIdsSchema, body: { form } });
  if (!before.ok) return failure(before);
  const first = before.value.items[0];
  if (first !== undefined) return { ok: true, value: { localTicketId: first.id, url: urlOf(first.id) } };
  const { phoneField } = config;
  const json = {
    Queue: config.queue,
    Subject: draftTitle(draft),
    ContentType: "text/plain",
    Content: draftText(draft),
    RefersTo: [urn],
    ...(draft.email !== null && { Requestor: [draft.email] }),
    ...(phoneField !== undefined && draft.phone !== null && { CustomFields: { [phoneField]: draft.phone } }),
  };
  const created = await rest({ method: "POST", path: "/ticket", schema: createdSchema, body: { json } });
  if (!created.ok) return failure(created);
  return { ok: true, value: { localTicketId: created.value.id, url: urlOf(created.value.id) } };
}

async function addComment(
  { rest }: Parts,
  localTicketId: string,
  { commentId, text }: { commentId: string; text: string },
): Promise<CrmResult<null>> {
  if (!isNumber(localTicketId)) return notOfRt(localTicketId);
  const reference = `LA2-CTI ref:${commentId}`;
  const query = [
    { field: "ObjectType", value: "RT::Ticket" },
    { field: "ObjectId", value: localTicketId },
    // RT keeps a comment's subject as its transaction's data, with a line end after it.
    { field: "Data", operator: "LIKE", value: reference },
  ];
  const before = await rest({ method: "POST", path: "/transactions", schema: countSchema, body: { json: query } });
  if (!before.ok) return failure(before);
  if (before.value.count > 0) return { ok: true, value: null };
  const json = { Subject: reference, ContentType: "text/plain", Content: text };
  const path = `/ticket/${localTicketId}/comment`;
  const written = await rest({ method: "POST", path, schema: sentencesSchema, body: { json } });
  return written.ok ? { ok: true, value: null } : failure(written);
}

/**
 * Only what RT does not say already is changed, so that a repetition changes nothing. A ticket that waits again after somebody had taken it stays
 * open in RT, where being taken is a matter of its owner.
 */
async function setStatus(parts: Parts, localTicketId: string, status: CrmStatus): Promise<CrmResult<null>> {
  if (!isNumber(localTicketId)) return notOfRt(localTicketId);
  const { rest, config } = parts;
  const path = `/ticket/${localTicketId}`;
  const now = await rest({ method: "GET", path, schema: ticketStatusSchema });
  if (!now.ok) return failure(now);
  const active = await stillOpen(parts, [localTicketId]);
  if (!active.ok) return active;
  const isActive = active.value.has(localTicketId);
  const isClosing = status === "closed_fo" || status === "closed_bo";
  const isThere = isClosing
    ? !isActive
    : isActive && (status === "open_bo" || now.value.Status === config.statuses.taken);
  if (isThere) return { ok: true, value: null };
  const wanted = isClosing ? config.statuses.closed : config.statuses.taken;
  const changed = await rest({ method: "PUT", path, schema: sentencesSchema, body: { json: { Status: wanted } } });
  if (!changed.ok) return failure(changed);
  // RT answers 200 also when it did not change anything, and says why in words.
  const then = await rest({ method: "GET", path, schema: ticketStatusSchema });
  if (!then.ok) return failure(then);
  if (then.value.Status === wanted) return { ok: true, value: null };
  const why = changed.value.join(" ").slice(0, 200);
  return { ok: false, reason: "rejected", detail: `ticket ${localTicketId} did not become ${wanted}: ${why}` };
}

function isNumber(localTicketId: string): boolean {
  return /^[1-9][0-9]{0,9}$/.test(localTicketId);
}

function notOfRt(localTicketId: string): CrmFailure {
  return { ok: false, reason: "rejected", detail: `${localTicketId} is not a ticket number of Request Tracker` };
}

/** A wrong token or a missing right is the administrator's to mend; what waited is then written after all. */
function failure(failed: Extract<RestResult<never>, { ok: false }>): CrmFailure {
  const isFinal = failed.kind === "not-found" || failed.kind === "refused";
  return { ok: false, reason: isFinal ? "rejected" : "unavailable", detail: `${failed.kind}: ${failed.detail}` };
}
