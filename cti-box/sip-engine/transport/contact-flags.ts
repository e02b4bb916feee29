/**
 * Contacts on the command line. What stands after a `--contact` holds for that one, what stands before the first for all that say nothing else, as with
 * drachtio-server: `--external-ip 203.0.113.7 --contact "sip:10.0.0.7:5060" --local-net 10.0.0.0/8 --contact "sips:10.0.0.7:5061" --dns-name sip.office.example`.
 */
import { InvalidEngineOptions, type SipEngineOptions } from "../engine-options.ts";
import type { TlsOptions } from "../tls/tls-options.ts";
import type { ContactOptions } from "./contact.ts";

export const contactFlags = {
  contact: { type: "string", multiple: true },
  "external-ip": { type: "string", multiple: true },
  "local-net": { type: "string", multiple: true },
  "dns-name": { type: "string", multiple: true },
  "page-origin": { type: "string", multiple: true },
  "tls-cert": { type: "string", multiple: true },
  "tls-key": { type: "string", multiple: true },
  "tls-ca": { type: "string", multiple: true },
  "tls-clients": { type: "string", multiple: true },
  "tls-client-ca": { type: "string", multiple: true },
  "tls-outgoing-cert": { type: "string", multiple: true },
  "tls-outgoing-key": { type: "string", multiple: true },
} as const;

/** One word of the command line, as `parseArgs` with `tokens` gives it. */
export type Token = { kind: string; name?: string; value?: string | undefined };

type Said = Omit<ContactOptions, "uri" | "names" | "pageOrigins"> & { names: string[]; pageOrigins: string[] };
type Found = Pick<SipEngineOptions, "contacts" | "externalIp" | "tls" | "pageOrigins">;

/** Throws {@link InvalidEngineOptions} with all that cannot be read. */
export function contactsFrom(tokens: readonly Token[]): Found {
  const problems: string[] = [];
  const all: Said = { names: [], pageOrigins: [] };
  const contacts: (Said & { uri: string })[] = [];
  for (const { kind, name, value } of tokens) {
    if (kind !== "option" || name === undefined || value === undefined || !(name in contactFlags)) continue;
    if (name === "contact") contacts.push({ uri: value, names: [], pageOrigins: [] });
    else take(contacts.at(-1) ?? all, { name: name as keyof typeof contactFlags, value }, problems);
  }
  if (all.localNet !== undefined || all.names.length > 0)
    problems.push("local-net, dns-name: stand after the --contact that they are about");
  const tls = all.tls === undefined ? undefined : wholeTls(all.tls, problems);
  if (problems.length > 0) throw new InvalidEngineOptions(problems);
  return {
    contacts: contacts.map(({ names, pageOrigins, ...rest }) => ({
      ...rest,
      ...(names.length > 0 && { names }),
      ...(pageOrigins.length > 0 && { pageOrigins }),
    })),
    ...(all.externalIp !== undefined && { externalIp: all.externalIp }),
    ...(tls !== undefined && { tls }),
    ...(all.pageOrigins.length > 0 && { pageOrigins: all.pageOrigins }),
  };
}

function take(
  said: Said,
  { name, value }: { name: keyof typeof contactFlags; value: string },
  problems: string[],
): void {
  const tls = (more: Partial<TlsOptions>): void => {
    said.tls = { ...said.tls, ...more };
  };
  const outgoing = (more: Partial<NonNullable<TlsOptions["outgoing"]>>): void =>
    tls({ outgoing: { ...(said.tls?.outgoing ?? { certFile: "", keyFile: "" }), ...more } });
  switch (name) {
    case "contact":
      return;
    case "external-ip":
      said.externalIp = value;
      return;
    case "local-net":
      said.localNet = said.localNet === undefined ? value : `${said.localNet},${value}`;
      return;
    case "dns-name":
      said.names.push(value);
      return;
    case "page-origin":
      said.pageOrigins.push(value);
      return;
    case "tls-cert":
      return tls({ certFile: value });
    case "tls-key":
      return tls({ keyFile: value });
    case "tls-ca":
      return tls({ caFile: value });
    case "tls-clients":
      if (value === "none" || value === "request" || value === "require") return tls({ clients: value });
      problems.push(`tls-clients: ${value} is not none, request or require`);
      return;
    case "tls-client-ca":
      return tls({ clientCaFile: value });
    case "tls-outgoing-cert":
      return outgoing({ certFile: value });
    case "tls-outgoing-key":
      return outgoing({ keyFile: value });
  }
}

function wholeTls(tls: Partial<TlsOptions>, problems: string[]): TlsOptions | undefined {
  const { certFile, keyFile } = tls;
  if (certFile === undefined) problems.push("tls-cert: is needed with the other tls words before the first --contact");
  if (keyFile === undefined) problems.push("tls-key: is needed with the other tls words before the first --contact");
  return certFile === undefined || keyFile === undefined ? undefined : { ...tls, certFile, keyFile };
}
