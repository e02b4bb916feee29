/** What one secure listener shows to those who connect, and its connections to those they are made to. One owner (the listener) closes it. */
import { constants } from "node:crypto";
import {
  createSecureContext,
  type SecureContext,
  type SecureContextOptions,
  type TlsOptions as ServerOptions,
} from "node:tls";
import type { BoundedLog } from "../log.ts";
import { followMaterial, readMaterial, type CertificateFiles } from "./certificate-files.ts";
import type { TlsOptions } from "./tls-options.ts";

/** A server that takes new material while it runs: TLS and https alike. */
export type SecureServer = { setSecureContext(options: SecureContextOptions): void };

export class SecureMaterial {
  readonly #clients: NonNullable<TlsOptions["clients"]>;
  readonly #incoming: CertificateFiles;
  readonly #outgoing: CertificateFiles;
  readonly #following: (() => void)[] = [];
  readonly #how: { what: string; log: BoundedLog };
  #client: SecureContext;

  /** Throws, naming the files, when they cannot be used. */
  constructor(tls: TlsOptions, how: { what: string; log: BoundedLog }) {
    const { certFile, keyFile, caFile, clients = "none", outgoing = { certFile, keyFile } } = tls;
    this.#clients = clients;
    this.#how = how;
    this.#incoming = { certFile, keyFile, caFile: clients === "none" ? undefined : (tls.clientCaFile ?? caFile) };
    this.#outgoing = { ...outgoing, caFile };
    this.#client = createSecureContext(readMaterial(this.#outgoing, how.what));
    const renewed = (material: SecureContextOptions): void => {
      this.#client = createSecureContext(material);
    };
    this.#following.push(followMaterial(this.#outgoing, renewed, { ...how, what: `${how.what}, outgoing` }));
  }

  /** For connections that we make: with the authorities to believe and our certificate for who asks. */
  get client(): SecureContext {
    return this.#client;
  }

  /** For a server; it is given new files through {@link follow}. */
  forServer(): ServerOptions {
    return { ...this.#withoutTickets(readMaterial(this.#incoming, this.#how.what)), ...this.#asking() };
  }

  follow(server: SecureServer): void {
    const renewed = (material: SecureContextOptions): void => server.setSecureContext(this.#withoutTickets(material));
    this.#following.push(followMaterial(this.#incoming, renewed, this.#how));
  }

  close(): void {
    for (const stop of this.#following.splice(0)) stop();
  }

  #asking(): ServerOptions {
    return { requestCert: this.#clients !== "none", rejectUnauthorized: this.#clients === "require" };
  }

  /** A resumed session is believed without looking at its certificate again: where certificates decide, each connection shows its own. */
  #withoutTickets(material: SecureContextOptions): SecureContextOptions {
    return this.#clients === "none" ? material : { ...material, secureOptions: constants.SSL_OP_NO_TICKET };
  }
}
