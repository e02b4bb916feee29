/** Commands of operators on their calls: checked against the call as it is, then posted to it. Repeating one changes nothing. */
import {
  mayAttachTicket,
  mayCancelTransfer,
  mayCompleteTransfer,
  mayHold,
  mayPark,
  mayResume,
  mayTransfer,
  mayTurnTo,
} from "../domain/call/command-guards.ts";
import { callingOperatorOf } from "../domain/call/callee.ts";
import { transferReasons } from "../domain/transfer/transfer-header.ts";
import { planTransfer } from "./plan-transfer.ts";
import type { Call } from "../domain/call/call.ts";
import type { TransferReason } from "../domain/call/call-view.ts";
import type { GuardResult } from "../domain/call/command-guards.ts";
import type { TradingNames } from "../domain/call/call-event.ts";
import type { CallId, LegId, OperatorId } from "../domain/call/ids.ts";
import type { PostedEvent } from "./call-runner.ts";
import type { TransferPlanner } from "./plan-transfer.ts";
import type { CallCommands, CommandResult, TransferOrder } from "./use-cases.ts";

type Runner = { readonly call: Call; post(event: PostedEvent): void };
export type CommandParts = TransferPlanner & { find(callId: CallId): Runner | null };

export function createCallCommands(
  parts: CommandParts,
): Omit<CallCommands, "dial" | "callInNetwork" | "pickUp" | "retrieve"> {
  const command = (
    callId: CallId,
    guard: (call: Call) => GuardResult,
    act: (runner: Runner) => CommandResult,
  ): Promise<CommandResult> => Promise.resolve(perform(parts.find(callId), guard, act));
  const post = (event: PostedEvent) => (runner: Runner) => {
    runner.post(event);
    return { ok: true } as const;
  };
  return {
    hold: (callId, operatorId) =>
      command(callId, (call) => mayHold(call, operatorId), post({ type: "hold-requested", operatorId })),
    resume: (callId, operatorId) =>
      command(callId, (call) => mayResume(call, operatorId), post({ type: "resume-requested", operatorId })),
    park: (callId, operatorId) =>
      command(callId, (call) => mayPark(call, operatorId), post({ type: "call-parked", operatorId })),
    requestTransfer: (callId, operatorId, order) =>
      command(
        callId,
        (call) => mayTransfer(call, operatorId, order.transferId),
        (runner) => startTransfer(parts, runner, { operatorId, order, referrerLegId: null }),
      ),
    cancelTransfer: (callId, operatorId, transferId) =>
      command(
        callId,
        (call) => mayCancelTransfer(call, operatorId, transferId),
        post({ type: "transfer-cancelled", operatorId, transferId }),
      ),
    turnTo: (callId, operatorId, { transferId, talkingTo }) =>
      command(
        callId,
        (call) => mayTurnTo(call, { operatorId, transferId, talkingTo }),
        post({ type: "consultation-turned", operatorId, transferId, talkingTo }),
      ),
    completeTransfer: (callId, operatorId, transferId) =>
      command(
        callId,
        (call) => mayCompleteTransfer(call, operatorId, transferId),
        post({ type: "transfer-completed", operatorId, transferId }),
      ),
    attachTicket: (callId, operatorId, ticketId) =>
      command(
        callId,
        (call) => mayAttachTicket(call, operatorId, ticketId),
        post({ type: "ticket-attached", operatorId, ticketId }),
      ),
  };
}

/** Starts a transfer that the guard allowed. Shared with REFER, whose leg then hears of the progress. */
export function startTransfer(
  planner: TransferPlanner,
  runner: Runner,
  wish: { operatorId: OperatorId; order: TransferOrder; referrerLegId: LegId | null },
): CommandResult {
  const { operatorId, order, referrerLegId } = wish;
  const { transferId, ticketId, message, target, mode = "blind" } = order;
  const planned = planTransfer(planner, runner.call, { target, operatorId });
  if (!planned.ok) return planned;
  const reason = reasonFrom(order.reason);
  const { plan } = planned;
  const trading = tradingNames(planner, runner.call, operatorId);
  const wanted = { operatorId, transferId, mode, plan, ticketId, reason, message, referrerLegId };
  runner.post({ type: "transfer-requested", ...wanted, ...(trading !== null && { trading }) });
  return { ok: true };
}

/** Where it is the caller who transfers: the names of the two. */
function tradingNames({ office }: TransferPlanner, call: Call, operatorId: OperatorId): TradingNames | null {
  const { phase } = call;
  const isUp = phase.kind === "talking" || phase.kind === "held";
  if (!isUp || callingOperatorOf(call) !== operatorId) return null;
  const nameOf = (one: OperatorId): string => office.operators.get(one)?.displayName ?? one;
  return { caller: nameOf(operatorId), inCharge: nameOf(phase.operatorId) };
}

function perform(
  runner: Runner | null,
  guard: (call: Call) => GuardResult,
  act: (runner: Runner) => CommandResult,
): CommandResult {
  if (runner === null) return { ok: false, reason: "unknown-call" };
  const verdict = guard(runner.call);
  if (verdict.kind === "refused") return { ok: false, reason: verdict.reason };
  return verdict.kind === "done" ? { ok: true } : act(runner);
}

function reasonFrom(text: string): TransferReason {
  return transferReasons.find((one) => one === text) ?? "other";
}
