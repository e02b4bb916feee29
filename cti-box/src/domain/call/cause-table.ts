/**
 * The one table between SIP and Q.850, for calls that end in either language: RFC 3398 §7.2.6.1 and §8.2.6.1 (ISUP), RFC 4497 §8.4 for what
 * the first leaves open (65 ↔ 488), RFC 3326 for the Reason header that carries the cause.
 *   `status`: what a cause becomes as a final answer; null where a call that was up is hung up (BYE).
 *   `alsoFrom`: other final answers that become this cause.
 * A refusal by a person is 603 and not 403: the location of our causes is the user (RFC 3398 §8.2.6.1, note +).
 */
type Row = { q850: number; text: string; status: number | null; alsoFrom?: readonly number[] };

const rows: readonly Row[] = [
  { q850: 1, text: "Unallocated number", status: 404, alsoFrom: [485, 604] },
  { q850: 2, text: "No route to network", status: 404 },
  { q850: 3, text: "No route to destination", status: 404 },
  // A CANCEL is released as a call that was hung up (RFC 3398 §7.2.4), so its 487 is.
  { q850: 16, text: "Normal call clearing", status: null, alsoFrom: [487] },
  { q850: 17, text: "User busy", status: 486, alsoFrom: [600] },
  { q850: 18, text: "No user responding", status: 408, alsoFrom: [480] },
  { q850: 19, text: "No answer from user", status: 480 },
  { q850: 20, text: "Subscriber absent", status: 480 },
  { q850: 21, text: "Call rejected", status: 603, alsoFrom: [401, 402, 403, 407, 433, 607, 608] },
  { q850: 22, text: "Number changed", status: 410 },
  { q850: 23, text: "Redirection to new destination", status: 410 },
  { q850: 25, text: "Exchange routing error", status: 483, alsoFrom: [482] },
  { q850: 26, text: "Non-selected user clearing", status: 404 },
  { q850: 27, text: "Destination out of order", status: 502 },
  { q850: 28, text: "Address incomplete", status: 484 },
  { q850: 29, text: "Facility rejected", status: 501 },
  { q850: 31, text: "Normal, unspecified", status: 480 },
  { q850: 34, text: "No circuit available", status: 503 },
  { q850: 38, text: "Network out of order", status: 503, alsoFrom: [502] },
  { q850: 41, text: "Temporary failure", status: 503, alsoFrom: [400, 409, 481, 500] },
  { q850: 42, text: "Switching equipment congestion", status: 503 },
  { q850: 47, text: "Resource unavailable", status: 503 },
  { q850: 55, text: "Incoming calls barred", status: 403 },
  { q850: 57, text: "Bearer capability not authorised", status: 403 },
  { q850: 58, text: "Bearer capability not available", status: 503 },
  { q850: 63, text: "Service not available", status: 503, alsoFrom: [405] },
  { q850: 65, text: "Bearer capability not implemented", status: 488, alsoFrom: [606] },
  { q850: 70, text: "Restricted digital information only", status: 488 },
  { q850: 79, text: "Service not implemented", status: 501, alsoFrom: [406, 415] },
  { q850: 87, text: "User not member of group", status: 403 },
  { q850: 88, text: "Incompatible destination", status: 503 },
  { q850: 102, text: "Recovery on timer expiry", status: 504 },
  { q850: 111, text: "Protocol error", status: 500 },
  { q850: 127, text: "Interworking", status: 500, alsoFrom: [413, 414, 416, 420, 421, 423, 505, 513] },
];

/**
 * Statuses that several causes become, and the one that they are read as: 503 is a temporary failure and 502 a network out of order
 * (RFC 3398 §7.2.6.1), whatever made them.
 */
const readAs: ReadonlyMap<number, number> = new Map([
  [403, 21],
  [404, 1],
  [408, 102],
  [410, 22],
  [480, 18],
  [488, 65],
  [500, 41],
  [501, 79],
  [502, 38],
  [503, 41],
]);

const byCause: ReadonlyMap<number, Row> = new Map(rows.map((row) => [row.q850, row]));
const byStatus: ReadonlyMap<number, number> = new Map([
  ...rows.flatMap((row) =>
    [...(row.status === null ? [] : [row.status]), ...(row.alsoFrom ?? [])].map(
      (status) => [status, row.q850] as const,
    ),
  ),
  ...readAs,
]);

/** The last cause of its class (31, 47, 63 …), which stands for the causes that are not in the table (Q.850 §2.2.7). */
function classOf(q850: number): number {
  return (q850 | 0x0f) === 15 ? 31 : Math.min(q850 | 0x0f, 127);
}

/** The final answer (RFC 3261 §21) for a Q.850 cause from 1 to 127. A call that was simply hung up has none that says so: 480. */
export function sipStatusOf(q850: number): number {
  const row = byCause.get(q850) ?? byCause.get(classOf(q850)) ?? byCause.get(95);
  return row?.status ?? (q850 === 16 ? 480 : 500);
}

/** The Q.850 cause of a final answer other than 2xx; an answer that is in no table is `127` (interworking). */
export function q850OfStatus(status: number): number {
  return byStatus.get(status) ?? 127;
}

/** English name of a cause, as in the Reason header; of its class where the cause has none here. */
export function q850Text(q850: number): string {
  return (byCause.get(q850) ?? byCause.get(classOf(q850)))?.text ?? "Interworking";
}
