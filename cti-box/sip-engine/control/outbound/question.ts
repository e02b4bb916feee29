/** The facts of a new request that its handler is told in the query (control protocol §11). */
import type { SipRequest } from "../../message/sip-message.ts";
import { parseNameAddress, parseSipUri } from "../../message/sip-uri.ts";
import { metaProtocol, type Flow } from "../../transport/flow.ts";

/** Names and values in the order in which they are told; then each parameter of the request-URI that none of them hides. */
export function questionAbout(request: SipRequest, source: Flow): URLSearchParams {
  const target = parseSipUri(request.uri);
  const question = new URLSearchParams({
    method: request.method,
    domain: target?.host ?? "",
    protocol: metaProtocol(source.protocol),
    source_address: source.remoteAddress,
    fromUser: userOf(request.headers.first("from")),
    toUser: userOf(request.headers.first("to")),
    uriUser: target?.user ?? "",
    contentType: request.headers.first("content-type") ?? "",
    uri: request.uri,
  });
  for (const [name, value] of target?.params ?? []) if (!question.has(name)) question.set(name, value ?? "");
  return question;
}

function userOf(nameAddress: string | undefined): string {
  return parseSipUri(parseNameAddress(nameAddress ?? "").uri)?.user ?? "";
}
