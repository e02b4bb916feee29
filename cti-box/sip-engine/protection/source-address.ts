/**
 * What counts as one source: an IPv4 address, or an IPv6 network of /64, which one subscriber gets as a whole and could change addresses in for ever (RFC 6177).
 * And the networks that are trusted.
 */
import { BlockList, isIP } from "node:net";

/** The name under which a source is counted. Addresses are as a socket tells them. */
export function sourceKey(address: string): string {
  if (!address.includes(":")) return address;
  const mapped = /^::ffff:([\d.]+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return mapped;
  const bare = address.split("%", 1)[0] ?? "";
  const [head = "", tail] = bare.split("::");
  const groups = head === "" ? [] : head.split(":");
  const after = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = Math.max(0, tail === undefined ? 0 : 8 - groups.length - after.length);
  const all = [...groups, ...Array.from({ length: zeros }, () => "0"), ...after];
  return `${all.slice(0, 4).join(":")}::/64`;
}

type Network = { address: string; family: "ipv4" | "ipv6"; bits: number };

/** `192.0.2.0/24`, `2001:db8::/32` or one address; null: none of these. */
export function parseNetwork(text: string): Network | null {
  const [address = "", length, ...more] = text.split("/");
  const version = isIP(address);
  if (version === 0 || more.length > 0) return null;
  const most = version === 4 ? 32 : 128;
  if (length !== undefined && !/^\d{1,3}$/.test(length)) return null;
  const bits = length === undefined ? most : Number(length);
  return bits > most ? null : { address, family: version === 4 ? "ipv4" : "ipv6", bits };
}

/** Whether an address is in one of the networks. A look through all of them: asked once for each source, not for each message. */
export function trustedNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const text of networks) {
    const network = parseNetwork(text);
    if (network !== null) list.addSubnet(network.address, network.bits, network.family);
  }
  return (address) => {
    const bare = address.split("%", 1)[0] ?? "";
    const version = isIP(bare);
    return version !== 0 && list.check(bare, version === 4 ? "ipv4" : "ipv6");
  };
}
