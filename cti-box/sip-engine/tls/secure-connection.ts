/** A TLS connection to a peer whose certificate is of an authority that we believe and good for the name that was asked for (RFC 5922 §4, §7). */
import { once } from "node:events";
import { connect as connectPlainly, isIP } from "node:net";
import { connect, type SecureContext, type TLSSocket } from "node:tls";
import { describeNames, isGoodFor, subjectNames } from "./peer-names.ts";

/** Told to people: which name was expected, and what the certificate says. */
export class PeerNotTrusted extends Error {}

export type SecurePeer = {
  address: string;
  port: number;
  /** Domain or address that the URI names, never the target of an SRV record. */
  host: string;
  localAddress?: string | undefined;
};

/** Begins the handshake; what comes before its end is not to be written or read. {@link secured} waits for it. */
export function connectSecurely({ address, port, host, localAddress }: SecurePeer, context: SecureContext): TLSSocket {
  const below = connectPlainly({ host: address, port, localAddress, noDelay: true, keepAlive: true });
  return connect({
    socket: below,
    secureContext: context,
    ...(isIP(host) === 0 && { servername: host }),
    // Chain and names are both judged in `secured`, where the certificate can still be described.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
}

/** Rejects when there is no connection in time, and with {@link PeerNotTrusted} when it is not the peer that was asked for. */
export async function secured(socket: TLSSocket, host: string, deadlineMs: number): Promise<void> {
  await once(socket, "secureConnect", { signal: AbortSignal.timeout(deadlineMs) });
  const certificate = socket.getPeerCertificate();
  if (certificate.subject === undefined) throw new PeerNotTrusted(`${host} showed no certificate`);
  const names = subjectNames(certificate);
  if (!socket.authorized) {
    const why = String(socket.authorizationError);
    throw new PeerNotTrusted(
      `${host} showed a certificate that is not to be trusted (${why}): ${describeNames(names)}`,
    );
  }
  if (!isGoodFor(names, host))
    throw new PeerNotTrusted(`expected a certificate for ${host}, but its ${describeNames(names)}`);
}
