/** The bridge's way to the hub: every operation as a value, never an exception; what did not get through is said so and may be repeated. */
import { z } from "zod";
import { feedSchema, tupaTicketSchema, tupaTransferSchema } from "../contract/objects.ts";
import type {
  Acceptance,
  Closure,
  FeedItem,
  TicketRegistration,
  TicketUpdate,
  TransferRequest,
  TupaTicket,
  TupaTransfer,
  Withdrawal,
} from "../contract/objects.ts";
import { hubName, type TokenSource } from "../contract/office-tokens.ts";

/** `unavailable`: try again. `refused`: the hub said no, for good. */
export type TupaResult<T> = { ok: true; value: T } | { ok: false; kind: "unavailable" | "refused"; reason: string };

const requestDeadlineMs = 8_000;
const feedWaitSeconds = 20;

export type TupaClient = {
  registerTicket(ticket: TicketRegistration): Promise<TupaResult<TupaTicket>>;
  requestTransfer(ticketId: string, request: TransferRequest): Promise<TupaResult<TupaTransfer>>;
  accept(transferId: string, acceptance: Acceptance): Promise<TupaResult<TupaTransfer>>;
  withdraw(transferId: string, withdrawal: Withdrawal): Promise<TupaResult<TupaTransfer>>;
  update(ticketId: string, update: TicketUpdate): Promise<TupaResult<TupaTicket>>;
  closeTicket(ticketId: string, closure: Closure): Promise<TupaResult<TupaTicket>>;
  /** Waits up to 20 s for something new after the cursor. */
  feed(cursor: number, signal: AbortSignal): Promise<TupaResult<{ items: FeedItem[]; nextCursor: number }>>;
};

type Call<T> = {
  method: "GET" | "POST";
  path: string;
  schema: z.ZodType<T>;
  body?: object;
  key?: string;
  signal: AbortSignal;
};

export function createTupaClient(options: { hubUrl: string; token: TokenSource }): TupaClient {
  const call = async <T>(order: Call<T>): Promise<TupaResult<T>> => {
    try {
      const response = await fetch(`${options.hubUrl}/tupa/v1${order.path}`, {
        method: order.method,
        headers: {
          authorization: `Bearer ${await options.token(hubName)}`,
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
      return { ok: false, kind: "unavailable", reason: (error as Error).message };
    }
  };
  const post = <T>(
    path: string,
    schema: z.ZodType<T>,
    request: { body: object; key: string },
  ): Promise<TupaResult<T>> =>
    call({ method: "POST", path, schema, ...request, signal: AbortSignal.timeout(requestDeadlineMs) });
  return {
    registerTicket: (ticket) => post("/tickets", tupaTicketSchema, { body: ticket, key: ticket.ticketId }),
    requestTransfer: (ticketId, request) =>
      post(`/tickets/${ticketId}/transfers`, tupaTransferSchema, { body: request, key: request.transferId }),
    accept: (transferId, acceptance) =>
      post(`/transfers/${transferId}/acceptance`, tupaTransferSchema, {
        body: acceptance,
        key: keyOf(transferId, "A"),
      }),
    withdraw: (transferId, withdrawal) =>
      post(`/transfers/${transferId}/withdrawal`, tupaTransferSchema, {
        body: withdrawal,
        key: keyOf(transferId, "W"),
      }),
    update: (ticketId, update) =>
      post(`/tickets/${ticketId}/updates`, tupaTicketSchema, { body: update, key: update.updateId }),
    closeTicket: (ticketId, closure) =>
      post(`/tickets/${ticketId}/closure`, tupaTicketSchema, { body: closure, key: closure.updateId }),
    feed: (cursor, signal) =>
      call({
        method: "GET",
        path: `/events?cursor=${cursor}&wait=${feedWaitSeconds}`,
        schema: feedSchema,
        signal: AbortSignal.any([signal, AbortSignal.timeout((feedWaitSeconds + 5) * 1_000)]),
      }),
  };
}

/** A key of its own for each operation on a transfer: the transfer's id with another last letter but one. */
function keyOf(transferId: string, operation: "A" | "W"): string {
  return `${transferId.slice(0, 24)}${operation}${transferId.slice(25)}`;
}
