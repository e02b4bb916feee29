/**
 * A request made ready for its way: built for the first target and, where it is too long for a datagram, for a connection instead (RFC 3261 §18.1.1). Via and
 * Contact name the transport that is really used. Without a promise where the way is known and needs no new connection.
 */
import { HeaderList } from "../message/header-list.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { parseSipUri } from "../message/sip-uri.ts";
import type { Flow } from "../transport/flow.ts";
import { buildRequest, type Built } from "../user-agent/build-message.ts";
import { newBranch, type Context } from "../user-agent/context.ts";
import { deadFlow, nextHop, type NextHop } from "../user-agent/next-hop.ts";
import type { Ways } from "./ways.ts";

/** The request for a flow: called again for each target that is tried. */
export type Build = (flow: Flow, branch: string) => Built<SipRequest>;

export type PreparedRequest =
  | { kind: "ready"; request: SipRequest; flow: Flow; branch: string; others: Ways | null }
  | { kind: "refused"; reason: string };

/** The longest request that goes in a datagram where the path's MTU is not known. Bytes. */
const longestDatagram = 1_300;

export type PreparedOrder = {
  /** Where to: request-URI, route, or the dialog's next hop. */
  uri: string;
  /** The dialog's own connection, used while it is open. */
  preferred: Flow | null;
  build: Build;
};

/** Finds the way and builds the request for it, then hands it to `use`: at once where nothing has to be waited for, else there is a promise. */
export function whenPrepared(
  context: Context,
  order: PreparedOrder,
  use: (prepared: PreparedRequest) => void,
): Promise<void> | undefined {
  const prepare = (hop: NextHop): PreparedRequest | Promise<PreparedRequest> => prepared(context, hop, order);
  const hop = nextHop(context, order.uri, order.preferred);
  const made = hop instanceof Promise ? hop.then(prepare) : prepare(hop);
  if (made instanceof Promise) return made.then(use);
  use(made);
  return undefined;
}

function prepared(
  context: Context,
  hop: NextHop,
  { uri, build }: PreparedOrder,
): PreparedRequest | Promise<PreparedRequest> {
  if (hop.kind === "refused") return hop;
  if (hop.kind === "unreachable") return built(build, { flow: deadFlow(hop.listener), others: null });
  const short = built(build, hop);
  const isLong = short.kind === "ready" && hop.flow.protocol === "udp" && sizeOf(short.request) > longestDatagram;
  if (!isLong || !context.ways.speaks("tcp")) return short;
  const found = context.ways.findLong(hop.others === null ? null : parseSipUri(uri), hop.flow);
  const along = (ways: Ways): PreparedRequest | Promise<PreparedRequest> => {
    const others = ways.followedBy(hop.others);
    const again = (flow: Flow | null): PreparedRequest =>
      flow === null || flow.id === hop.flow.id ? { ...short, others } : built(build, { flow, others });
    const flow = others.next();
    return flow instanceof Promise ? flow.then(again) : again(flow);
  };
  return found instanceof Promise ? found.then(along) : along(found);
}

/** Builds a new request outside of dialogs: the same From, To, Call-ID and CSeq for every target. */
export function sameRequest(given: SipRequest): Build {
  let fixed: SipRequest | null = null;
  return (flow, branch) => {
    const made = buildRequest(fixed ?? given, flow, branch);
    if (made.ok) fixed ??= { ...given, headers: withIdentity(given.headers, made.message.headers) };
    return made;
  };
}

function withIdentity(given: HeaderList, built: HeaderList): HeaderList {
  const headers = given.copy();
  for (const name of ["From", "To", "Call-ID", "CSeq"]) headers.set(name, built.first(name.toLowerCase()) ?? "");
  return headers;
}

function built(build: Build, { flow, others }: { flow: Flow; others: Ways | null }): PreparedRequest {
  const branch = newBranch();
  const made = build(flow, branch);
  return made.ok
    ? { kind: "ready", request: made.message, flow, branch, others }
    : { kind: "refused", reason: made.reason };
}

/** Bytes on the wire, Content-Length included. */
function sizeOf({ method, uri, headers, body }: SipRequest): number {
  let bytes = method.length + Buffer.byteLength(uri) + 14 + 24 + body.length;
  for (const { name, value } of headers) bytes += name.length + Buffer.byteLength(value) + 4;
  return bytes;
}
