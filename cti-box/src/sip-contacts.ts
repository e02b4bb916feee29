/** The listening addresses of an office's SIP, as the configuration writes them, for the engine and for the pages. */
import type { SipEngineOptions } from "../sip-engine/engine.ts";
import type { OfficeConfig } from "./config.ts";

type Contact = OfficeConfig["sip"]["contacts"][number];

/** Where pages reach SIP over WebSocket: through the box's own origin, or directly at an address of the engine. */
export type SipWebSocket = { kind: "through-box"; host: string; port: number } | { kind: "direct"; url: string };

export function uriOf(contact: Contact): string {
  return typeof contact === "string" ? contact : contact.uri;
}

export function isSecureContact(uri: string): boolean {
  return /^sips:/i.test(uri) || /;transport=(tls|wss)/i.test(uri);
}

/** Contacts and certificates for the embedded engine. */
export function engineContacts({ sip, api }: OfficeConfig): Pick<SipEngineOptions, "contacts" | "externalIp" | "tls"> {
  const { caFile, clientCaFile, ...tls } = sip.tls ?? {};
  // Pages that come straight to the engine come from the box's origin; through the box it is the box that looks at the origin.
  const pageOrigins = api.publicUrl === undefined ? undefined : [new URL(api.publicUrl).origin];
  return {
    contacts: sip.contacts.map((contact) => {
      const { uri, externalAddress, localNet, names = [] } = typeof contact === "string" ? { uri: contact } : contact;
      return {
        uri,
        names,
        ...(externalAddress !== undefined && { externalIp: externalAddress }),
        ...(localNet !== undefined && { localNet }),
        ...(isSecureContact(uri) && pageOrigins !== undefined && { pageOrigins }),
      };
    }),
    ...(sip.externalAddress !== undefined && { externalIp: sip.externalAddress }),
    ...("certFile" in tls && {
      tls: { ...tls, ...(caFile !== undefined && { caFile }), ...(clientCaFile !== undefined && { clientCaFile }) },
    }),
  };
}

/**
 * Where pages reach SIP. `opened` are the engine's addresses as `ws/127.0.0.1:5066`, in the order of the contacts. A plain WebSocket is reached through the box;
 * only a secure one can be reached from a page that came over https. Its name has to be in the certificate: the contact's own, else what is told to the outside.
 */
export function webSocketOf({ sip }: OfficeConfig, opened: readonly string[]): SipWebSocket | null {
  const plain = placeOf(opened, "ws");
  if (plain !== null) return { kind: "through-box", ...plain };
  const secure = placeOf(opened, "wss");
  if (secure === null) return null;
  const contact = sip.contacts.find((each) => /;transport=[^;]*wss/i.test(uriOf(each)));
  const own = typeof contact === "object" ? (contact.names[0] ?? contact.externalAddress) : undefined;
  const name = own ?? sip.externalAddress ?? secure.host;
  return { kind: "direct", url: `wss://${name.includes(":") ? `[${name}]` : name}:${secure.port}` };
}

/** The addresses of a contact as an engine of our own would name them; for a drachtio-server, which was started with the same ones. */
export function openedBy(contact: Contact): string[] {
  const [, host = "", port = "", transports = ""] =
    /^sips?:(\[[^\]]+\]|[^;:]+):(\d+);transport=([^;]+)/i.exec(uriOf(contact)) ?? [];
  return transports === "" ? [] : transports.split(",").map((each) => `${each.toLowerCase()}/${host}:${port}`);
}

function placeOf(opened: readonly string[], protocol: string): { host: string; port: number } | null {
  const prefix = `${protocol}/`;
  const found = /^(.+):(\d+)$/.exec(opened.find((each) => each.startsWith(prefix))?.slice(prefix.length) ?? "");
  return found === null ? null : { host: (found[1] ?? "").replace(/^\[|\]$/g, ""), port: Number(found[2]) };
}
