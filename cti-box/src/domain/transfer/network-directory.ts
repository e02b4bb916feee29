/**
 * Offices of the network and how to reach them. A route to another office is always on-net: through the network's proxy or straight to
 * the other office's box, never over a carrier.
 */
import type { OfficeRoute } from "./office-route.ts";

export type NetworkOffice = {
  officeId: string;
  label: string;
  status: "draft" | "agreed" | "active" | "suspended";
  sipUri: string;
};

export type Network = {
  ownOfficeId: string;
  proxy: { uri: string; domain: string } | null;
  offices: readonly NetworkOffice[];
};

export type OfficeRouteResult =
  | { ok: true; office: NetworkOffice; route: OfficeRoute }
  | { ok: false; reason: "unknown-target" | "no-on-net-route" | "target-not-allowed" };

/** The way to an office, or why there is none. The own office is never a target: operators are. */
export function routeToOffice(network: Network, officeId: string): OfficeRouteResult {
  if (officeId === network.ownOfficeId) return { ok: false, reason: "target-not-allowed" };
  const office = network.offices.find((one) => one.officeId === officeId);
  if (office === undefined) return { ok: false, reason: "unknown-target" };
  if (office.status !== "active") return { ok: false, reason: "no-on-net-route" };
  if (network.proxy === null) return { ok: true, office, route: { uri: withUser(office.sipUri), nextHop: null } };
  const uri = `sip:urp@${hostLabelOf(officeId)}.${network.proxy.domain}`;
  return { ok: true, office, route: { uri, nextHop: network.proxy.uri } };
}

/** The office's name below the network's domain: `c_b180:AB12CD` is `c-b180.AB12CD`. */
export function hostLabelOf(officeId: string): string {
  return officeId.replaceAll("_", "-").replaceAll(":", ".");
}

/** The office a dialled user or host part means: the id itself, its host label, or the label in front of the network's domain. */
export function officeNamed(network: Network, name: string): NetworkOffice | null {
  const wanted = name.toLowerCase();
  const domain = network.proxy === null ? null : `.${network.proxy.domain.toLowerCase()}`;
  const label = domain !== null && wanted.endsWith(domain) ? wanted.slice(0, -domain.length) : wanted;
  const matches = (office: NetworkOffice): boolean => {
    const officeId = office.officeId.toLowerCase();
    return officeId === label || hostLabelOf(officeId) === label;
  };
  return network.offices.find(matches) ?? null;
}

/** Every office has the user `urp` unless its URI names another. */
function withUser(uri: string): string {
  return uri.includes("@") ? uri : uri.replace(/^(sips?:)/, "$1urp@");
}
