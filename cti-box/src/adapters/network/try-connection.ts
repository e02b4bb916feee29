/** One try to reach one address, and what comes of it. None of these rejects; each closes what it opened. */
import { createSocket } from "node:dgram";
import { isIP, connect as connectPlainly } from "node:net";
import { connect as connectSecurely, type PeerCertificate, type TLSSocket } from "node:tls";
import { isGoodFor, subjectNames } from "../../../sip-engine/engine.ts";
import type { ReachOutcome } from "../../domain/trunk/trunk-trial.ts";

type Place = { address: string; port: number };

const connectWithinMs = 3_000;
/** A refused datagram is told by ICMP, at once or not at all. */
const refusalWithinMs = 1_000;

/** An empty line, as keep-alives are (RFC 5626 §3.5.1): no server answers it, but a machine on which nobody listens refuses it. */
export function tryDatagram({ address, port }: Place): Promise<ReachOutcome> {
  const socket = createSocket(isIP(address) === 6 ? "udp6" : "udp4");
  return settled(refusalWithinMs, { kind: "none" }, (done) => {
    socket.on("error", (error) => done(outcomeOf(error)));
    socket.connect(port, address, () => socket.send("\r\n\r\n"));
  }).finally(() => socket.close());
}

export function tryStream({ address, port }: Place): Promise<ReachOutcome> {
  const socket = connectPlainly({ host: address, port });
  return settled(connectWithinMs, { kind: "unreachable" }, (done) => {
    socket.on("error", (error) => done(outcomeOf(error)));
    socket.on("connect", () => done({ kind: "connected" }));
  }).finally(() => socket.destroy());
}

/** `host`: the name that the URI has, for which the certificate has to be good (RFC 5922). */
export function tryTls(to: Place & { host: string; authorities: string | null }): Promise<ReachOutcome> {
  const { address, port, host, authorities } = to;
  const socket = connectSecurely({
    host: address,
    port,
    ...(isIP(host) === 0 && { servername: host }),
    ...(authorities !== null && { ca: authorities }),
    // The certificate is judged below, where it can still be described.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  });
  return settled(connectWithinMs, { kind: "unreachable" }, (done) => {
    socket.on("error", (error) => done(outcomeOf(error)));
    socket.on("secureConnect", () => done(judged(socket, host)));
  }).finally(() => socket.destroy());
}

function judged(socket: TLSSocket, host: string): ReachOutcome {
  const certificate = socket.getPeerCertificate();
  if (certificate.subject === undefined) return { kind: "tls-failed", why: "no certificate" };
  if (!socket.authorized) return distrust(certificate, String(socket.authorizationError));
  const names = subjectNames(certificate);
  if (isGoodFor(names, host)) return { kind: "connected" };
  const shown = [...names.dns, ...names.uris, ...names.addresses];
  return { kind: "tls-name", names: shown.length > 0 ? shown : [names.commonName] };
}

function distrust(certificate: PeerCertificate, why: string): ReachOutcome {
  if (why.includes("CERT_HAS_EXPIRED")) return { kind: "tls-expired", untilMs: Date.parse(certificate.valid_to) };
  if (why.includes("CERT_NOT_YET_VALID")) return { kind: "tls-not-yet", fromMs: Date.parse(certificate.valid_from) };
  const issuer = certificate.issuer?.CN ?? certificate.issuer?.O;
  return { kind: "tls-authority", issuer: Array.isArray(issuer) ? issuer.join(", ") : (issuer ?? "") };
}

function outcomeOf(error: Error): ReachOutcome {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (code === "ECONNREFUSED") return { kind: "refused" };
  if (["ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "EHOSTDOWN"].includes(code))
    return { kind: "unreachable" };
  return { kind: "tls-failed", why: code === "" ? error.message : code };
}

function settled(
  withinMs: number,
  otherwise: ReachOutcome,
  begin: (done: (outcome: ReachOutcome) => void) => void,
): Promise<ReachOutcome> {
  return new Promise((resolve) => {
    const late = setTimeout(() => resolve(otherwise), withinMs);
    begin((outcome) => {
      clearTimeout(late);
      resolve(outcome);
    });
  });
}
