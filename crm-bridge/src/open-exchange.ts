/** The bridge's side of the ticket exchange: outbox worker, feed follower, callback for deliveries. */
import type { FastifyInstance } from "fastify";
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
import { tokenSource, type TokenCheck } from "./tupa/contract/office-tokens.ts";

const answerWithinMs = 48 * 3_600_000;

export type Exchange = {
  wake(): void;
  serveCallbacks(app: FastifyInstance, check: TokenCheck): void;
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
  });
  const follower = followHub({
    client,
    cursor: () => store.cursor("hub"),
    take: (item) => tell(store.atomically(() => hearHub(parts, newsOf(item)))),
    log: parts.log,
  });
  return {
    wake: () => worker.wake(),
    serveCallbacks: (app, check) =>
      registerTupaCallbacks(app, { check, take: (delivery) => takeDelivery(parts, delivery, tell) }),
    close: async () => {
      await follower.close();
      await worker.close();
    },
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
  const dueAt = new Date(parts.now() + answerWithinMs).toISOString();
  const received = receivedTicket(delivery, { officeId: parts.officeId, localTicketId, url, dueAt });
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
