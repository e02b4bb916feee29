/** The office as its API shows it, from the configuration. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { ApiOptions } from "./adapters/api/api-parts.ts";
import type { OfficeConfig } from "./config.ts";
import type { SipWebSocket } from "./sip-contacts.ts";

/** Throws when a certificate file cannot be read. */
export function apiOptionsFrom(config: OfficeConfig, webSocket: SipWebSocket | null): ApiOptions {
  const { api } = config;
  const labels = new Map(config.queues.map((queue) => [queue.queueId, queue.label]));
  return {
    listen: api.listen,
    publicUrl: api.publicUrl ?? null,
    tls: api.tls === undefined ? null : { cert: readFileSync(api.tls.certFile), key: readFileSync(api.tls.keyFile) },
    office: config.office,
    operators: config.operators.map((operator) => ({
      ...operator,
      queues: queuesOf(operator.queues, labels),
    })),
    network: config.network.offices.map((office) => ({
      officeId: office.officeId,
      label: office.label,
      status: office.status,
      topics: office.topics,
      languages: office.languages,
      hours: office.hours ?? (office.officeId === config.office.officeId ? config.office.hours : undefined) ?? null,
    })),
    transferPermissions: config.outbound?.transfers ?? {},
    crmBridge: config.crmBridge ?? null,
    wallboardKey: config.wallboard?.key ?? null,
    sipWebSocket: webSocket?.kind === "through-box" ? { host: webSocket.host, port: webSocket.port } : null,
    sipWebSocketUrl: webSocket?.kind === "direct" ? webSocket.url : "/sip",
    softphoneDirectory:
      config.softphoneDirectory ?? fileURLToPath(new URL("../../softphone/dist/renderer", import.meta.url)),
    iceServers: [],
  };
}

/** An operator without queues of its own serves all of them. */
function queuesOf(own: readonly string[], labels: ReadonlyMap<string, string>): { queueId: string; label: string }[] {
  const queueIds = own.length > 0 ? own : [...labels.keys()];
  return queueIds.map((queueId) => ({ queueId, label: labels.get(queueId) ?? queueId }));
}
