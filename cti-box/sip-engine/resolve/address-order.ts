/** The order of a name's addresses where both families are spoken (RFC 7984 §3, by the policy table of RFC 6724 §2.1). */
import { isIPv6 } from "node:net";

/** Precedence of a destination: the higher, the earlier. */
function precedence(address: string): number {
  if (!isIPv6(address)) return 35;
  const lower = address.toLowerCase();
  if (lower === "::1") return 50;
  if (lower.startsWith("2002:")) return 30;
  if (/^2001:0{0,4}:/.test(lower)) return 5;
  if (/^f[cd]/.test(lower)) return 3;
  if (/^(fe[c-f]|3ffe:)/.test(lower)) return 1;
  return 40;
}

/** Sorted by precedence; equals stay as the name server gave them, which rotates them. */
export function inAddressOrder(addresses: readonly string[]): string[] {
  return addresses
    .map((address) => ({ address, rank: precedence(address) }))
    .sort((one, other) => other.rank - one.rank)
    .map(({ address }) => address);
}
