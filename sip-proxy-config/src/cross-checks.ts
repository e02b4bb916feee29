/** Faults of a network that no single value shows: what is there twice, and what does not fit together. */
import type { Listen, Member, Proxy } from "./network-schema.ts";
import { hostOfOffice } from "./office-host.ts";

/** Null stands for a part that is wrong in itself: it is left out here, and keeps its place. */
type Parts = { proxy: Proxy | null; members: readonly (Member | null)[] };
type Entry = { key: string; value: string };

export function crossChecks({ proxy, members }: Parts): string[] {
  const present = members.flatMap((member, index) => (member === null ? [] : [{ member, key: `members[${index}]` }]));
  return [...(proxy === null ? [] : proxyProblems(proxy, present)), ...addressProblems(proxy, present)];
}

type Present = { member: Member; key: string };

function proxyProblems(proxy: Proxy, present: readonly Present[]): string[] {
  const spoken = new Set(proxy.listen.flatMap((entry) => entry.transports));
  const hosts = present.map(({ member, key }) => ({
    key: `${key}.officeId`,
    value: hostOfOffice(member.officeId, proxy.domain),
  }));
  return [
    ...listenProblems(proxy.listen),
    ...repeated(hosts, (entry, first) => `${entry.key}: its host ${entry.value} is already that of ${first.key}`),
    ...hosts
      .filter((entry) => entry.value.split(".").some((label) => /^-|-$/.test(label)))
      .map((entry) => `${entry.key}: its host ${entry.value} would not be a valid host name`),
    ...present
      .filter(({ member }) => !spoken.has(member.transport))
      .map(({ member, key }) => `${key}.transport: the proxy does not listen on ${member.transport}`),
  ];
}

function listenProblems(listen: readonly Listen[]): string[] {
  const entries = listen.flatMap((entry, index) =>
    entry.transports.map((each) => ({
      key: `proxy.listen[${index}]`,
      value: `${each}:${entry.address}:${entry.port}`,
    })),
  );
  return repeated(entries, (entry, first) => `${entry.key}: ${entry.value} is already in ${first.key}`);
}

function addressProblems(proxy: Proxy | null, present: readonly Present[]): string[] {
  const own = new Set(proxy?.listen.map((entry) => entry.address));
  const addresses = present.flatMap(({ member, key }) =>
    member.addresses.map(({ address, port }, at) => ({
      key: `${key}.addresses[${at}]`,
      value: `${address}:${port}`,
      address,
      member,
    })),
  );
  return [
    ...repeated(addresses, (entry, first) => `${entry.key}: ${entry.value} is already in ${first.key}`),
    ...sharedAddresses(addresses),
    ...addresses
      .filter((entry) => own.has(entry.address))
      .map((entry) => `${entry.key}: ${entry.address} is the proxy's own address`),
  ];
}

/** The address says which member a sender is, so two members cannot share one, not even on different ports. */
function sharedAddresses(entries: readonly (Entry & { address: string; member: Member })[]): string[] {
  const owners = new Map<string, (typeof entries)[number]>();
  return entries.flatMap((entry) => {
    const first = owners.get(entry.address);
    if (first === undefined) owners.set(entry.address, entry);
    if (first === undefined || first.member === entry.member || first.value === entry.value) return [];
    return [`${entry.key}: ${entry.address} already belongs to another member (${first.key})`];
  });
}

function repeated<T extends Entry>(entries: readonly T[], say: (entry: T, first: T) => string): string[] {
  const seen = new Map<string, T>();
  return entries.flatMap((entry) => {
    const first = seen.get(entry.value);
    if (first === undefined) seen.set(entry.value, entry);
    return first === undefined ? [] : [say(entry, first)];
  });
}
