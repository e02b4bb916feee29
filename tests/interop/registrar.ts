/** The registrar of the tests' exchange: digest with the algorithms it is told, one contact for each user. */
import { randomBytes } from "node:crypto";
import type Srf from "drachtio-srf";
import {
  challengeOf,
  proves,
  readCredentials,
  type DigestAlgorithm,
} from "../../cti-box/src/adapters/sip/headers/digest.ts";

export type Subscribers = {
  realm: string;
  /** What that user is offered, in this order, each in a challenge of its own (RFC 8760): baresip 1.0 gives up where MD5 is not alone. */
  algorithmsFor: (user: string) => readonly DigestAlgorithm[];
  passwords: ReadonlyMap<string, string>;
};

export type Registration = {
  contact: string;
  algorithm: DigestAlgorithm;
  /** Transport that the engine tells the application: `udp`, `tcp`, `tls` … */
  protocol: string;
};

export class Registrar {
  private readonly subscribers: Subscribers;
  private readonly nonces = new Set<string>();
  private readonly registrations = new Map<string, Registration>();

  constructor(srf: Srf, subscribers: Subscribers) {
    this.subscribers = subscribers;
    srf.use("register", (request, response) => this.receive(request, response));
  }

  of(user: string): Registration | undefined {
    return this.registrations.get(user);
  }

  private receive(request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    const proved = this.prove(request);
    if (proved === null) return this.challenge(request, response);
    const contact = request.get("contact") ?? "";
    const uri = /<([^>]+)>/.exec(contact)?.[1] ?? contact;
    const expires = /;expires=(\d+)/i.exec(contact)?.[1] ?? (request.has("expires") ? request.get("expires") : "300");
    if (expires === "0" || contact === "*") this.registrations.delete(proved.user);
    else {
      const { protocol } = request;
      this.registrations.set(proved.user, { contact: uri, algorithm: proved.algorithm, protocol });
    }
    response.send(200, { headers: { Contact: `<${uri}>;expires=${expires}` } });
  }

  private challenge(request: Srf.SrfRequest, response: Srf.SrfResponse): void {
    const nonce = randomBytes(12).toString("hex");
    this.nonces.add(nonce);
    const { realm, algorithmsFor } = this.subscribers;
    const user = /sips?:([^@>;]+)@/i.exec(request.get("to"))?.[1] ?? "";
    const challenges = algorithmsFor(user).map((algorithm) => challengeOf(realm, nonce, { algorithm, isStale: false }));
    const { headers } = (response as unknown as { msg: { headers: Record<string, unknown> } }).msg;
    headers["www-authenticate"] = { parsed: challenges };
    response.send(401);
  }

  private prove(request: Srf.SrfRequest): { user: string; algorithm: DigestAlgorithm } | null {
    const credentials = readCredentials(request.get("authorization") ?? "");
    if (credentials === null || !this.nonces.has(credentials.nonce)) return null;
    const password = this.subscribers.passwords.get(credentials.username);
    if (password === undefined || !proves(credentials, { method: "REGISTER", password })) return null;
    return { user: credentials.username, algorithm: credentials.algorithm };
  }
}
