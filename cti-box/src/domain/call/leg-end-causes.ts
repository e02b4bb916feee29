/** What the box says when it ends a leg: the Q.850 cause (Reason header, record) and, to a caller who was not answered, the SIP status that the table gives for it. */
import { sipStatusOf } from "./cause-table.ts";
import type { LegEndReason } from "./call-effect.ts";

export const q850OfLegEnd: Readonly<Record<LegEndReason, number>> = {
  "answered-elsewhere": 26,
  "no-answer": 19,
  "caller-gone": 16,
  cancelled: 16,
  transferred: 16,
  "hung-up": 16,
  // Nobody became free. 34 (no circuit) would be a 503, after which a carrier takes the whole office for down and may leave it out.
  "no-operator": 19,
  "out-of-hours": 20,
  "queue-full": 17,
  "callback-requested": 16,
  declined: 21,
  busy: 17,
  "unknown-number": 1,
  failure: 41,
};

/** Final answer with which an unanswered incoming leg is turned away. A caller who cancelled has heard 487 (RFC 3261 §9.2). */
export function statusOfLegEnd(reason: LegEndReason): number {
  return reason === "caller-gone" ? 487 : sipStatusOf(q850OfLegEnd[reason]);
}
