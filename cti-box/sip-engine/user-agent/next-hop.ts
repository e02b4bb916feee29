/** From a URI to a way there: a registered connection, an address, or a name looked up (RFC 3263, `resolve/`). */
import { parseSipUri } from "../message/sip-uri.ts";
import type { Ways } from "../resolve/ways.ts";
import { isWildcard, type Flow, type Listener } from "../transport/flow.ts";
import type { Found } from "../resolve/way-finder.ts";
import type { Context } from "./context.ts";

export type NextHop =
  /** `others`: what to try when this way fails; null where the peer is reached by this flow alone. */
  | { kind: "flow"; flow: Flow; others: Ways | null }
  /** No answer can come from there; `listener` is what the request would have left by. */
  | { kind: "unreachable"; listener: Listener; why: string }
  | { kind: "refused"; reason: string };

/**
 * Finds the way; at once where no name has to be looked up and no connection to be made. `preferred` is the dialog's own connection, used while it is open.
 * The promise never rejects.
 */
export function nextHop(context: Context, uri: string, preferred: Flow | null): NextHop | Promise<NextHop> {
  if (preferred?.isOpen()) {
    context.protection.called(preferred.remoteAddress);
    return { kind: "flow", flow: preferred, others: null };
  }
  const bound = context.bindings.flowTo(uri);
  if (bound) return { kind: "flow", flow: bound, others: null };
  const parsed = parseSipUri(uri);
  if (parsed === null) return { kind: "refused", reason: `invalid request-uri: ${uri}` };
  const found = context.ways.find(parsed);
  return found instanceof Promise ? found.then((ways) => firstWay(context, ways)) : firstWay(context, found);
}

/** {@link nextHop} for those who wait in any case. */
export async function findNextHop(context: Context, uri: string, preferred: Flow | null): Promise<NextHop> {
  return nextHop(context, uri, preferred);
}

function firstWay(context: Context, found: Found): NextHop | Promise<NextHop> {
  if (found.kind === "ourself") return { kind: "refused", reason: "can not send request to myself" };
  const { listeners } = context.transport;
  const protocol = found.kind === "ways" ? found.protocol : null;
  const listener = listeners.find((each) => each.protocol === protocol);
  if (found.kind === "not-spoken" || listener === undefined)
    return { kind: "refused", reason: "requested protocol/transport not available" };
  const { ways } = found;
  const hop = (flow: Flow | null): NextHop => {
    if (flow === null) return { kind: "unreachable", listener, why: ways.why };
    context.protection.called(flow.remoteAddress);
    return { kind: "flow", flow, others: ways };
  };
  const flow = ways.next();
  return flow instanceof Promise ? flow.then(hop) : hop(flow);
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
