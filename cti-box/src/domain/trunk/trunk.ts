/** A link to a carrier: which calls it takes from there, and how calls go out over it. */

import type { KeyMode } from "./key-mode.ts";
import type { TollLimits } from "./toll-limits.ts";
import type { TrunkCodec } from "./trunk-codecs.ts";
import type { SrtpUse } from "./trunk-srtp.ts";

export type Trunk = {
  trunkId: string;
  /** The office's numbers that come over it, in E.164; a star ends a range. Empty: all of them. */
  numbers: readonly string[];
  /** Calls at the same time, both directions together; null: no limit of ours. */
  capacity: number | null;
  whenFull: "unavailable" | "busy";
  /** Lower ones are tried first. */
  priority: number;
  /** Share among trunks of the same priority. */
  weight: number;
  /** What is offered to the carrier and agreed to with it, best first; null: whatever the box speaks. */
  codecs: readonly TrunkCodec[] | null;
  /** Whether the carrier is offered real-time text beside the audio. */
  realTimeText: boolean;
  /** How keys travel over it. */
  keys: KeyMode;
  srtp: SrtpUse;
  /** Null: only for calls from the carrier. */
  outbound: TrunkOutbound | null;
};

export type TrunkOutbound = {
  /** Where its INVITEs go. */
  uri: string;
  /** Beginnings of the numbers that it carries, as `+39`, `+`, `1` for short codes; empty: all. The longest that fits decides between trunks. */
  prefixes: readonly string[];
  /** How the carrier wants numbers: +390612345678, 390612345678, or 0612345678. */
  numberFormat: "e164" | "e164-without-plus" | "national";
  callerId: CallerIdPolicy;
  /** Time without any answer after which the next trunk is tried. */
  failoverMs: number;
  limits: TollLimits;
};

/** The office's own number, never the citizen's or an operator's own choice: carriers refuse others, and so does the law (AGCOM 106/25/CONS). */
export type CallerIdPolicy = {
  number: string;
  /** `asserted`: in P-Asserted-Identity (RFC 3325) besides From; `from`: for carriers that refuse the former. */
  identity: "asserted" | "from";
  /** Shown to the carrier only (`Privacy: id`, RFC 3323). */
  withheld: boolean;
};

/** Does the carrier bring calls to this number (E.164)? */
export function bringsNumber(trunk: Pick<Trunk, "numbers">, number: string): boolean {
  return trunk.numbers.length === 0 || trunk.numbers.some((own) => isInRange(own, number));
}

/** `+3906955501*` is every number that begins so. */
export function isInRange(range: string, number: string): boolean {
  return range.endsWith("*") ? number.startsWith(range.slice(0, -1)) : number === range;
}

export function isFull(trunk: Pick<Trunk, "capacity">, calls: number): boolean {
  return trunk.capacity !== null && calls >= trunk.capacity;
}

/** SIP status of a carrier's call over the capacity: a carrier goes on to its other ways after 503, and gives its caller the busy tone after 486. */
export function statusWhenFull({ whenFull }: Pick<Trunk, "whenFull">): 486 | 503 {
  return whenFull === "busy" ? 486 : 503;
}
