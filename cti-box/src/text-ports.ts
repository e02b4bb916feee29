/**
 * Where the box receives real-time text: beside the audio of the built-in relay, or with rtpengine at an address of the box's own, which callers reach as they reach its
 * SIP.
 */
import { isIPv4 } from "node:net";
import type { TextSettings } from "./adapters/media/text/text-media-server.ts";
import type { OfficeConfig } from "./config.ts";
import { uriOf } from "./sip-contacts.ts";

/** Null: there is no text. */
export function textPortsOf({ media, sip }: Pick<OfficeConfig, "media" | "sip">): TextSettings["ports"] {
  if (media.text === "off") return null;
  const own = media.kind === "relay" ? media : media.text;
  const listenAddress = own?.listenAddress ?? sipAddressOf(sip);
  if (listenAddress === null) return null;
  const told = media.kind === "relay" ? media.advertisedAddress : (media.text?.advertisedAddress ?? externalOf(sip));
  const { portMin = 0, portMax = 0 } = own ?? {};
  return {
    listenAddress,
    advertisedAddress: told ?? listenAddress,
    ports: portMin > 0 && portMax > portMin ? { min: portMin, max: portMax } : null,
  };
}

/** The first numeric IPv4 address; one that stands for all addresses cannot be told to anybody. */
function sipAddressOf({ contacts }: OfficeConfig["sip"]): string | null {
  return contacts.map(hostOf).find((host) => isIPv4(host) && host !== "0.0.0.0") ?? null;
}

function externalOf({ contacts, externalAddress }: OfficeConfig["sip"]): string | undefined {
  const first = contacts.find((contact) => isIPv4(hostOf(contact)));
  return (typeof first === "object" ? first.externalAddress : undefined) ?? externalAddress;
}

function hostOf(contact: OfficeConfig["sip"]["contacts"][number]): string {
  return /^sips?:([^;:[\]]+)/i.exec(uriOf(contact))?.[1] ?? "";
}
