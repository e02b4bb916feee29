/** Reason headers (RFC 3326): why the box ends a leg, and the Q.850 cause a far end gives. */
import type { LegEndReason } from "../../../domain/call/call-effect.ts";

const reasons: Record<LegEndReason, string> = {
  // RFC 3326 §3.1: phones show no missed call for a call that was completed elsewhere.
  "answered-elsewhere": 'SIP;cause=200;text="Call completed elsewhere"',
  "no-answer": 'Q.850;cause=19;text="No answer from user"',
  "caller-gone": 'SIP;cause=487;text="Originator cancel"',
  cancelled: 'SIP;cause=487;text="Cancelled"',
  transferred: 'SIP;cause=200;text="Call transferred"',
  "hung-up": 'Q.850;cause=16;text="Normal call clearing"',
  "no-operator": 'Q.850;cause=34;text="No operator available"',
  declined: 'Q.850;cause=21;text="Call rejected"',
  failure: 'Q.850;cause=41;text="Temporary failure"',
};

export function reasonHeader(reason: LegEndReason): string {
  return reasons[reason];
}

/** Q.850 cause (1 to 127) of a Reason header with any number of values; null when there is none. */
export function q850Of(header: string | undefined): number | null {
  const cause = /\bQ\.850\s*;(?:[^,]*;)?\s*cause\s*=\s*(\d{1,3})/i.exec(header ?? "")?.[1];
  const value = Number(cause);
  return cause !== undefined && value >= 1 && value <= 127 ? value : null;
}
