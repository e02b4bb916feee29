/** From a URI to a way there: a registered connection, an address, or a name looked up (A and AAAA; NAPTR and SRV come with `resolve/`). */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { parseSipUri } from "../message/sip-uri.ts";
import { isWildcard, type Flow, type Listener, type Protocol } from "../transport/flow.ts";
import type { Context } from "./context.ts";

export type NextHop =
  | { kind: "flow"; flow: Flow }
  /** No answer can come from there; `listener` is what the request would have left by. */
  | { kind: "unreachable"; listener: Listener; why: string }
  | { kind: "refused"; reason: string };

const spoken: readonly string[] = ["udp", "tcp", "ws"];

/** Finds the way. `preferred` is the dialog's own connection, used while it is open. */
export async function findNextHop(context: Context, uri: string, preferred: Flow | null): Promise<NextHop> {
  if (preferred?.isOpen()) return { kind: "flow", flow: preferred };
  const bound = context.bindings.flowTo(uri);
  if (bound) return { kind: "flow", flow: bound };
  const parsed = parseSipUri(uri);
  if (parsed === null) return { kind: "refused", reason: `invalid request-uri: ${uri}` };
  const { listeners } = context.transport;
  // UDP unless the URI says otherwise or no such socket is open (RFC 3263 §4.1).
  const usual = spoken.find((protocol) => listeners.some((each) => each.protocol === protocol)) ?? "udp";
  const transport = parsed.params.get("transport")?.toLowerCase() ?? usual;
  const listener = listeners.find((each) => each.protocol === transport);
  if (parsed.scheme === "sips" || !spoken.includes(transport) || listener === undefined) {
    return { kind: "refused", reason: "requested protocol/transport not available" };
  }
  const address = await addressOf(parsed.host);
  if (address === null) return { kind: "unreachable", listener, why: `no address for ${parsed.host}` };
  const peer = { protocol: transport as Protocol, address, port: parsed.port ?? 5060 };
  if (context.transport.isOurself(peer)) return { kind: "refused", reason: "can not send request to myself" };
  try {
    const flow = await context.transport.flowTo(peer);
    return flow === null
      ? { kind: "unreachable", listener, why: `no connection to ${address}:${peer.port}` }
      : { kind: "flow", flow };
  } catch (error) {
    return { kind: "unreachable", listener, why: (error as Error).message };
  }
}

async function addressOf(host: string): Promise<string | null> {
  const bare = host.replace(/^\[|\]$/g, "");
  if (isIP(bare) !== 0) return bare;
  // Reserved names never resolve (RFC 6761): a browser's Contact without its connection.
  if (bare.endsWith(".invalid")) return null;
  try {
    return (await lookup(bare)).address;
  } catch {
    return null;
  }
}

/** A flow that leads nowhere, for a request that has to be shown as sent and then answered 503. */
export function deadFlow(listener: Listener): Flow {
  const flow: Flow = {
    protocol: listener.protocol,
    listener,
    advertised: {
      host: listener.externalHost ?? (isWildcard(listener.host) ? "127.0.0.1" : listener.host),
      port: listener.port,
    },
    remoteAddress: "",
    remotePort: 0,
    id: "none",
    isOpen: () => false,
    towardsPort: () => flow,
    send: (_bytes, failed) => setImmediate(() => failed?.(new Error("unreachable"))),
  };
  return flow;
}
