/** The newest word on each ticket's journey, by transfer; of the latest transfers only. */
import type { HandOver } from "./transfer-steps.ts";

const handOverLimit = 20;

export function withHandOver(
  known: Readonly<Record<string, HandOver>>,
  handOver: HandOver,
): Readonly<Record<string, HandOver>> {
  const others = Object.entries(known).filter(([transferId]) => transferId !== handOver.transferId);
  return Object.fromEntries([...others, [handOver.transferId, handOver] as const].slice(-handOverLimit));
}
