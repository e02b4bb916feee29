/**
 * Why the other side did not take a transferred call, from its final answer: the Q.850 cause of its Reason header (RFC 3326) where it
 * sent one that says so, else that of its status (domain/call/cause-table.ts).
 */
import { q850OfStatus } from "../call/cause-table.ts";
import type { TransferFailure } from "./transfer.ts";

/** Q.850 causes the boxes of the network send each other with a refusal. */
const sent = { busy: 17, noResponse: 18, noAnswer: 19, absent: 20, rejected: 21 } as const;

/** `hasRung`: the other side had sent 180, so silence means that nobody picked up. */
export function transferFailureOf(answer: { status: number; q850: number | null; hasRung: boolean }): TransferFailure {
  return fromQ850(answer.q850) ?? fromStatus(answer.status, answer.hasRung);
}

function fromQ850(cause: number | null): TransferFailure | null {
  switch (cause) {
    case sent.busy:
      return "busy";
    case sent.noResponse:
    case sent.noAnswer:
      return "no-answer";
    case sent.absent:
      return "not-reachable";
    case sent.rejected:
      return "refused";
    default:
      return null;
  }
}

function fromStatus(status: number, hasRung: boolean): TransferFailure {
  if (status === 408 && hasRung) return "no-answer";
  const cause = q850OfStatus(status);
  switch (cause) {
    case 1: // unallocated number
    case 22: // number changed
    case 28: // address incomplete
      return "unknown-office";
    case 16: // cancelled on its way
      return "no-answer";
    case 38: // network out of order
    case 41: // temporary failure
    case 102: // no answer to the request
      return "not-reachable";
    default:
      return fromQ850(cause) ?? "failed";
  }
}
