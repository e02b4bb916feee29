/** What tells requests apart: the transaction they belong to, and what copies of one request share. */
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { Via } from "../message/via.ts";

/** RFC 3261 §17.2.3; the long key for peers of RFC 2543, whose branches are not unique. */
export function transactionKey(request: SipRequest, via: Via, method: string): string {
  const branch = via.params.get("branch") ?? "";
  // The cookie alone names nothing (RFC 4475 §3.2.1).
  if (branch.startsWith("z9hG4bK") && branch.length > 7)
    return `${branch}|${via.host.toLowerCase()}:${via.port ?? ""}|${method}`;
  const { headers } = request;
  const number = Number.parseInt(headers.first("cseq") ?? "", 10);
  return `${headers.first("call-id")}|${number}|${tagOf(headers.first("from"))}|${request.uri}|${branch}|${via.host}|${method}`;
}

/** What all copies of one INVITE have in common, whatever way they came (RFC 3261 §8.2.2.2). */
export function sharedKey({ headers }: SipRequest): string {
  const number = Number.parseInt(headers.first("cseq") ?? "", 10);
  return `${headers.first("call-id")}|${tagOf(headers.first("from"))}|${number}`;
}
