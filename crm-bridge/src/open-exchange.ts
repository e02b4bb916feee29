/** The bridge's side of the ticket exchange: outbox worker, feed follower, callback for deliveries. */
import { createHmac } from "node:crypto";
import type { FastifyInstance } from "fastify";
import type { JWK } from "jose";
import { z } from "zod";
import { ticketSchema } from "../contracts/index.ts";
import { startExchangeWorker } from "./adapters/exchange/exchange-worker.ts";
import { followHub } from "./adapters/exchange/follow-hub.ts";
import { newsOf, receivedTicket } from "./adapters/exchange/tupa-mapping.ts";
import { hearHub, receiveTicket, settleAttempt } from "./application/exchange-tickets.ts";
import type { Said } from "./application/follow-call.ts";
import type { BridgeParts } from "./application/ports.ts";
import type { BridgeConfig } from "./config.ts";
import { registerTupaCallbacks, type DeliveryTaken } from "./tupa/client/callbacks.ts";
import { createTupaClient } from "./tupa/client/tupa-client.ts";
import type { Delivery } from "./tupa/contract/objects.ts";
import { isIntact } from "./tupa/contract/history.ts";
import { hubName, tokenCheck, tokenSource } from "./tupa/contract/office-tokens.ts";

const answerWithinMs = 48 * 3_600_000;

export type Exchange = {
  wake(): void;
  serveCallbacks(app: FastifyInstance): void;
  close(): Promise<void>;
};

export async function openExchange(
  config: BridgeConfig & { hub: NonNullable<BridgeConfig["hub"]> },
  parts: BridgeParts,
  tell: (said: Said) => void,
): Promise<Exchange> {
  const { store } = parts;
  const token = await tokenSource(config.office.officeId, config.hub.privateKey);
  const client = createTupaClient({ hubUrl: config.hub.url, token });
  const worker = startExchangeWorker({
    client,
    officeId: parts.officeId,
    due: () => store.dueExchange(parts.now()),
    ticket: (ticketId) => store.ticket(ticketId),
    settle: (queued, attempt) => tell(store.atomically(() => settleAttempt(parts, queued, attempt))),
    markSent: (taskId) => store.markSent(taskId),
    markUnsent: (taskId) => store.markUnsent(taskId),
    pseudonym: pseudonyms(config.hub.privateKey.d),
    log: parts.log,
  });
  const learnLabels = async (): Promise<void> => {
    const offices = await client.offices();
    if (!offices.ok) return;
    for (const { officeId, label } of offices.value.items) parts.officeLabels.set(officeId, label.slice(0, 160));
  };
  void learnLabels();
  const follower = followHub({
    client,
    cursor: () => store.cursor("hub"),
    take: (item) => tell(store.atomically(() => hearHub(parts, newsOf(item)))),
    cameBack: () => {
      void learnLabels();
      store.hurryExchange();
      worker.wake();
    },
    random: () => parts.random(),
    log: parts.log,
  });
  const check = tokenCheck(config.office.officeId, new Map([[hubName, config.hub.hubKey as JWK]]));
  const take = oneAtATime(parts, tell);
  return {
    wake: () => worker.wake(),
    serveCallbacks: (app) => registerTupaCallbacks(app, { check, take }),
    close: async () => {
      await follower.close();
      await worker.close();
    },
  };
}

/** A name for an operator that stays the same but tells other offices nothing: not the login, and nothing to guess it from. */
function pseudonyms(officeSecret: string): (operatorLogin: string) => string {
  return (operatorLogin) =>
    `op-${createHmac("sha256", officeSecret).update(`operator ${operatorLogin}`).digest("hex").slice(0, 16)}`;
}

/** A delivery that comes again while the CRM is still writing the first one waits for it: one ticket, one number. */
function oneAtATime(parts: BridgeParts, tell: (said: Said) => void): (delivery: Delivery) => Promise<DeliveryTaken> {
  const taking = new Map<string, Promise<DeliveryTaken>>();
  return (delivery) => {
    const { ticketId } = delivery.ticket;
    const before = taking.get(ticketId) ?? Promise.resolve();
    const next = before.then(() => takeDelivery(parts, delivery, tell));
    taking.set(ticketId, next);
    const forget = (): void => {
      if (taking.get(ticketId) === next) taking.delete(ticketId);
    };
    next.then(forget, forget);
    return next;
  };
}

/** A ticket arrives: it gets a number in this office's system, then it is stored and shown. The same delivery again finds the first one. */
async function takeDelivery(
  parts: BridgeParts,
  delivery: Delivery,
  tell: (said: Said) => void,
): Promise<DeliveryTaken> {
  const { ticket, transfer } = delivery;
  if (transfer.toOfficeId !== parts.officeId) return { ok: false, reason: "not-ours" };
  const known = parts.store.ticketOfTransfer(transfer.transferId) ?? parts.store.ticket(ticket.ticketId);
  const place = known ?? (await placeInCrm(parts, delivery));
  if (place === null) return { ok: false, reason: "unavailable" };
  const { localTicketId, url } = place;
  // The ticket counts more than its past: it is taken all the same, but people are told.
  if (!isIntact(delivery.events))
    parts.log.warn(
      { ticketId: ticket.ticketId, fromOfficeId: transfer.fromOfficeId },
      "the history of a delivered ticket does not check",
    );
  const dueAt = new Date(parts.now() + answerWithinMs).toISOString();
  const received = receivedTicket(delivery, { localTicketId, url, dueAt });
  // What softphones could not read must not get into the store: better a transfer that fails in words.
  const readable = ticketSchema.safeParse({ ...received.ticket, version: 1 });
  if (!readable.success) {
    parts.log.warn(
      { ticketId: ticket.ticketId, reason: z.prettifyError(readable.error) },
      "a delivered ticket is not valid",
    );
    return { ok: false, reason: "not-ours" };
  }
  const stored = parts.store.atomically(() => receiveTicket(parts, received));
  tell(stored.said);
  return { ok: true, targetLocalTicketId: stored.localTicketId, url };
}

async function placeInCrm(
  parts: BridgeParts,
  { ticket, transfer }: Delivery,
): Promise<{ localTicketId: string; url: string | null } | null> {
  const { requester } = ticket;
  const created = await parts.connector.createTicket({
    ticketId: ticket.ticketId,
    subject: ticket.subject,
    description: ticket.description,
    phone: requester?.phone ?? null,
    requesterName: [requester?.givenName, requester?.familyName].filter(Boolean).join(" ") || null,
    email: requester?.email ?? null,
    category: ticket.topic.category,
    receivedFrom: {
      officeId: transfer.fromOfficeId,
      localTicketId: ticket.owner.localTicketId ?? "",
      transferId: transfer.transferId,
    },
  });
  if (created.ok) return created.value;
  parts.log.warn(
    { ticketId: ticket.ticketId, reason: created.detail },
    "the CRM did not take a delivered ticket; the hub will deliver it again",
  );
  return null;
}
