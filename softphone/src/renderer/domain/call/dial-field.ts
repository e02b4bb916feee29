/** The field that calls are made with: to a citizen's number, a colleague or another office. */
import type { TransferTarget } from "./call.ts";

export type DialProblem =
  | "invalid-number"
  | "number-not-allowed"
  | "already-busy"
  | "no-phone"
  | "no-trunk"
  | "box-stopping"
  | "colleague-busy"
  | "target-unavailable"
  | "unknown-target"
  | "target-not-allowed"
  | "no-on-net-route"
  | "away"
  | "unknown";

/** Whom the operator called last, for calling again, or for being called back. */
export type Dialled = { target: TransferTarget; label: string };

export type DialField = {
  last: Dialled | null;
  outcome: { kind: "none" } | { kind: "problem"; problem: DialProblem } | { kind: "recall-asked" };
};

export const untouchedField: DialField = { last: null, outcome: { kind: "none" } };
