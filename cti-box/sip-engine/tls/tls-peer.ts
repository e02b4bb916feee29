/**
 * The verified owner of a connection, and the header that tells an application of it: `X-LA2-TLS-Peer: cn="trunk";uri="sip:carrier.example";dns="carrier.example"`.
 * Only the engine writes that header. What arrives from the network under its name is dropped, and it never leaves for the network.
 */
import type { TLSSocket } from "node:tls";
import { HeaderList } from "../message/header-list.ts";
import type { SipMessage } from "../message/sip-message.ts";
import { subjectNames, type SubjectNames } from "./peer-names.ts";

export const tlsPeerHeader = "X-LA2-TLS-Peer";
export const tlsPeerKey = tlsPeerHeader.toLowerCase();

export type TlsPeer = { names: SubjectNames; /** The header's value. */ told: string };

/** A certificate may carry many names; what no application would read is not told. */
const largestNames = 32;
const longestName = 255;

/** Null where the connection showed no certificate, or one of no authority that we believe. */
export function verifiedPeer(socket: TLSSocket): TlsPeer | null {
  const certificate = socket.authorized ? socket.getPeerCertificate() : null;
  // Without a certificate Node gives an empty object.
  if (certificate === null || certificate.subject === undefined) return null;
  const names = subjectNames(certificate);
  return { names, told: told(names) };
}

function told(names: SubjectNames): string {
  const parts: [kind: string, value: string][] = [
    ["cn", names.commonName],
    ...names.uris.map((value): [string, string] => ["uri", value]),
    ...names.dns.map((value): [string, string] => ["dns", value]),
    ...names.addresses.map((value): [string, string] => ["ip", value]),
  ];
  return parts
    .filter(([, value]) => value !== "" && value.length <= longestName)
    .slice(0, largestNames)
    .map(([kind, value]) => `${kind}="${quotable(value)}"`)
    .join(";");
}

/** RFC 3261 §25.1 quoted-string; control characters have no place in a name. */
function quotable(value: string): string {
  return value.replace(/["\\]/g, "\\$&").replace(/[\p{Cc}]/gu, "?");
}

/** The message with its sender's verified identity in front of the other headers, for the application. */
export function toldWith<T extends SipMessage>(message: T, peer: TlsPeer): T {
  const headers = new HeaderList().append(tlsPeerHeader, peer.told);
  for (const header of message.headers) headers.append(header.name, header.value);
  return { ...message, headers };
}
