/**
 * Contacts that registered over a connection (control protocol §10): the only way to reach a browser, whose Contact host (`xyz.invalid`) leads nowhere.
 * A binding lives as long as the registration and the connection, whichever ends first.
 */
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { parseNameAddress, parseSipUri } from "../message/sip-uri.ts";
import type { Flow } from "../transport/flow.ts";

const largestBindings = 50_000;

type Binding = {
  flow: Flow;
  untilMs: number;
  /** Who it belongs to: address of record of the registrar's, or the subscriber. */ owner: string;
};

export class Bindings {
  readonly #bound = new Map<string, Binding>();

  get size(): number {
    return this.#bound.size;
  }

  /** The open connection behind a request-URI, or null. */
  flowTo(uri: string): Flow | null {
    const key = keyOf(uri);
    const binding = key === null ? undefined : this.#bound.get(key);
    if (key === null || binding === undefined) return null;
    if (this.#isAlive(binding)) return binding.flow;
    this.#bound.delete(key);
    return null;
  }

  /** Learns from the 2xx that the application gave to a REGISTER or SUBSCRIBE over a connection. */
  learn(request: SipRequest, response: SipResponse, flow: Flow): void {
    if (flow.protocol === "udp") return;
    const ownerHeader = request.headers.first(request.method === "REGISTER" ? "to" : "from");
    const owner = keyOf(parseNameAddress(ownerHeader ?? "").uri) ?? "";
    for (const contact of request.headers.values("contact")) {
      const address = parseNameAddress(contact);
      const key = keyOf(address.uri);
      if (key === null) continue;
      const known = this.#bound.get(key);
      // A contact that somebody else has a living connection for is not taken over by claiming it.
      if (known !== undefined && known.owner !== owner && known.flow.id !== flow.id && this.#isAlive(known)) continue;
      const seconds = grantedSeconds(address.uri, request, response);
      if (seconds <= 0) this.#bound.delete(key);
      else if (known !== undefined || this.#bound.size < largestBindings)
        this.#bound.set(key, { flow, untilMs: Date.now() + seconds * 1_000, owner });
    }
  }

  /** A connection is gone, and with it everything registered through it. */
  forget(flow: Flow): void {
    for (const [key, binding] of this.#bound) if (binding.flow.id === flow.id) this.#bound.delete(key);
  }

  #isAlive(binding: Binding): boolean {
    return binding.untilMs > Date.now() && binding.flow.isOpen();
  }
}

function keyOf(uri: string): string | null {
  const parsed = parseSipUri(uri);
  return parsed === null ? null : `${parsed.user ?? ""}@${parsed.host}:${parsed.port ?? ""}`;
}

/** Expiry that the answer grants to this contact: its own parameter, else the header, else what was asked for. */
function grantedSeconds(uri: string, request: SipRequest, response: SipResponse): number {
  const key = keyOf(uri);
  for (const contact of response.headers.values("contact")) {
    const address = parseNameAddress(contact);
    const expires = address.params.get("expires");
    if (keyOf(address.uri) === key && expires) return Number(expires) || 0;
  }
  const asked = request.headers
    .values("contact")
    .map(parseNameAddress)
    .find((each) => each.uri === uri)
    ?.params.get("expires");
  // A registrar that lists contacts but not this one has removed it.
  if (asked === "0" || request.headers.first("expires") === "0") return 0;
  return Number(response.headers.first("expires") ?? asked ?? request.headers.first("expires") ?? 3_600) || 0;
}
