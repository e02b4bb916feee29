/**
 * Listening addresses as SIP URIs (control protocol §10): `sip:host[:port][;transport=udp,tcp|ws]`, `sips:host[:port];transport=tls|wss`. `*` is every address.
 * Each may have an external address, a local net, DNS names and certificates of its own.
 */
import { isIP } from "node:net";
import { problemsOfTls, type TlsOptions } from "../tls/tls-options.ts";
import { isPrivateAddress, isSecure, type Listener, type Protocol } from "./flow.ts";
import { parseLocalNet } from "./local-net.ts";

export type ContactOptions = {
  uri: string;
  /** Address (or host name) told to peers outside of the local net, where the machine stands behind NAT; default: that of all contacts. */
  externalIp?: string;
  /** Networks whose peers are told the bound address, as `192.0.2.0/24,2001:db8::/32`; default: the private networks. */
  localNet?: string;
  /** DNS names of this address: requests and routes to them are meant for the engine. */
  names?: readonly string[];
  /** In place of the same of all contacts. */
  tls?: Partial<TlsOptions>;
  /** Origins of pages that may connect, as `https://office.example`; default: those of all contacts. */
  pageOrigins?: readonly string[];
};

/** What holds for every contact that says nothing else. */
export type AllContacts = {
  externalIp?: string | undefined;
  tls?: TlsOptions | undefined;
  pageOrigins?: readonly string[] | undefined;
};

export type ContactProblems = { problems: string[] };

const contactPattern = /^(sips?):(\*|\[[0-9a-fA-F:.]+\]|[^:;?@\s[\]]+)(?::(\d{1,5}))?((?:;[^?\s]*)?)$/i;
const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/i;
const plainProtocols: readonly string[] = ["udp", "tcp", "ws"] satisfies Protocol[];
const secureProtocols: readonly string[] = ["tls", "wss"] satisfies Protocol[];

/** All listeners of one contact, or everything that is wrong with it. Port 0 asks for any free port. */
export function parseContact(contact: string | ContactOptions, all: AllContacts): Listener[] | ContactProblems {
  const options: ContactOptions = typeof contact === "string" ? { uri: contact } : contact;
  const problems: string[] = [];
  const isLocal = options.localNet === undefined ? isPrivateAddress : parseLocalNet(options.localNet);
  if (isLocal === null) problems.push(`has a local net that is not of the form 192.0.2.0/24: ${options.localNet}`);
  const externalHost = options.externalIp ?? all.externalIp ?? null;
  if (externalHost !== null && isIP(externalHost) === 0 && !hostName.test(externalHost))
    problems.push(`has an external address that is neither an address nor a name: ${externalHost}`);
  for (const name of options.names ?? []) if (!hostName.test(name)) problems.push(`has a name that is none: ${name}`);
  const place = placeOf(options.uri, problems);
  const tls = place?.isSecure === true ? tlsOf(options, all, problems) : null;
  if (problems.length > 0 || place === null || isLocal === null) return { problems };
  return place.protocols.map((protocol) => ({
    contact: options.uri,
    protocol,
    host: place.host,
    port: place.port,
    externalHost,
    isLocal,
    hasLocalNet: options.localNet !== undefined,
    names: (options.names ?? []).map((name) => name.toLowerCase()),
    tls,
    pageOrigins: (options.pageOrigins ?? all.pageOrigins)?.map((origin) => origin.toLowerCase()) ?? null,
  }));
}

type Place = { host: string; port: number; isSecure: boolean; protocols: Protocol[] };

function placeOf(uri: string, problems: string[]): Place | null {
  const [whole, scheme = "", host = "", port, params = ""] = contactPattern.exec(uri.trim()) ?? [];
  if (whole === undefined) {
    problems.push("is not of the form sip:host:port;transport=udp,tcp or sips:host:port;transport=tls");
    return null;
  }
  const named = /;transport=([^;]*)/i.exec(params)?.[1]?.toLowerCase().split(",") ?? null;
  // `sip:…;transport=tls` says the same as `sips:`, and many write it so.
  const isSecureContact = scheme.toLowerCase() === "sips" || named?.every((each) => isSecure(each)) === true;
  const spoken = isSecureContact ? secureProtocols : plainProtocols;
  const wanted = named ?? (isSecureContact ? ["tls"] : ["udp", "tcp"]);
  const unknown = wanted.filter((one) => !spoken.includes(one));
  if (unknown.length > 0)
    problems.push(
      `names a transport that does not go with it: ${unknown.join(", ")} (sip: udp, tcp, ws; sips: tls, wss)`,
    );
  const connected = wanted.filter((one) => one !== "udp");
  if (connected.length > 1)
    problems.push(`names transports that cannot share a port: ${connected.join(", ")} (a contact for each)`);
  const number = port === undefined ? (isSecureContact ? 5_061 : 5_060) : Number(port);
  if (number > 65_535) problems.push("has a port above 65535");
  const address = host === "*" ? "0.0.0.0" : host.replace(/^\[|\]$/g, "");
  return { host: address, port: number, isSecure: isSecureContact, protocols: wanted as Protocol[] };
}

function tlsOf({ tls: own }: ContactOptions, all: AllContacts, problems: string[]): TlsOptions | null {
  const { certFile = all.tls?.certFile, keyFile = all.tls?.keyFile } = own ?? {};
  if (certFile === undefined || keyFile === undefined) {
    problems.push("needs a certificate and its key (tls-cert, tls-key)");
    return null;
  }
  const tls = { ...all.tls, ...own, certFile, keyFile };
  // Those of all contacts are looked at once, for all of them.
  if (own !== undefined) problems.push(...problemsOfTls(tls));
  return tls;
}
