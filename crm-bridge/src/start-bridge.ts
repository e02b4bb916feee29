/** One office's bridge, put together: store, connector, follower of the box, exchange, API. */
import type { JWK } from "jose";
import { monotonicFactory } from "ulid";
import { startApi } from "./adapters/api/start-api.ts";
import { OperatorChannels } from "./adapters/api/operator-channels.ts";
import { createTokenVerifier } from "./adapters/api/verify-token.ts";
import { followBox } from "./adapters/box/follow-box.ts";
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
import { tokenCheck } from "./tupa/contract/office-tokens.ts";
import { hubName } from "./tupa/contract/office-tokens.ts";

export type RunningBridge = { url: string; close(): Promise<void> };

function connectorOf(config: BridgeConfig, store: SqliteTicketStore): Connector {
  const { connector } = config;
  if (connector.kind === "built-in")
    return createBuiltInConnector((ticketId) => store.atomically(() => store.nextNumber(ticketId)));
  return createRequestTrackerConnector(connector);
}

/** Starts the bridge. Rejects when its address or its store cannot be opened. */
export async function startBridge(config: BridgeConfig, log: Log = createBridgeLog()): Promise<RunningBridge> {
  const store = new SqliteTicketStore(config.dataDirectory);
  const connector = connectorOf(config, store);
  const verify = createTokenVerifier(config.box.url, config.office.officeId);
  const channels = new OperatorChannels(verify, store);
  const ulid = monotonicFactory();
  let exchange: Exchange | null = null;
  const crm = startCrmWorker({
    connector,
    due: () => store.dueCrm(Date.now()),
    done: (taskId) => store.taskDone(taskId),
    later: (taskId, pauseMs) => store.taskLater(taskId, Date.now() + pauseMs),
    log,
  });
  const parts: BridgeParts = {
    officeId: config.office.officeId,
    store,
    connector,
    news: channels,
    log,
    hasExchange: config.hub !== undefined,
    now: () => Date.now(),
    ulid: () => ulid(),
    wake: () => {
      exchange?.wake();
      crm.wake();
    },
  };
  const tell = (said: Said): void => said.forEach((say) => say());
  exchange = config.hub === undefined ? null : await openExchange({ ...config, hub: config.hub }, parts, tell);
  await seed(parts, config);
  const opened = exchange;
  const callbackCheck =
    config.hub === undefined
      ? null
      : tokenCheck(config.office.officeId, new Map([[hubName, config.hub.hubKey as JWK]]));
  const follower = followBox({
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
      if (event.type === "call-ringing") void lookUpCaller(parts, event.callId).then(tell);
    },
    skip: (cursor) => store.setCursor("box", cursor),
    log,
  });
  const api = await startApi({
    listen: config.listen,
    verify,
    channels,
    ticket: (ticketId) => store.ticket(ticketId),
    createTicket: (order, operator) => createTicketHere(parts, order, operator),
    updateTicket: (order, operator) => updateTicketHere(parts, order, operator),
    searchTickets: (search) => searchTickets(parts, search),
    health: () => ({ box: follower.state(), pendingTasks: store.dueExchange(Number.MAX_SAFE_INTEGER).length }),
    extend: (app) => {
      if (opened !== null && callbackCheck !== null) opened.serveCallbacks(app, callbackCheck);
    },
    logError: (error) => log.error({ error: String(error), stack: error.stack ?? "" }, "a request failed"),
  });
  return {
    url: api.url,
    close: async () => {
      follower.close();
      await api.close();
      await opened?.close();
      await crm.close();
      store.close();
    },
  };
}

/** Example tickets are put in once; a restart finds them there. */
async function seed(parts: BridgeParts, config: BridgeConfig): Promise<void> {
  for (const { ticketId, subject, description, category, ...person } of config.seedTickets) {
    if (parts.store.ticket(ticketId) !== null) continue;
    const order = {
      ticketId,
      subject,
      description,
      topic: { category },
      accessChannel: "phone",
      contactReason: "practice_status",
      priority: "normal",
      requester: person,
      contactId: null,
    } as const;
    await createTicketHere(parts, order, { login: "seed", role: "fo" });
  }
}
