/** The user agent: owner of sockets, transactions, dialogs and of what the applications asked for. */
import { CallRecords } from "../cdr/call-records.ts";
import { Applications } from "../control/applications.ts";
import type { DialogOptions } from "../dialog/dialog-options.ts";
import { DialogStore } from "../dialog/dialog-store.ts";
import type { BoundedLog } from "../log.ts";
import { faultOf, parseMessage } from "../message/parse-message.ts";
import { newWorkCounters } from "../metrics/work-counters.ts";
import type { SipResponse } from "../message/sip-message.ts";
import { parseVia } from "../message/via.ts";
import { bareFlow, LimitedFlow } from "../protection/limited-flow.ts";
import { Protection } from "../protection/protection.ts";
import type { ProtectionOptions } from "../protection/protection-options.ts";
import { ProxiedRequests } from "../proxy/proxied-requests.ts";
import { WayFinder } from "../resolve/way-finder.ts";
import { Remnants } from "../transaction/remnants.ts";
import { timerValues, type TimerOptions } from "../transaction/timers.ts";
import { tlsPeerKey } from "../tls/tls-peer.ts";
import { usualTimes, type ConnectionTimes } from "../transport/connection-watch.ts";
import type { Flow, Listener } from "../transport/flow.ts";
import { TransportLayer } from "../transport/transport-layer.ts";
import type { MessageTap } from "../watch/tap.ts";
import { AcceptedInvites } from "./accepted-invites.ts";
import { Bindings } from "./bindings.ts";
import { receiveLate } from "./client-remnants.ts";
import type { Context, SessionSettings } from "./context.ts";
import { IdsByDialog } from "./ids-by-dialog.ts";
import { connectionClosed } from "./connection-closed.ts";
import { receiveRequest } from "./receive-request.ts";
import { refuseMalformed } from "./way-back.ts";

/** What is held in memory now; all of it is zero when nothing goes on. */
export type EngineLoad = { transactions: number; dialogs: number; unacknowledged: number; bindings: number };

export type EngineCoreOptions = {
  listeners: readonly Listener[];
  timers: TimerOptions;
  log: BoundedLog;
  /** What every message passes that comes or goes; null: nobody watches. */
  tap: MessageTap | null;
  /** Name servers; empty: those of the system. */
  dnsServers: readonly string[];
  protection: ProtectionOptions;
  dialogs: DialogOptions;
  /** Call detail records. */
  cdrs: boolean;
  connections: Partial<ConnectionTimes>;
};

export class EngineCore {
  readonly context: Context;

  private constructor(context: Context) {
    this.context = context;
  }

  static async open(options: EngineCoreOptions): Promise<EngineCore> {
    const timers = timerValues(options.timers);
    const { log } = options;
    const protection = new Protection(options.protection, log);
    const applications = new Applications();
    const context: Omit<Context, "transport" | "ways"> = {
      timers,
      log,
      protection,
      sessions: sessionSettings(options.dialogs),
      counters: newWorkCounters(),
      records: options.cdrs ? new CallRecords(applications) : null,
      nat: options.dialogs.natDetection ?? "usual",
      applications,
      dialogs: new DialogStore(),
      bindings: new Bindings(),
      accepted: new AcceptedInvites(timers),
      proxied: new ProxiedRequests(),
      servers: new Map(),
      invites: new Map(),
      serversById: new Map(),
      serverUses: new Map(),
      updates: new Map(),
      reliable: new Map(),
      answered: new Remnants(timers.timeout),
      clients: new Map(),
      clientsById: new Map(),
      clientUses: new Map(),
      accomplished: new Remnants(timers.timeout),
      invitesOfOurs: new IdsByDialog(),
      invitesOfTheirs: new IdsByDialog(),
    };
    // Nothing arrives before the sockets are open, and they are all opened here.
    let core: EngineCore | null = null;
    const { tap } = options;
    const transport = await TransportLayer.open(options.listeners, {
      events: {
        received: (bytes, flow) => {
          tap?.("received", bytes, flow);
          core?.receive(bytes, flow);
        },
        sent: tap === null ? undefined : (bytes, flow) => tap("sent", bytes, flow),
        admits: (address) => protection.admits(address),
        admitConnection: (address, close) => protection.admitConnection(address, close),
        closed: (flow) => {
          context.bindings.forget(flow);
          if (core) connectionClosed(core.context, flow);
        },
      },
      log,
      times: { ...usualTimes, ...options.connections },
    });
    const ways = new WayFinder(transport, { dnsServers: options.dnsServers });
    core = new EngineCore(Object.assign(context, { transport, ways }));
    return core;
  }

