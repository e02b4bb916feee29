/**
 * Reliable provisional responses as the caller hears them (RFC 3262 §4), for one early dialog.
 *
 *   nothing ─RSeq r─▶ unacknowledged r ─PRACK sent─▶ acknowledged r ─RSeq r+1─▶ unacknowledged r+1
 *              any first number            r again: a repetition, not told; r+2 and beyond: out of order, not told (it comes again)
 *
 * The next number counts also before the PRACK of the one before went out: the application may be slow, the peer must not.
 */

/** `cseq`: of the INVITE; each INVITE of a dialog counts its provisional responses for itself. */
export type HeardProvisional = { cseq: number; rseq: number; state: "unacknowledged" | "acknowledged" };

export type ProvisionalVerdict =
  | { kind: "next"; heard: HeardProvisional }
  /** Heard already, or one before it is missing: the application must not see it. */
  | { kind: "dropped" };

export function hearProvisional(
  last: HeardProvisional | null,
  provisional: { cseq: number; rseq: number },
): ProvisionalVerdict {
  const { cseq, rseq } = provisional;
  if (last !== null && last.cseq === cseq && rseq !== last.rseq + 1) return { kind: "dropped" };
  return { kind: "next", heard: { cseq, rseq, state: "unacknowledged" } };
}
