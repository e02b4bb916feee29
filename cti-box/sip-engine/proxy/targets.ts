/** Targets of a proxied request: URIs in a form that can be compared, and the ones that a redirection names. */
import { parseNameAddress, parseSipUri } from "../message/sip-uri.ts";
import type { SipResponse } from "../message/sip-message.ts";
import type { Redirect } from "./response-state.ts";

/** Two URIs that lead to the same place for the same user have the same form (RFC 3261 §19.1.4, the parts that matter for the way). */
export function comparable(uri: string): string {
  const parsed = parseSipUri(uri);
  if (parsed === null) return uri.trim().toLowerCase();
  const { scheme, user, host, port, params } = parsed;
  return `${scheme}:${user ?? ""}@${host}:${port ?? ""};${params.get("transport")?.toLowerCase() ?? ""}`;
}

export function redirectOf(uri: string): Redirect {
  return { uri, key: comparable(uri) };
}

/** Contacts of a 3xx that can be tried from here, the most wanted first (RFC 3261 §8.1.3.4). */
export function redirectsOf(response: SipResponse): Redirect[] {
  if (response.status < 300 || response.status > 399) return [];
  return response.headers
    .values("contact")
    .map((value) => parseNameAddress(value))
    .filter(({ uri }) => parseSipUri(uri) !== null)
    .map(({ uri, params }) => ({ uri, q: preference(params.get("q")) }))
    .sort((one, other) => other.q - one.q)
    .map(({ uri }) => redirectOf(withoutHeaders(uri)));
}

function preference(q: string | null | undefined): number {
  const value = Number(q ?? "1");
  return value >= 0 && value <= 1 ? value : 0;
}

/** Headers in a URI would be made part of the request by whoever follows it: nobody but the caller may do so (RFC 3261 §19.1.5). */
function withoutHeaders(uri: string): string {
  const at = uri.indexOf("?");
  return at === -1 ? uri : uri.slice(0, at);
}
