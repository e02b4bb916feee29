/** An operator takes a call that waits elsewhere: it rings at a colleague's who is not at the desk, or is parked. */
import { ownPhones, type OwnPhonesParts } from "./own-phones.ts";
import type { CallId, OperatorId } from "../domain/call/ids.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { PickUpResult } from "./use-cases.ts";

export type PickUpParts = OwnPhonesParts & {
  office: Pick<Office, "operators">;
  calls: Pick<CallsInProgress, "find" | "index">;
};

export function pickUpCall(parts: PickUpParts, operatorId: OperatorId, colleagueId: OperatorId): PickUpResult {
  const { office, calls } = parts;
  if (!office.operators.has(colleagueId)) return { ok: false, reason: "unknown-target" };
  if (colleagueId === operatorId) return { ok: false, reason: "target-not-allowed" };
  const own = ownPhones(parts, operatorId);
  if (!own.ok) return own;
  const runner = calls.index.ringingAt(colleagueId);
  if (runner === null) return { ok: false, reason: "wrong-state" };
  runner.post({ type: "call-picked-up", operatorId, legs: own.legs });
  return { ok: true, callId: runner.call.callId };
}

export function retrieveCall(parts: PickUpParts, operatorId: OperatorId, callId: CallId): PickUpResult {
  const runner = parts.calls.find(callId);
  if (runner === null) return { ok: false, reason: "unknown-call" };
  const own = ownPhones(parts, operatorId);
  if (!own.ok) return own;
  if (runner.call.phase.kind !== "parked") return { ok: false, reason: "wrong-state" };
  runner.post({ type: "call-retrieved", operatorId, legs: own.legs });
  return { ok: true, callId };
}
