/** Words of a transfer that the call core, its views and its records share. */
import type { OperatorId } from "../call/ids.ts";

/**
 * Where a call may go: an office of the network, an operator of this office, or, for roles that may, a telephone number (E.164), which costs
 * money.
 */
export type TransferTarget =
  | { kind: "office"; officeId: string }
  | { kind: "operator"; operatorId: OperatorId }
  | { kind: "number"; number: string };

/** `attended`: the operator speaks with the other side first (RFC 5589). */
export type TransferMode = "blind" | "attended";

/** Whom the operator speaks with during a consultation: one side while the other one hears music, or both in a conference of three. */
export type ConsultationPartner = "target" | "caller" | "everybody";

export type TransferFailure =
  | "no-answer"
  | "busy"
  | "refused"
  | "unknown-office"
  | "no-on-net-route"
  | "not-reachable"
  | "cancelled"
  | "caller-hung-up"
  /** The other side left while the operator consulted it. */
  | "target-hung-up"
  | "failed";
