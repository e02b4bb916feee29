/** The TUPA hub: exchanges tickets between administrations (contract §6.4). */
import helmet from "@fastify/helmet";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import type { JWK } from "jose";
import { z } from "zod";
import { createBridgeLog } from "../../adapters/system/bridge-log.ts";
import type { Log } from "../../application/ports.ts";
import { hubName, tokenCheck, tokenSource, type TokenCheck } from "../contract/office-tokens.ts";
import { Deliveries } from "./deliver.ts";
import type { HubConfig } from "./hub-config.ts";
import { HubOperations } from "./hub-operations.ts";
import { handleErrors, officeOf, Problem } from "./hub-problem.ts";
import { HubStore } from "./hub-store.ts";
import { writingRoutes } from "./writing-routes.ts";

const rememberForMs = 72 * 3_600_000;
const longestWaitMs = 25_000;
export type RunningHub = { url: string; close(): Promise<void> };

/** Opens the hub. Rejects when its address cannot be opened. */
export async function startHub(config: HubConfig, log: Log = createBridgeLog("tupa-hub")): Promise<RunningHub> {
  const store = new HubStore(config.dataDirectory);
  const news = new Set<() => void>();
  let phase: "open" | "closed" = "open";
  const offices = new Map(config.offices.map((office) => [office.officeId, office]));
  const operations = new HubOperations(store, new Set(offices.keys()), () => {
    for (const listener of news) listener();
  });
  const token = await tokenSource(hubName, config.privateKey);
  const deliveries = new Deliveries({ store, operations, targets: offices, token });
  const check = tokenCheck(
    hubName,
    new Map(config.offices.map((office) => [office.officeId, office.publicKey as JWK])),
  );
  const app = fastify({ bodyLimit: 256 * 1024, forceCloseConnections: true });
  await app.register(helmet);
  await app.register(rateLimit, { max: 6_000, timeWindow: "1 minute" });
  handleErrors(app, log);
  writingRoutes(app, { store, check, operations, deliveries });
  reading(app, {
    store,
    check,
    news,
    isOpen: () => phase === "open",
    offices: config.offices.map(({ officeId, label }) => ({ officeId, label, status: "active", modes: ["sync"] })),
  });
  const forgetting = setInterval(
    () => store.forgetAnswersBefore(new Date(Date.now() - rememberForMs).toISOString()),
    3_600_000,
  );
  forgetting.unref();
  const url = await app.listen(config.listen).catch((error: unknown) => {
    clearInterval(forgetting);
    store.close();
    throw error;
  });
  deliveries.start();
  return {
    url,
    close: async () => {
      phase = "closed";
      clearInterval(forgetting);
      for (const listener of news) listener();
      await app.close();
      await deliveries.close();
      store.close();
    },
  };
}

type ReadingParts = {
  store: HubStore;
  check: TokenCheck;
  news: Set<() => void>;
  offices: object[];
  isOpen(): boolean;
};

function reading(app: FastifyInstance, parts: ReadingParts): void {
  const { store, check } = parts;
  app.get("/tupa/v1/status", () => ({ status: "ok" }));
  app.get("/tupa/v1/offices", async (request) => {
    await officeOf(request, check);
    return { items: parts.offices };
  });
  app.get<{ Params: { ticketId: string } }>("/tupa/v1/tickets/:ticketId", async (request, reply) => {
    const officeId = await officeOf(request, check);
    const ticket = store.isParty(request.params.ticketId, officeId) ? store.ticket(request.params.ticketId) : null;
    if (ticket === null) throw new Problem("not-found");
    return reply.header("etag", `"v${ticket.version}"`).send(ticket);
  });
  app.get<{ Params: { ticketId: string } }>("/tupa/v1/tickets/:ticketId/events", async (request) => {
    const officeId = await officeOf(request, check);
    if (!store.isParty(request.params.ticketId, officeId)) throw new Problem("not-found");
    return { items: store.history(request.params.ticketId), nextCursor: null };
  });
  app.get<{ Params: { transferId: string } }>("/tupa/v1/transfers/:transferId", async (request) => {
    const officeId = await officeOf(request, check);
    const transfer = store.transfer(request.params.transferId);
    if (transfer === null || !store.isParty(transfer.ticketId, officeId)) throw new Problem("not-found");
    return transfer;
  });
  const query = z.object({
    cursor: z.coerce.number().int().min(0).default(0),
    limit: z.coerce.number().int().min(1).max(500).default(100),
    wait: z.coerce.number().min(0).max(25).default(0),
  });
  app.get("/tupa/v1/events", async (request) => {
    const officeId = await officeOf(request, check);
    const { cursor, limit, wait } = query.parse(request.query);
    let items = store.feed(officeId, cursor, limit);
    const until = Date.now() + Math.min(wait * 1_000, longestWaitMs);
    // News may be another office's: then the wait goes on.
    while (items.length === 0 && Date.now() < until && !request.raw.socket.destroyed && parts.isOpen()) {
      await nextNews(parts.news, until - Date.now(), request);
      items = parts.isOpen() ? store.feed(officeId, cursor, limit) : [];
    }
    return { items, nextCursor: items.at(-1)?.cursor ?? cursor };
  });
}

/** Resolves when something changed, the time is over, or the asking office has gone. */
function nextNews(news: Set<() => void>, waitMs: number, request: FastifyRequest): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      news.delete(done);
      request.raw.socket.off("close", done);
      resolve();
    };
    const timer = setTimeout(done, waitMs);
    news.add(done);
    // The connection serves many questions: a listener left on it would stay.
    request.raw.socket.once("close", done);
  });
}
