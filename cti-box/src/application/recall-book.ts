/** Calls operators back when a colleague whom they found busy is free (domain/operator/recalls.ts). */
import { applyRecallEvent } from "../domain/operator/recalls.ts";
import type { CallId, OperatorId } from "../domain/call/ids.ts";
import type { PublicCallEvent } from "../domain/call/call-view.ts";
import type { Recall, RecallEvent, RecallPair, Recalls } from "../domain/operator/recalls.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Clock, Log } from "./ports.ts";
import type { RecallDesk, RecallResult } from "./recall-desk.ts";

export type RecallParts = {
  office: Pick<Office, "operators">;
  room: Pick<OperatorRoom, "presenceOf">;
  calls: { onEvent(listener: (event: PublicCallEvent) => void): () => void };
  /** Rings who asked; null: not now. */
  recall(pair: RecallPair): CallId | null;
  clock: Clock;
  log: Log;
};

/** A colleague whom the next waiting citizen rings at once was never free: looked at, not listened to. Only while somebody waits. */
const lookEveryMs = 1_000;

export class RecallBook implements RecallDesk {
  private readonly parts: RecallParts;
  private readonly stopListening: () => void;
  private readonly calls = new Map<CallId, RecallPair>();
  private readonly listeners = new Set<(askedBy: OperatorId) => void>();
  private recalls: Recalls = [];
  /** Null: nobody waits for anybody. */
  private stopTimer: (() => void) | null = null;

  constructor(parts: RecallParts) {
    this.parts = parts;
    this.stopListening = parts.calls.onEvent((event) => this.heard(event));
  }

  ask(askedBy: OperatorId, colleague: OperatorId): RecallResult {
    if (!this.parts.office.operators.has(colleague)) return { ok: false, reason: "unknown-target" };
    if (askedBy === colleague) return { ok: false, reason: "target-not-allowed" };
    this.apply({ type: "asked", askedBy, colleague, atMs: this.parts.clock.now() });
    return { ok: true };
  }

  cancel(askedBy: OperatorId, colleague: OperatorId): void {
    this.apply({ type: "cancelled", askedBy, colleague });
  }

  of(askedBy: OperatorId): readonly Recall[] {
    return this.recalls.filter((one) => one.askedBy === askedBy);
  }

  onRecalls(listener: (askedBy: OperatorId) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.listeners.clear();
    this.stopListening();
    this.stopTimer?.();
    this.stopTimer = null;
    this.recalls = [];
  }

  private apply(event: RecallEvent): void {
    const before = this.recalls;
    const { recalls, effects } = applyRecallEvent(before, event);
    this.recalls = recalls;
    for (const askedBy of changedFor(before, recalls)) for (const listener of this.listeners) listener(askedBy);
    for (const { askedBy, colleague } of effects) this.begin({ askedBy, colleague });
    this.keepLooking();
  }

  private begin(pair: RecallPair): void {
    const callId = this.recallOrNull(pair);
    if (callId === null) this.apply({ type: "recalled", outcome: "busy", ...pair });
    else this.calls.set(callId, pair);
  }

  private recallOrNull(pair: RecallPair): CallId | null {
    try {
      return this.parts.recall(pair);
    } catch (error) {
      this.parts.log.error({ ...pair, error: String(error) }, "an operator could not be called back");
      return null;
    }
  }

  /** Whoever answered has been called back; a colleague who is busy again is waited for further. */
  private heard(event: PublicCallEvent): void {
    if (event.type !== "call-answered" && event.type !== "call-ended") return;
    const pair = this.calls.get(event.call.callId);
    if (pair === undefined) return;
    this.calls.delete(event.call.callId);
    const isBusy = event.type === "call-ended" && event.endCause === "callee-busy";
    this.apply({ type: "recalled", outcome: isBusy ? "busy" : "done", ...pair });
  }

  private keepLooking(): void {
    if (this.recalls.length === 0) {
      this.stopTimer?.();
      this.stopTimer = null;
    } else
      this.stopTimer ??= this.parts.clock.after(lookEveryMs, () => {
        this.stopTimer = null;
        this.apply({ type: "looked", atMs: this.parts.clock.now(), free: this.free() });
      });
  }

  private free(): ReadonlySet<OperatorId> {
    const { office, room } = this.parts;
    return new Set([...office.operators.keys()].filter((operatorId) => room.presenceOf(operatorId) === "available"));
  }
}

/** Whose recalls are others now. */
function changedFor(before: Recalls, now: Recalls): ReadonlySet<OperatorId> {
  const changed = [...before.filter((one) => !now.includes(one)), ...now.filter((one) => !before.includes(one))];
  return new Set(changed.map(({ askedBy }) => askedBy));
}
