/** Tells operators that a colleague whom they found busy is free (domain/operator/free-notices.ts). */
import { applyFreeNoticeEvent } from "../domain/operator/free-notices.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { FreeNotice, FreeNoticeEvent, FreeNotices } from "../domain/operator/free-notices.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Clock } from "./ports.ts";
import type { FreeNoticeDesk, FreeNoticeResult } from "./free-notice-desk.ts";

type TellFree = Parameters<FreeNoticeDesk["onFree"]>[0];

export type FreeNoticeParts = {
  office: Pick<Office, "operators">;
  room: Pick<OperatorRoom, "presenceOf">;
  clock: Clock;
};

/** A colleague whom the next waiting citizen rings at once was never free: looked at, not listened to. Only while somebody waits. */
const lookEveryMs = 1_000;

export class FreeNoticeBook implements FreeNoticeDesk {
  private readonly parts: FreeNoticeParts;
  private notices: FreeNotices = [];
  private tell: TellFree = () => false;
  /** Null: nobody waits for anybody. */
  private stopTimer: (() => void) | null = null;

  constructor(parts: FreeNoticeParts) {
    this.parts = parts;
  }

  ask(askedBy: OperatorId, colleague: OperatorId): FreeNoticeResult {
    if (!this.parts.office.operators.has(colleague)) return { ok: false, reason: "unknown-target" };
    if (askedBy === colleague) return { ok: false, reason: "target-not-allowed" };
    this.apply({ type: "asked", askedBy, colleague, atMs: this.parts.clock.now() });
    return { ok: true };
  }

  cancel(askedBy: OperatorId, colleague: OperatorId): void {
    this.apply({ type: "cancelled", askedBy, colleague });
  }

  of(askedBy: OperatorId): readonly FreeNotice[] {
    return this.notices.filter((one) => one.askedBy === askedBy);
  }

  onFree(tell: TellFree): () => void {
    this.tell = tell;
    return () => {
      this.tell = () => false;
    };
  }

  close(): void {
    this.stopTimer?.();
    this.stopTimer = null;
    this.notices = [];
  }

  private apply(event: FreeNoticeEvent): void {
    const { notices, effects } = applyFreeNoticeEvent(this.notices, event);
    this.notices = notices;
    for (const { askedBy, colleague } of effects)
      if (this.tell({ askedBy, colleague })) this.apply({ type: "told", askedBy, colleague });
    this.keepLooking();
  }

  private keepLooking(): void {
    if (this.notices.length === 0) {
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
