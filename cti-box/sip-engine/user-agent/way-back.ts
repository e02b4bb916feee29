/** Where the answer to a request goes, and the answer to one that is not worth a transaction. */
import { limits } from "../message/parse-message.ts";
import type { SipRequest } from "../message/sip-message.ts";
import { parseVia, withReceived, type Via } from "../message/via.ts";
import { writeMessage } from "../message/write-message.ts";
import { LimitedFlow } from "../protection/limited-flow.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse } from "./build-message.ts";

export type WayBack = { via: Via; back: Flow };

/** Where the answer goes (RFC 3261 §18.2.2, RFC 3581 §4); the top Via is completed with what was seen. Null without a readable Via. */
export function wayBack(request: SipRequest, source: Flow): WayBack | null {
  const top = request.headers.values("via")[0];
  const via = top === undefined ? null : parseVia(top);
  if (top === undefined || via === null) return null;
  const seen = { address: source.remoteAddress, port: source.remotePort };
  request.headers.replaceFirstValue("via", withReceived(top, via, seen));
  const isSymmetric = via.params.has("rport") || source.protocol !== "udp";
  return { via, back: isSymmetric ? source : source.towardsPort(via.port ?? 5060) };
}

/** 400 (505 for another version) without a transaction, to where it came from if its Via cannot be read; an ACK is never answered. */
export function refuseMalformed(request: SipRequest, source: Flow, fault: string): void {
  const vias = request.headers.values("via").length;
  if (request.method === "ACK" || vias === 0 || vias > limits.vias) return;
  const back = wayBack(request, source)?.back ?? source;
  const answer =
    fault === "version not supported"
      ? ([505, "Version Not Supported"] as const)
      : ([400, `Bad Request (${fault})`] as const);
  const bytes = writeMessage(ownResponse(request, answer));
  // To a stranger never more than it sent: what is wrong is left out first.
  const isTooLong = back instanceof LimitedFlow && bytes.length > back.stranger.budget.received;
  back.send(isTooLong ? writeMessage(ownResponse(request, [answer[0], "Bad Request"])) : bytes);
}
