/** The bridge's way to the hub: every operation as a value, never an exception; what did not get through is said so and may be repeated. */
import { createHash } from "node:crypto";
import { ulid } from "ulid";
import { z } from "zod";
import { feedSchema, tupaTicketSchema, tupaTransferSchema } from "../contract/objects.ts";
import type {
  Acceptance,
  Closure,
  FeedItem,
  Reopening,
  Return,
  TicketRegistration,
  TicketUpdate,
  TransferRequest,
  TupaTicket,
  TupaTransfer,
  Withdrawal,
} from "../contract/objects.ts";
import { hubName, type TokenSource } from "../contract/office-tokens.ts";

/** `unavailable`: try again, it may have got through. `unreached`: try again, nothing was sent. `refused`: the hub said no, for good. */
export type TupaResult<T> =
  | { ok: true; value: T }
  | { ok: false; kind: "unavailable" | "unreached" | "refused"; reason: string };

const requestDeadlineMs = 8_000;
const feedWaitSeconds = 20;

export type TupaClient = {
  registerTicket(ticket: TicketRegistration): Promise<TupaResult<TupaTicket>>;
  requestTransfer(ticketId: string, request: TransferRequest): Promise<TupaResult<TupaTransfer>>;
  accept(transferId: string, acceptance: Acceptance): Promise<TupaResult<TupaTransfer>>;
  withdraw(transferId: string, withdrawal: Withdrawal): Promise<TupaResult<TupaTransfer>>;
  /** Asks for the ticket of an accepted transfer back, whose call is here again. */
  askBack(transferId: string, why: Return): Promise<TupaResult<TupaTransfer>>;
  update(ticketId: string, update: TicketUpdate): Promise<TupaResult<TupaTicket>>;
  closeTicket(ticketId: string, closure: Closure): Promise<TupaResult<TupaTicket>>;
  reopen(ticketId: string, reopening: Reopening): Promise<TupaResult<TupaTicket>>;
  /** Every office that the hub knows. */
  offices(): Promise<TupaResult<{ items: { officeId: string; label: string }[] }>>;
  /** What is new after the cursor; the patient wait for it up to 20 s. */
  feed(
    cursor: number,
    how: { signal: AbortSignal; isPatient: boolean },
  ): Promise<TupaResult<{ items: FeedItem[]; nextCursor: number }>>;
};

type Call<T> = {
  method: "GET" | "POST";
  path: string;
  schema: z.ZodType<T>;
  body?: object;
  key?: string;
  signal: AbortSignal;
};

const officeListSchema = z.object({ items: z.array(z.object({ officeId: z.string(), label: z.string() })) });

type Connection = { hubUrl: string; token: TokenSource };

async function ask<T>(connection: Connection, order: Call<T>): Promise<TupaResult<T>> {
  try {
    const response = await fetch(`${connection.hubUrl}/tupa/v1${order.path}`, {
      method: order.method,
      headers: {
        authorization: `Bearer ${await connection.token(hubName)}`,
        ...(order.body && { "content-type": "application/json" }),
        ...(order.key !== undefined && { "idempotency-key": order.key }),
      },
      ...(order.body && { body: JSON.stringify(order.body) }),
      signal: order.signal,
      redirect: "error",
    });
    const answer: unknown = await response.json();
    if (response.ok) return { ok: true, value: order.schema.parse(answer) };
    const reason = z.object({ title: z.string() }).safeParse(answer).data?.title ?? `status ${response.status}`;
    const isFinal =
      response.status >= 400 && response.status < 500 && response.status !== 401 && response.status !== 429;
    return { ok: false, kind: isFinal ? "refused" : "unavailable", reason };
  } catch (error) {
    const { code, message } = causeOf(error);
    const kind = code !== undefined && neverConnected.has(code) ? "unreached" : "unavailable";
    return { ok: false, kind, reason: code ?? message };
  }
}

/** The client of one office. Every POST may be repeated: the hub knows it again by its key. */
export function createTupaClient(connection: Connection): TupaClient {
  const post = <T>(
    path: string,
    schema: z.ZodType<T>,
    request: { body: object; key: string },
  ): Promise<TupaResult<T>> =>
    ask(connection, { method: "POST", path, schema, ...request, signal: AbortSignal.timeout(requestDeadlineMs) });
  return {
    registerTicket: (ticket) =>
      // Registering is repeatable by the ticket's own id, and its content may have changed since the last time: a fresh key each time.
      post("/tickets", tupaTicketSchema, { body: ticket, key: ulid() }),
    requestTransfer: (ticketId, request) =>
      post(`/tickets/${ticketId}/transfers`, tupaTransferSchema, { body: request, key: request.transferId }),
    accept: (transferId, acceptance) =>
      post(`/transfers/${transferId}/acceptance`, tupaTransferSchema, {
        body: acceptance,
        key: operationKey(transferId, "acceptance"),
      }),
    withdraw: (transferId, withdrawal) =>
      post(`/transfers/${transferId}/withdrawal`, tupaTransferSchema, {
        body: withdrawal,
        key: operationKey(transferId, "withdrawal"),
      }),
    askBack: (transferId, why) =>
      post(`/transfers/${transferId}/return`, tupaTransferSchema, {
        body: why,
        key: operationKey(transferId, "return"),
      }),
    update: (ticketId, update) =>
      post(`/tickets/${ticketId}/updates`, tupaTicketSchema, { body: update, key: update.updateId }),
    closeTicket: (ticketId, closure) =>
      post(`/tickets/${ticketId}/closure`, tupaTicketSchema, { body: closure, key: closure.updateId }),
    reopen: (ticketId, reopening) =>
      post(`/tickets/${ticketId}/reopening`, tupaTicketSchema, { body: reopening, key: reopening.updateId }),
    offices: () =>
      ask(connection, {
        method: "GET",
        path: "/offices",
        schema: officeListSchema,
        signal: AbortSignal.timeout(requestDeadlineMs),
      }),
    feed: (cursor, { signal, isPatient }) =>
      ask(connection, {
        method: "GET",
        path: `/events?cursor=${cursor}&wait=${isPatient ? feedWaitSeconds : 0}`,
        schema: feedSchema,
        signal: AbortSignal.any([signal, AbortSignal.timeout((feedWaitSeconds + 5) * 1_000)]),
      }),
  };
}

/** Refused or without a way at the very start: certainly nothing was sent. */
const neverConnected: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

/** `fetch` wraps the reason; several addresses tried make an AggregateError with the code of the first. */
function causeOf(error: unknown): { code?: string; message: string } {
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause : { message };
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** A key of its own for each operation on a transfer, the same each time: in the form of a ULID, made from a digest so that it meets no other id. */
export function operationKey(transferId: string, operation: "acceptance" | "withdrawal" | "return"): string {
  const digest = createHash("sha256").update(`${transferId} ${operation}`).digest();
  const letters = Array.from(digest.subarray(0, 26), (byte) => crockford[byte % 32] ?? "0");
  return `${(digest[26] ?? 0) % 8}${letters.slice(1).join("")}`;
}
