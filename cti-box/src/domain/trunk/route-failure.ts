/**
 * A final answer to a call over a trunk or to another office: is it this carrier that cannot, so that another one may, or is it the called telephone? Once the
 * telephone has rung, no other carrier is tried: it would ring a second time.
 */
import type { DialFailure } from "../call/call-view.ts";

export type DialAnswer = { status: number; q850: number | null; hasRung: boolean };

/** Q.850: no circuit, network out of order, temporary failure, congestion, resource unavailable. */
const carrierCauses = new Set([34, 38, 41, 42, 47]);
/** Credentials, barred account, timeout, loops, and everything that a server says of itself. */
const carrierStatuses = new Set([
  401, 402, 403, 405, 407, 408, 415, 420, 421, 430, 482, 483, 488, 500, 501, 502, 503, 504, 505, 513, 606,
]);

/** Would another carrier be worth a try? */
export function isRouteFailure({ status, q850, hasRung }: DialAnswer): boolean {
  if (hasRung) return false;
  // Gateways pass on what the far network said: number unknown (1), busy (17), no answer (19), rejected (21).
  if (q850 !== null && dialFailureOfCause(q850) !== null) return false;
  return carrierStatuses.has(status) || (q850 !== null && carrierCauses.has(q850));
}

/** What the operator is told. */
export function dialFailureOf({ status, q850, hasRung }: DialAnswer): DialFailure {
  const told = q850 === null ? null : dialFailureOfCause(q850);
  if (told !== null) return told;
  switch (status) {
    case 486:
    case 600:
      return "callee-busy";
    case 408:
    case 480:
    case 487:
      return "callee-no-answer";
    case 404:
    case 410:
    case 484:
    case 604:
      return "callee-unknown";
    case 433:
    case 603:
    case 607:
    case 608:
      return "callee-refused";
    default:
      return hasRung ? failureAfterRinging(status, q850) : "no-trunk";
  }
}

/** A server that fails (RFC 3261 §21.5) is nobody's refusal: the carrier has lost the call, or the other office's box was started again while it rang there. */
function failureAfterRinging(status: number, q850: number | null): DialFailure {
  const isServerFailure = (status >= 500 && status < 600) || (q850 !== null && carrierCauses.has(q850));
  return isServerFailure ? "callee-not-reachable" : "callee-refused";
}

function dialFailureOfCause(q850: number): DialFailure | null {
  switch (q850) {
    case 1:
    case 22:
    case 28:
      return "callee-unknown";
    case 17:
      return "callee-busy";
    case 18:
    case 19:
    case 20:
      return "callee-no-answer";
    case 21:
      return "callee-refused";
    default:
      return null;
  }
}
