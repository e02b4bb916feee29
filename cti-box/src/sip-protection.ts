/** What the configuration says of the engine's protection, in the engine's words. */
import { isIP } from "node:net";
import type { SipEngineOptions } from "../sip-engine/engine.ts";
import type { OfficeConfig } from "./config.ts";

/** This machine: the box itself, and pages that reach the engine through its web server. */
const thisMachine = ["127.0.0.0/8", "::1"];

/** Carriers, offices and the network's proxy are trusted by their addresses; one that is configured by a name only is a stranger until its first call. */
export function sipProtection({ sip, trunks, network }: OfficeConfig): NonNullable<SipEngineOptions["protection"]> {
  const { trustedNetworks, ...limits } = sip.protection;
  const partners = [
    ...trunks.flatMap(({ addresses }) => addresses),
    ...(network.proxy?.addresses ?? []),
    ...network.offices.flatMap((office) => office.sip.addresses),
  ].flatMap(addressOf);
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(given), trusted: [...new Set([...thisMachine, ...partners, ...trustedNetworks])] };
}

/** An entry is an address, `address:port`, or a network. */
function addressOf(entry: string): string[] {
  const address = /^\[(.+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  const [host = ""] = address.split("/");
  return isIP(host) === 0 ? [] : [address];
}
