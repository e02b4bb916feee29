/** The use case of operators who wait for a busy colleague (domain/operator/free-notices.ts). */
import type { OperatorId } from "../domain/call/ids.ts";
import type { FreeNotice, NoticePair } from "../domain/operator/free-notices.ts";

export interface FreeNoticeDesk {
  /** A colleague who is free already is told at the next look. */
  ask(askedBy: OperatorId, colleague: OperatorId): FreeNoticeResult;
  /** Without a notice nothing happens. */
  cancel(askedBy: OperatorId, colleague: OperatorId): void;
  of(askedBy: OperatorId): readonly FreeNotice[];
  /** One listener, which has the operators' pages; true: the page has it. Returns the way to stop. */
  onFree(tell: (pair: NoticePair) => boolean): () => void;
}
export type FreeNoticeResult = { ok: true } | { ok: false; reason: "unknown-target" | "target-not-allowed" };
