/**
 * Why the other side did not take a transferred call, from its final answer: the Q.850 cause of its Reason header (RFC 3326) where it
 * sent one, else its status (RFC 3261 §21).
 */
import type { TransferFailure } from "./transfer.ts";

/** Q.850 causes the boxes of the network send each other with a refusal. */
export const q850 = { busy: 17, noResponse: 18, noAnswer: 19, absent: 20, rejected: 21 } as const;

/** `hasRung`: the other side had sent 180, so silence means that nobody picked up. */
export function transferFailureOf(answer: { status: number; q850: number | null; hasRung: boolean }): TransferFailure {
  return fromQ850(answer.q850) ?? fromStatus(answer.status, answer.hasRung);
}

function fromQ850(cause: number | null): TransferFailure | null {
  switch (cause) {
    case q850.busy:
      return "busy";
    case q850.noResponse:
    case q850.noAnswer:
      return "no-answer";
    case q850.absent:
      return "not-reachable";
    case q850.rejected:
      return "refused";
    default:
      return null;
  }
}

function fromStatus(status: number, hasRung: boolean): TransferFailure {
  switch (status) {
    case 486:
    case 600:
      return "busy";
    case 401:
    case 403:
    case 407:
    case 433:
    case 603:
      return "refused";
    case 404:
    case 410:
    case 484:
    case 604:
      return "unknown-office";
    case 408:
      return hasRung ? "no-answer" : "not-reachable";
    case 480:
    case 487:
      return "no-answer";
    case 500:
    case 502:
    case 503:
    case 504:
      return "not-reachable";
    default:
      return "failed";
  }
}
