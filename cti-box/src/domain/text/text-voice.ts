/** Who writes, as readers are told: their own office's colleague, another office, or the citizen. */
import { callerLegOf, findLeg } from "../call/find-leg.ts";
import type { Call } from "../call/call.ts";
import type { LegId, OperatorId } from "../call/ids.ts";

/** `name`: null where nothing better is known than the kind. */
export type TextVoice = { kind: "citizen" | "colleague" | "office"; name: string | null };

/** Names by which the office knows its operators and the other offices. */
export type KnownNames = { operator(operatorId: OperatorId): string | null; office(officeId: string): string | null };

export function voiceOf(call: Call, legId: LegId, names: KnownNames): TextVoice {
  const leg = findLeg(call, legId);
  if (leg === null) return { kind: "citizen", name: null };
  const { peer } = leg;
  if (peer.kind === "operator") {
    return { kind: "colleague", name: names.operator(peer.name as OperatorId) ?? peer.name };
  }
  if (leg.role === "office") {
    if (peer.kind === "member") return { kind: "office", name: names.office(peer.name) ?? peer.name };
    // A transfer to a telephone outside of the network.
    return { kind: "office", name: numberOf(call) };
  }
  const { origin, caller, callingOfficeId } = call;
  if (callingOfficeId !== undefined) return { kind: "office", name: names.office(callingOfficeId) ?? callingOfficeId };
  // Until the citizen is handed over the other office's operator writes.
  if (legId === callerLegOf(call).legId && origin?.isConsultation === true)
    return { kind: "office", name: origin.officeLabel ?? names.office(origin.officeId) ?? origin.officeId };
  return { kind: "citizen", name: caller.displayName ?? caller.number };
}

function numberOf({ phase }: Call): string | null {
  if (phase.kind !== "consulting" && phase.kind !== "transferred") return null;
  return phase.transfer.target.kind === "number" ? phase.transfer.target.number : null;
}
