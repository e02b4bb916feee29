/** The look at carriers that people ask for, with the name servers, transports and authorities that the SIP stack has. */
import { readFileSync } from "node:fs";
import { NetworkReach } from "./adapters/network/carrier-reach.ts";
import { isSecureContact, uriOf } from "./sip-contacts.ts";
import type { OfficeConfig } from "./config.ts";

export function carrierReach({ contacts, dnsServers, tls }: OfficeConfig["sip"]): NetworkReach {
  const spoken = new Set(contacts.map(uriOf).flatMap(transportsOf));
  const caFile = tls?.caFile;
  // Read anew each time, as the stack takes up new ones.
  const authorities = (): string | null => (caFile === undefined ? null : readFileSync(caFile, "utf8"));
  return new NetworkReach({ dnsServers, spoken, authorities });
}

function transportsOf(uri: string): string[] {
  const named = /;transport=([^;]+)/i.exec(uri)?.[1];
  return named?.toLowerCase().split(",") ?? (isSecureContact(uri) ? ["tls"] : ["udp", "tcp"]);
}
