/** What the configuration says of the engine's protection, in the engine's words. */
import { isIP } from "node:net";
import type { SipEngineOptions } from "../sip-engine/engine.ts";
import type { OfficeConfig } from "./config.ts";

/** This machine: the box itself, and pages that reach the engine through its web server. */
const thisMachine = ["127.0.0.0/8", "::1"];

/** Trusted from the start are those that the configuration file names. */
export function sipProtection(config: OfficeConfig): NonNullable<SipEngineOptions["protection"]> {
  const { trustedNetworks: _trusted, ...limits } = config.sip.protection;
  const given = Object.entries(limits).filter(([, value]) => value !== undefined);
  const carriers = config.trunks.flatMap(({ addresses }) => addresses);
  return { ...Object.fromEntries(given), trusted: trustedBy(config, carriers) };
}

/**
 * Whom the engine's limits spare while carriers come from these addresses: them, offices and the network's proxy. One that is configured by a name only is a
 * stranger until its first call.
 */
export function trustedBy({ sip, network }: OfficeConfig, carriers: readonly string[]): string[] {
  const partners = [
    ...carriers,
    ...(network.proxy?.addresses ?? []),
    ...network.offices.flatMap((office) => office.sip.addresses),
  ].flatMap(addressOf);
  return [...new Set([...thisMachine, ...partners, ...sip.protection.trustedNetworks])];
}

/** An entry is an address, `address:port`, or a network. */
function addressOf(entry: string): string[] {
  const address = /^\[(.+)\](?::\d+)?$/.exec(entry)?.[1] ?? /^([\d.]+):\d+$/.exec(entry)?.[1] ?? entry;
  const [host = ""] = address.split("/");
  return isIP(host) === 0 ? [] : [address];
}
