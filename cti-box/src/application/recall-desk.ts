/** The use case of operators who are called back when a busy colleague is free (domain/operator/recalls.ts). */
import type { OperatorId } from "../domain/call/ids.ts";
import type { Recall } from "../domain/operator/recalls.ts";

export interface RecallDesk {
  /** A colleague who is free already: the recall comes at the next look. */
  ask(askedBy: OperatorId, colleague: OperatorId): RecallResult;
  /** Without a recall nothing happens; one whose phone rings already goes on ringing. */
  cancel(askedBy: OperatorId, colleague: OperatorId): void;
  of(askedBy: OperatorId): readonly Recall[];
  /** Told of whom something has changed. Returns the way to stop. */
  onRecalls(listener: (askedBy: OperatorId) => void): () => void;
}
export type RecallResult = { ok: true } | { ok: false; reason: "unknown-target" | "target-not-allowed" };
