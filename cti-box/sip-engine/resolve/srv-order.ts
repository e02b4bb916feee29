/** The order in which SRV records are tried (RFC 2782): by priority, among equals at random in proportion to their weights. */
import type { SrvRecord } from "./records.ts";

/** A new order at each call. `random` gives numbers from 0 up to, not including, 1. */
export function inSrvOrder(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  const priorities = [...new Set(records.map((record) => record.priority))].sort((one, other) => one - other);
  return priorities.flatMap((priority) =>
    byWeight(
      records.filter((record) => record.priority === priority),
      random,
    ),
  );
}

function byWeight(records: readonly SrvRecord[], random: () => number): SrvRecord[] {
  // Those of weight 0 first, so that they have a small chance too.
  const left = [...records].sort((one, other) => Number(one.weight > 0) - Number(other.weight > 0));
  const ordered: SrvRecord[] = [];
  while (left.length > 0) {
    const sum = left.reduce((total, record) => total + record.weight, 0);
    const drawn = Math.floor(random() * (sum + 1));
    let running = 0;
    const index = left.findIndex((record) => (running += record.weight) >= drawn);
    ordered.push(...left.splice(Math.max(0, index), 1));
  }
  return ordered;
}
