/** All requests that the engine passes on at the moment, and what it remembers between two of them for a moment. */
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { HeaderList } from "../message/header-list.ts";
import { RouteSigner } from "./route-token.ts";

const rememberedMs = 2_000;
const largestRemembered = 10_000;

/** One proxied request, as far as others have to do with it. */
export interface Proxied {
  /** That of its server transaction. */
  readonly id: string;
  callerLeft(reasons: HeaderList): void;
  close(): void;
}

/** One owner of all proxied requests; each of them ends by its own timers. */
export class ProxiedRequests {
  readonly signer = new RouteSigner();
  readonly #open = new Map<string, Proxied>();
  readonly #challenges = new Map<string, { uri: string; untilMs: number }>();

  /** Requests that are not over: not answered yet, or with a branch that still may bring something. */
  get size(): number {
    return this.#open.size;
  }

  add(request: Proxied): void {
    this.#open.set(request.id, request);
  }

  remove(request: Proxied): void {
    this.#open.delete(request.id);
  }

  has(transaction: ServerTransaction): boolean {
    return this.#open.has(transaction.id);
  }

  /** The caller gave up: by CANCEL, or its connection is gone. The targets' CANCELs say why in `reasons`. */
  callerLeft(invite: ServerTransaction, reasons: HeaderList): void {
    this.#open.get(invite.id)?.callerLeft(reasons);
  }

  /** A target asked for credentials: the caller's next try shall reach the same one (control protocol §8). */
  rememberChallenge(response: SipResponse, uri: string): void {
    this.#forgetOld();
    for (const key of ["proxy-authenticate", "www-authenticate"]) {
      for (const line of response.headers.lines(key)) {
        const nonce = nonceOf(line);
        if (nonce !== null && this.#challenges.size < largestRemembered)
          this.#challenges.set(nonce, { uri, untilMs: performance.now() + rememberedMs });
      }
    }
  }

  /** The target that asked for the credentials that this request brings, if that was just now. */
  challengedBy({ headers }: SipRequest): string | null {
    this.#forgetOld();
    for (const key of ["proxy-authorization", "authorization"]) {
      for (const line of headers.lines(key)) {
        const known = this.#challenges.get(nonceOf(line) ?? "");
        if (known) return known.uri;
      }
    }
    return null;
  }

  close(): void {
    for (const proxied of this.#open.values()) proxied.close();
    this.#open.clear();
    this.#challenges.clear();
  }

  /** In the order of time: the first that is still good ends the search. */
  #forgetOld(): void {
    const now = performance.now();
    for (const [nonce, { untilMs }] of this.#challenges) {
      if (untilMs > now) return;
      this.#challenges.delete(nonce);
    }
  }
}

const noncePattern = /(?:^|[\s,])nonce\s*=\s*"([^"]{1,512})"/i;

function nonceOf(credentials: string): string | null {
  return noncePattern.exec(credentials)?.[1] ?? null;
}
