/**
 * REFER from an operator's own phone ends in the box (RFC 5589 with the box as transferor): the target is an extension, a login, an office
 * of the network or a number that the operator may transfer to, anything else is refused in the NOTIFY and the citizen stays with the operator. It is never relayed.
 * A REFER that names another dialog of the phone (Replaces) puts the colleague who was consulted there through: `join-consultation.ts`.
 */
import { mayTransfer } from "../domain/call/command-guards.ts";
import { findLeg } from "../domain/call/find-leg.ts";
import { officeNamed } from "../domain/transfer/network-directory.ts";
import { colleagueNamed } from "./accept-inbound-call.ts";
import { startTransfer } from "./call-commands.ts";
import { isConsultationBy, joinConsultation } from "./join-consultation.ts";
import type { Call } from "../domain/call/call.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";
import type { CommandParts } from "./call-commands.ts";
import type { CallRunner } from "./call-runner.ts";
import type { JoinParts } from "./join-consultation.ts";
import type { CallSignalling, Ids, SignallingEvent } from "./ports.ts";
import type { CommandRefusal, TransferDestination } from "./use-cases.ts";

/** Only the operator who has the citizen on the line may transfer, or a colleague whom he has called, and only from that leg; to the party of another leg also from that one. */
export function mayRefer(call: Call, legId: LegId, isAttended: boolean): boolean {
  if (isAttended) return operatorOf(call, legId) !== null || isConsultationBy(call, legId) !== null;
  return transferorOf(call, legId) !== null;
}

const statusOfRefusal: Record<CommandRefusal, number> = {
  "unknown-call": 481,
  "not-your-call": 403,
  "wrong-state": 491,
  "unknown-target": 404,
  "no-on-net-route": 403,
  "target-not-allowed": 403,
  "target-unavailable": 480,
  "transfer-pending": 491,
  "invalid-number": 404,
  "no-trunk": 503,
};

export type ReferParts = CommandParts & JoinParts & { ids: Ids; signalling: Pick<CallSignalling, "notifyReferrer"> };
type Referred = Extract<SignallingEvent, { type: "leg-referred" }>;

/** The 202 has gone out; what becomes of it is told with NOTIFY. */
export async function referCall(parts: ReferParts, runner: CallRunner, refer: Referred): Promise<void> {
  const { legId } = refer;
  const refused = tryRefer(parts, runner, refer);
  if (refused !== null) await parts.signalling.notifyReferrer(legId, refused);
}

/** The status of the refusal, or null when the transfer has started. */
function tryRefer(parts: ReferParts, runner: CallRunner, refer: Referred): number | null {
  if (refer.replaces !== null) return tryJoin(parts, runner, refer);
  const operatorId = transferorOf(runner.call, refer.legId);
  if (operatorId === null) return 603;
  const transferId = parts.ids.transferId();
  const guard = mayTransfer(runner.call, operatorId, transferId);
  if (guard.kind === "refused") return statusOfRefusal[guard.reason];
  const target = targetOf(parts, refer);
  if (target === null) return 403;
  const ticketId = runner.call.ticket?.ticketId ?? null;
  const order = { transferId, target, ticketId, reason: "other", message: "" };
  const result = startTransfer(parts, runner, { operatorId, order, referrerLegId: refer.legId });
  return result.ok ? null : statusOfRefusal[result.reason];
}

/** Phones send the REFER to either party and name the dialog with the other one. */
function tryJoin(parts: ReferParts, runner: CallRunner, { legId, replaces }: Referred): number | null {
  if (replaces === null || replaces === "unknown") return 481;
  const named = parts.calls.findByLeg(replaces.legId);
  if (named === null || named === runner) return 481;
  const here = { runner, legId };
  const there = { runner: named, legId: replaces.legId };
  const [citizen, consulted] = operatorOf(runner.call, legId) === null ? [there, here] : [here, there];
  const operatorId = operatorOf(citizen.runner.call, citizen.legId);
  if (operatorId === null) return 603;
  // RFC 3891 §3: an operator may name the own dialogs, and `early-only` means a dialog that still rings.
  if (isConsultationBy(consulted.runner.call, consulted.legId) !== operatorId) return 603;
  if (replaces.isEarlyOnly && findLeg(named.call, replaces.legId)?.state.kind === "answered") return 486;
  const result = joinConsultation(parts, { operatorId, runner: citizen.runner, consulted: consulted.runner, legId });
  return result.ok ? null : statusOfRefusal[result.reason];
}

function targetOf({ office }: ReferParts, refer: Referred): TransferDestination | null {
  const colleague = colleagueNamed(office, refer.user);
  if (colleague !== null) return { kind: "operator", operatorId: colleague.operatorId };
  const byUser = officeNamed(office.network, refer.user);
  const named = byUser ?? (refer.user === "urp" ? officeNamed(office.network, officeHost(refer.host)) : null);
  if (named !== null) return { kind: "office", officeId: named.officeId };
  return /^\+?\d{5,}$/.test(refer.user) ? { kind: "number", number: refer.user } : null;
}

/** `x-test2.some.domain` names an office also where the domain is not the network's. */
function officeHost(host: string): string {
  return host.split(".")[0] ?? host;
}

/** The operator in charge, or who called that one. */
function transferorOf(call: Call, legId: LegId): OperatorId | null {
  const isUp = call.phase.kind === "talking" || call.phase.kind === "held";
  return operatorOf(call, legId) ?? (isUp ? isConsultationBy(call, legId) : null);
}

function operatorOf(call: Call, legId: LegId): OperatorId | null {
  const phase = call.phase;
  if ((phase.kind !== "talking" && phase.kind !== "held") || phase.legId !== legId) return null;
  return findLeg(call, legId)?.role === "operator" ? phase.operatorId : null;
}
