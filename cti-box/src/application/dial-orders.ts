/** Calls that operators make: what they order, and why they may not have it. */
import type { CallId, OperatorId } from "../domain/call/ids.ts";

/** `callId` is made by who asks, so that a repeated order is the same call. */
export type DialOrder = { callId: CallId; number: string; ticketId: string | null };

/** Whom an operator calls without a carrier: free of charge. */
export type NetworkTarget =
  | { kind: "operator"; operatorId: OperatorId }
  | { kind: "extension"; extension: string }
  | { kind: "office"; officeId: string };
export type NetworkCallOrder = { callId: CallId; target: NetworkTarget };

export type DialRefusal =
  | "invalid-number"
  /** Not for this operator's role. */
  | "number-not-allowed"
  /** The operator is in a call already. */
  | "already-busy"
  /** No phone of the operator is registered. */
  | "no-phone"
  /** No trunk carries such numbers, or all that do are full. */
  | "no-trunk"
  /** The box is about to stop: only emergency calls go out. */
  | "box-stopping"
  | "wrong-state"
  /** No such colleague or office. */
  | "unknown-target"
  /** Oneself, or the own office. */
  | "target-not-allowed"
  /** The colleague is in a call: the operator may be called back (free-again.ts). */
  | "colleague-busy"
  /** No phone of the colleague is there to be rung. */
  | "target-unavailable"
  | "no-on-net-route";
export type DialResult = { ok: true } | { ok: false; reason: DialRefusal };
