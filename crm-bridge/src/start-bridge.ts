/** One office's bridge, put together: store, connector, follower of the box, exchange, API. */
import { monotonicFactory } from "ulid";
import { startApi } from "./adapters/api/start-api.ts";
import { OperatorChannels } from "./adapters/api/operator-channels.ts";
import { createTokenVerifier, type TokenVerifier } from "./adapters/api/verify-token.ts";
import { followBox, type BoxFollower } from "./adapters/box/follow-box.ts";
import { startCrmWorker } from "./adapters/crm/crm-worker.ts";
import { SqliteTicketStore } from "./adapters/store/sqlite-ticket-store.ts";
import { createBridgeLog } from "./adapters/system/bridge-log.ts";
import type { BridgeParts, Log } from "./application/ports.ts";
import { followCall, type Said } from "./application/follow-call.ts";
import { lookUpCaller } from "./application/look-up-caller.ts";
import { createTicketHere, searchTickets, updateTicketHere } from "./application/work-on-ticket.ts";
import { createBuiltInConnector } from "./connectors/built-in/built-in-connector.ts";
import type { Connector } from "./connectors/connector.ts";
import { createRequestTrackerConnector } from "./connectors/request-tracker/request-tracker-connector.ts";
import type { BridgeConfig } from "./config.ts";
import { openExchange, type Exchange } from "./open-exchange.ts";
import { seedTickets } from "./seed-tickets.ts";

export type RunningBridge = { url: string; close(): Promise<void> };

function connectorOf(config: BridgeConfig, store: SqliteTicketStore): Connector {
  const { connector } = config;
  if (connector.kind === "built-in")
    return createBuiltInConnector((ticketId) => store.atomically(() => store.nextNumber(ticketId)));
  return createRequestTrackerConnector(connector);
}

/** Starts the bridge. Rejects when its address or its store cannot be opened, and leaves nothing open then. */
export async function startBridge(
  config: BridgeConfig,
  log: Log = createBridgeLog("crm-bridge"),
): Promise<RunningBridge> {
  // In the order of opening; closed the other way round.
  const opened: (() => void | Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const closeOne of opened.splice(0).toReversed()) await closeOne();
  };
  try {
    const url = await open(config, log, (closeOne) => opened.push(closeOne));
    return { url, close };
  } catch (error) {
    await close();
    throw error;
  }
}

type Own = (close: () => void | Promise<void>) => void;

async function open(config: BridgeConfig, log: Log, own: Own): Promise<string> {
  const store = new SqliteTicketStore(config.dataDirectory);
  own(() => store.close());
  const verify = createTokenVerifier(config.box.url, config.office.officeId);
  const channels = new OperatorChannels(verify, store, log);
  own(() => channels.close());
  const waking: { wake(): void }[] = [];
  const parts = partsOf(config, { store, channels, log, waking });
  const crm = openCrmWorker(parts, store);
  own(() => crm.close());
  waking.push(crm);
  const exchange = config.hub === undefined ? null : await openExchange({ ...config, hub: config.hub }, parts, tell);
  if (exchange !== null) {
    own(() => exchange.close());
    waking.push(exchange);
  }
  await seedTickets(parts, config.seedTickets);
  const follower = openFollower(config, parts);
  own(() => follower.close());
  const api = await openApi(config, { parts, verify, channels, exchange, follower });
  own(() => api.close());
  return api.url;
}

const tell = (said: Said): void => said.forEach((say) => say());

type Opened = { store: SqliteTicketStore; channels: OperatorChannels; log: Log; waking: readonly { wake(): void }[] };

function partsOf(config: BridgeConfig, { store, channels, log, waking }: Opened): BridgeParts {
  const ulid = monotonicFactory();
  return {
    officeId: config.office.officeId,
    store,
    connector: connectorOf(config, store),
    news: channels,
    log,
    hasExchange: config.hub !== undefined,
    officeLabels: new Map(),
    now: () => Date.now(),
    random: () => Math.random(),
    ulid: () => ulid(),
    wake: () => waking.forEach((worker) => worker.wake()),
  };
}

function openCrmWorker({ connector, log }: BridgeParts, store: SqliteTicketStore): ReturnType<typeof startCrmWorker> {
  return startCrmWorker({
    connector,
    due: () => store.dueCrm(Date.now()),
    done: (taskId) => store.taskDone(taskId),
    later: (taskId, pauseMs) => store.taskLater(taskId, Date.now() + pauseMs),
    log,
  });
}

function openFollower(config: BridgeConfig, parts: BridgeParts): BoxFollower {
  const { store, log } = parts;
  return followBox({
    boxUrl: config.box.url,
    serviceSecret: config.box.serviceSecret,
    cursor: () => store.cursor("box"),
    handle: (event) => {
      tell(
        store.atomically(() => {
          const said = followCall(parts, event);
          store.setCursor("box", event.cursor);
          return said;
        }),
      );
      parts.wake();
      if (event.type !== "call-ringing") return;
      void lookUpCaller(parts, event.callId)
        .then(tell)
        .catch((error: unknown) => log.error({ callId: event.callId, error: String(error) }, "the look-up failed"));
    },
    skip: (cursor) => store.setCursor("box", cursor),
    log,
  });
}

type ApiNeeds = {
  parts: BridgeParts;
  verify: TokenVerifier;
  channels: OperatorChannels;
  exchange: Exchange | null;
  follower: BoxFollower;
};

function openApi(config: BridgeConfig, needs: ApiNeeds): ReturnType<typeof startApi> {
  const { parts, verify, channels, exchange, follower } = needs;
  const { store, log } = parts;
  return startApi({
    listen: config.listen,
    verify,
    channels,
    ticket: (ticketId) => store.ticket(ticketId),
    createTicket: (order, operator) => createTicketHere(parts, order, operator),
    updateTicket: (order, operator) => updateTicketHere(parts, order, operator),
    searchTickets: (search) => searchTickets(parts, search),
    health: () => ({ box: follower.state(), pendingTasks: store.pendingExchange() }),
    extend: (app) => exchange?.serveCallbacks(app),
    logRefusal: (reason, route) => log.warn({ reason, route }, "a request was refused"),
    logError: (error) => log.error({ error: String(error), stack: error.stack ?? "" }, "a request failed"),
  });
}
