/** What one secure listener shows to those who connect, and its connections to those they are made to. One owner (the listener) closes it. */
import { constants } from "node:crypto";
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TlsOptions as ServerOptions,
} from "node:tls";
import type { BoundedLog } from "../log.ts";
import { FollowedMaterial } from "./certificate-files.ts";
import type { TlsOptions } from "./tls-options.ts";

/** A server that takes new material while it runs: TLS and https alike. */
export type SecureServer = { setSecureContext(options: SecureContextOptions): void };

export class SecureMaterial {
  readonly #clients: NonNullable<TlsOptions["clients"]>;
  readonly #incoming: FollowedMaterial;
  readonly #outgoing: FollowedMaterial;
  #client: SecureContext;

  /** Throws, naming the files, when they cannot be used. */
  constructor(tls: TlsOptions, { what, log }: { what: string; log: BoundedLog }) {
    const { certFile, keyFile, caFile, clients = "none", outgoing = { certFile, keyFile } } = tls;
    const clientCaFile = clients === "none" ? undefined : (tls.clientCaFile ?? caFile);
    this.#clients = clients;
    this.#incoming = new FollowedMaterial({ certFile, keyFile, caFile: clientCaFile }, { what, log });
    this.#outgoing = new FollowedMaterial({ ...outgoing, caFile }, { what: `${what}, outgoing`, log });
    this.#client = createSecureContext(this.#outgoing.current);
    this.#outgoing.follow((renewed) => {
      this.#client = createSecureContext(renewed);
    });
  }

  /** For connections that we make: with the authorities to believe and our certificate for who asks. */
  get client(): SecureContext {
    return this.#client;
  }

  /** For a server; it is given new files through {@link follow}. */
  forServer(): ServerOptions {
    return { ...this.#withoutTickets(this.#incoming.current), ...this.#asking() };
  }

  follow(server: SecureServer): void {
    this.#incoming.follow((renewed) => server.setSecureContext(this.#withoutTickets(renewed)));
  }

  close(): void {
    this.#incoming.close();
    this.#outgoing.close();
  }

  #asking(): ServerOptions {
    return { requestCert: this.#clients !== "none", rejectUnauthorized: this.#clients === "require" };
  }

  /** A resumed session is believed without looking at its certificate again: where certificates decide, each connection shows its own. */
  #withoutTickets(material: SecureContextOptions): SecureContextOptions {
    return this.#clients === "none" ? material : { ...material, secureOptions: constants.SSL_OP_NO_TICKET };
  }
}
