/** RAck (RFC 3262 §7.2) and RSeq (§7.1): which provisional response a PRACK acknowledges. */

export type RAck = { rseq: number; cseq: number; method: string };

/** Null: not readable. What follows the method is passed over, because a widespread test scenario writes the method twice. */
export function parseRAck(value: string | undefined): RAck | null {
  const found = /^\s*(\d{1,10})\s+(\d{1,10})\s+([^\s]+)/.exec(value ?? "");
  if (found === null) return null;
  return { rseq: Number(found[1]), cseq: Number(found[2]), method: (found[3] ?? "").toUpperCase() };
}

/** Number of a reliable provisional response, 1 to 2³² - 1; null: it is none. */
export function parseRSeq(value: string | undefined): number | null {
  const found = /^\s*(\d{1,10})\s*$/.exec(value ?? "");
  const rseq = Number(found?.[1] ?? 0);
  return rseq >= 1 && rseq <= 0xffff_ffff ? rseq : null;
}
