/** Networks in CIDR form (RFC 4632, RFC 4291 §2.3) and which addresses are inside; pure, so without Node's own. */

type IpNetwork = { bits: bigint; width: 32 | 128; prefix: number };

/** `192.0.2.0/24` or `2001:db8::/32`; null where it is no network. Bits behind the prefix do not matter. */
export function readNetwork(text: string): IpNetwork | null {
  const [, address = "", prefixText = ""] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? [];
  const read = readAddress(address);
  const prefix = Number(prefixText);
  return read === null || prefix > read.width ? null : { ...read, prefix };
}

/** An IPv4 address is never inside of an IPv6 network, nor the other way round. */
export function isInside(network: IpNetwork, address: string): boolean {
  const read = readAddress(address);
  if (read === null || read.width !== network.width) return false;
  const behind = BigInt(network.width - network.prefix);
  return read.bits >> behind === network.bits >> behind;
}

function readAddress(text: string): Pick<IpNetwork, "bits" | "width"> | null {
  return text.includes(":") ? readIpv6(text) : readIpv4(text);
}

function readIpv4(text: string): { bits: bigint; width: 32 } | null {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return null;
  const octets = text.split(".").map(Number);
  if (octets.some((octet) => octet > 255)) return null;
  return { bits: octets.reduce((bits, octet) => (bits << 8n) | BigInt(octet), 0n), width: 32 };
}

/** Groups in hexadecimal with at most one `::`; the form with an IPv4 tail is not read. */
function readIpv6(text: string): { bits: bigint; width: 128 } | null {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map((half) => (half === "" ? [] : half.split(":")));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const groups = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return null;
  return { bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n), width: 128 };
}
