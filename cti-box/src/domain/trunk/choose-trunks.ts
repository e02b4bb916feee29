/**
 * The trunks that can carry a call to a number, best first: the longest prefix that fits, then the lowest priority number, then those that
 * have carried least for their weight, so that weights hold exactly also when calls are few. Those that do not answer come last, full ones are
 * left out.
 */
import { isFull } from "./trunk.ts";
import type { Trunk, TrunkOutbound } from "./trunk.ts";

/** `isDown`: the carrier does not answer probes. */
export type TrunkUse = { calls: number; placed: number; isDown: boolean };
export type UsableTrunk = Trunk & { outbound: TrunkOutbound };

export function chooseTrunks(
  trunks: readonly Trunk[],
  number: string,
  useOf: (trunkId: string) => TrunkUse,
): UsableTrunk[] {
  const candidates = trunks.flatMap((trunk) => {
    if (trunk.outbound === null) return [];
    const prefix = longestPrefix(trunk.outbound, number);
    const use = useOf(trunk.trunkId);
    if (prefix === null || isFull(trunk, use.calls)) return [];
    return [
      {
        trunk: { ...trunk, outbound: trunk.outbound },
        prefix,
        isDown: use.isDown,
        load: (use.placed + 1) / trunk.weight,
      },
    ];
  });
  return candidates
    .toSorted(
      (one, other) =>
        Number(one.isDown) - Number(other.isDown) ||
        other.prefix - one.prefix ||
        one.trunk.priority - other.trunk.priority ||
        one.load - other.load,
    )
    .map(({ trunk }) => trunk);
}

/** Length of the longest prefix that fits; null: this trunk does not carry the number. */
function longestPrefix({ prefixes }: TrunkOutbound, number: string): number | null {
  if (prefixes.length === 0) return 0;
  const fitting = prefixes.filter((prefix) => number.startsWith(prefix)).map((prefix) => prefix.length);
  return fitting.length === 0 ? null : Math.max(...fitting);
}

/** The number as the carrier wants it; short codes are always as dialled. */
export function numberFor({ numberFormat }: TrunkOutbound, number: string): string {
  if (!number.startsWith("+") || numberFormat === "e164") return number;
  if (numberFormat === "e164-without-plus") return number.slice(1);
  return number.startsWith("+39") ? number.slice(3) : `00${number.slice(1)}`;
}

/** The request-URI of a call over the trunk: the carrier's URI with the number as its user. */
export function requestUri(outbound: TrunkOutbound, number: string): string {
  const [, scheme = "sip:", rest = ""] = /^(sips?:)(?:[^@]*@)?(.*)$/.exec(outbound.uri) ?? [];
  return `${scheme}${numberFor(outbound, number)}@${rest}`;
}
