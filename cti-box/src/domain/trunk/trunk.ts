/** A link to a carrier, and which calls of the carrier it takes. */

export type Trunk = {
  trunkId: string;
  /** The office's numbers that come over it, in E.164; a star ends a range. Empty: all of them. */
  numbers: readonly string[];
  /** Calls at the same time, both directions together; null: no limit of ours. */
  capacity: number | null;
  whenFull: "unavailable" | "busy";
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
