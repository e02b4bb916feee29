/**
 * Operators who found a colleague busy and want to be told when both are free. One notice per pair; it lapses after half an hour.
 *   asked ─both free─▶ tell-free ─told─▶ gone        cancelled, half an hour over: gone
 * Told without a page that hears it, the notice stays until there is one. In memory only, like presence.
 */
import type { OperatorId } from "../call/ids.ts";

export type NoticePair = { askedBy: OperatorId; colleague: OperatorId };
export type FreeNotice = NoticePair & { untilMs: number };
/** The longest asked first. */
export type FreeNotices = readonly FreeNotice[];

export type FreeNoticeEvent =
  /** Asked again, the half hour begins anew. */
  | ({ type: "asked"; atMs: number } & NoticePair)
  | ({ type: "cancelled" } & NoticePair)
  | ({ type: "told" } & NoticePair)
  /** `free`: who could be rung at this moment. */
  | { type: "looked"; atMs: number; free: ReadonlySet<OperatorId> };

export type FreeNoticeEffect = { type: "tell-free" } & NoticePair;
export type FreeNoticeStep = { notices: FreeNotices; effects: readonly FreeNoticeEffect[] };

export const longestNoticeMs = 30 * 60_000;

export function applyFreeNoticeEvent(notices: FreeNotices, event: FreeNoticeEvent): FreeNoticeStep {
  switch (event.type) {
    case "asked": {
      const { askedBy, colleague, atMs } = event;
      if (askedBy === colleague) return { notices, effects: [] };
      const asked = { askedBy, colleague, untilMs: atMs + longestNoticeMs };
      return { notices: [...without(notices, event), asked], effects: [] };
    }
    case "cancelled":
    case "told":
      return { notices: without(notices, event), effects: [] };
    case "looked": {
      const running = notices.filter(({ untilMs }) => event.atMs < untilMs);
      const due = running.filter(({ askedBy, colleague }) => event.free.has(askedBy) && event.free.has(colleague));
      return {
        notices: running,
        effects: due.map(({ askedBy, colleague }) => ({ type: "tell-free", askedBy, colleague })),
      };
    }
  }
}

function without(notices: FreeNotices, { askedBy, colleague }: NoticePair): FreeNotices {
  return notices.filter((one) => one.askedBy !== askedBy || one.colleague !== colleague);
}
