/** Who sent a request, by the address it came from. A carrier and a member of the network are known by address, nobody else is trusted. */
import { isInside, readNetwork } from "./ip-network.ts";

/** Addresses as below, and networks such as `192.0.2.0/24`. */
export type Trunk = { trunkId: string; addresses: readonly string[] };
export type Member = { officeId: string; addresses: readonly string[] };

export type KnownSources = {
  trunks: readonly Trunk[];
  /** Addresses of the network's proxy: calls from there are members' calls. */
  proxyAddresses: readonly string[];
  members: readonly Member[];
};

export type Source =
  | { kind: "trunk"; trunkId: string }
  | { kind: "proxy" }
  | { kind: "member"; officeId: string }
  | { kind: "unknown" };

/** An entry is an address, or `address:port` where several peers share one address (a laboratory on loopback). */
export function identifySource(known: KnownSources, from: { address: string; port: number }): Source {
  const isFrom = (addresses: readonly string[]): boolean =>
    addresses.includes(`${from.address}:${from.port}`) || addresses.includes(from.address);
  const exact = (addresses: readonly string[]): boolean => addresses.includes(`${from.address}:${from.port}`);
  return (
    search(known, exact) ?? search(known, isFrom) ?? trunkAround(known.trunks, from.address) ?? { kind: "unknown" }
  );
}

/** Of several networks around an address the one with the longest prefix tells whose it is, as in routing. */
function trunkAround(trunks: readonly Trunk[], address: string): Source | null {
  const around = trunks.flatMap(({ trunkId, addresses }) =>
    addresses
      .map(readNetwork)
      .filter((network) => network !== null)
      .filter((network) => isInside(network, address))
      .map(({ prefix }) => ({ trunkId, prefix })),
  );
  const closest = around.toSorted((one, other) => other.prefix - one.prefix)[0];
  return closest === undefined ? null : { kind: "trunk", trunkId: closest.trunkId };
}

function search(known: KnownSources, matches: (addresses: readonly string[]) => boolean): Source | null {
  const trunk = known.trunks.find((one) => matches(one.addresses));
  if (trunk !== undefined) return { kind: "trunk", trunkId: trunk.trunkId };
  if (matches(known.proxyAddresses)) return { kind: "proxy" };
  const member = known.members.find((one) => matches(one.addresses));
  return member === undefined ? null : { kind: "member", officeId: member.officeId };
}
