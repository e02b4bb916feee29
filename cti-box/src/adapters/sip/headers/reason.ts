/** Reason headers (RFC 3326): why the box ends a leg, and the Q.850 cause a far end gives. */
import { q850Text } from "../../../domain/call/cause-table.ts";
import { q850OfLegEnd } from "../../../domain/call/leg-end-causes.ts";
import type { LegEndReason } from "../../../domain/call/call-effect.ts";

/** SIP's own causes say more than Q.850's to the phones of operators: RFC 3326 §3.1, no missed call for one that was completed elsewhere. */
const sipReasons: Partial<Record<LegEndReason, string>> = {
  "answered-elsewhere": 'SIP;cause=200;text="Call completed elsewhere"',
  "caller-gone": 'SIP;cause=487;text="Originator cancel"',
  cancelled: 'SIP;cause=487;text="Cancelled"',
  transferred: 'SIP;cause=200;text="Call transferred"',
};

export function reasonHeader(reason: LegEndReason): string {
  const q850 = q850OfLegEnd[reason];
  const text = reason === "no-operator" ? "No operator available" : q850Text(q850);
  return sipReasons[reason] ?? `Q.850;cause=${q850};text="${text}"`;
}

/** Q.850 cause (1 to 127) of a Reason header with any number of values; null when there is none. */
export function q850Of(header: string | undefined): number | null {
  const cause = /\bQ\.850\s*;(?:[^,]*;)?\s*cause\s*=\s*(\d{1,3})/i.exec(header ?? "")?.[1];
  const value = Number(cause);
  return cause !== undefined && value >= 1 && value <= 127 ? value : null;
}