  load(): EngineLoad {
    const { servers, answered, clients, accomplished, dialogs, accepted, bindings, proxied, reliable, updates } =
      this.context;
    const { early, confirmed } = dialogs.count();
    const atWork = servers.size + clients.size + proxied.size + early + reliable.size + updates.size;
    return {
      // A proxied request ends after its transactions, an early dialog belongs to one: what waits is part of the same work.
      transactions: atWork + answered.size + accomplished.size,
      dialogs: confirmed,
      unacknowledged: accepted.size,
      bindings: bindings.size,
    };
  }

  async close(): Promise<void> {
    const { servers, answered, clients, accomplished, accepted, dialogs, proxied, reliable, transport, ways } =
      this.context;
    dialogs.close();
    for (const answers of reliable.values()) answers.close();
    this.context.records?.close();
    answered.close();
    accomplished.close();
    accepted.close();
    proxied.close();
    for (const transaction of servers.values()) transaction.abandon();
    for (const transaction of clients.values()) transaction.abandon();
    servers.clear();
    clients.clear();
    ways.close();
    await transport.close();
  }

  /** Bytes from a peer. Whatever they are, no exception gets back to the socket. */
  receive(bytes: Buffer, from: Flow): void {
    const flow = this.context.protection.wayFor(from, bytes.length);
    try {
      const parsed = parseMessage(bytes);
      if (!parsed.ok) return this.#refuseUnreadable(parsed, flow);
      // Who a peer is, is found out by us and not told by it.
      parsed.message.headers.remove(tlsPeerKey);
      if (parsed.message.kind === "request") receiveRequest(this.context, parsed.message, flow);
      else this.#receiveResponse(parsed.message, flow);
    } catch (error) {
      this.context.log.write("error", "handling a message failed", { from: flow.remoteAddress, error: String(error) });
    }
    // What no transaction has taken into use serves others.
    if (flow instanceof LimitedFlow) flow.stranger.budget.settle();
  }

  #receiveResponse(response: SipResponse, flow: Flow): void {
    const top = response.headers.values("via")[0];
    const fault = faultOf(response);
    if (fault !== null) {
      this.context.log.write("warn", "malformed response dropped", { from: flow.remoteAddress, fault });
      this.context.protection.malformed(flow);
      return;
    }
    const branch = (top === undefined ? null : parseVia(top))?.params.get("branch");
    const method = /\s(\S+)\s*$/.exec(response.headers.first("cseq") ?? "")?.[1];
    const key = `${branch}|${method}`;
    const transaction = this.context.clients.get(key);
    if (transaction === undefined) {
      if (!receiveLate(this.context, key, { response, flow: bareFlow(flow) })) this.context.protection.stray(flow);
      return;
    }
    // Only who got our request knows its branch.
    if (response.status >= 200 && response.status < 300) this.context.protection.good(flow);
    else this.context.protection.proven(flow);
    transaction.receive(response, bareFlow(flow));
  }

  /** 400 where enough could be read to address it (RFC 3261 §8.2, §16.3). */
  #refuseUnreadable(parsed: Extract<ReturnType<typeof parseMessage>, { ok: false }>, flow: Flow): void {
    this.context.log.write("warn", "unreadable message", { from: flow.remoteAddress, reason: parsed.reason });
    if (this.context.protection.malformed(flow) && parsed.partial?.kind === "request")
      refuseMalformed(parsed.partial, flow, parsed.reason);
  }
}

function sessionSettings(options: DialogOptions): SessionSettings {
  const { sessionRefresher = "none", sessionExpiresSeconds = null, secondMs = 1_000 } = options;
  return { policy: { refresher: sessionRefresher, everyCallSeconds: sessionExpiresSeconds }, secondMs };
}
