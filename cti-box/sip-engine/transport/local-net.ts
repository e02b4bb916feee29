/** Networks in CIDR form (RFC 4632, RFC 4291 §2.3): which peers are inside. */
import { BlockList, isIP } from "node:net";

/** Whether an address is inside of one of the networks (`192.0.2.0/24,2001:db8::/32`); null where they cannot be read. */
export function parseLocalNet(text: string): ((address: string) => boolean) | null {
  const networks = new BlockList();
  for (const part of text.split(",")) {
    const [, address = "", bits] = /^\s*([^/\s]+)(?:\/(\d{1,3}))?\s*$/.exec(part) ?? [];
    const family = isIP(address);
    const width = family === 4 ? 32 : 128;
    const length = bits === undefined ? width : Number(bits);
    if (family === 0 || length > width) return null;
    networks.addSubnet(address, length, familyName(family));
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && networks.check(address, familyName(family));
  };
}

function familyName(family: number): "ipv4" | "ipv6" {
  return family === 4 ? "ipv4" : "ipv6";
}
