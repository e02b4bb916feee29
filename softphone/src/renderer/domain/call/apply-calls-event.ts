/**
 * The calls of this desk, in the order in which they came. A later call never overwrites an earlier one.
 *   (none) ─box-card / line-ringing─▶ ringing ─line-open─▶ talking ⇄ held ⇄ transferring ─gone─▶ ended / transferred ─dismissed─▶ (none)
 *                                        └── gone without an answer ──▶ (none)          ended ─back again (parked and retrieved)─▶ ringing
 */
import { cardStateOf } from "./call.ts";
import type { BoxCard, CallEntry, Caller, PhoneLine } from "./call.ts";

export type CallsEvent =
  | { type: "box-card"; card: BoxCard; nowMs: number }
  /** Everything the box has for this operator, after the channel came (back). */
  | { type: "box-snapshot"; cards: readonly BoxCard[]; nowMs: number }
  | { type: "line-ringing"; callId: string; caller: Caller; nowMs: number }
  | { type: "line-answering"; callId: string }
  | { type: "line-open"; callId: string; nowMs: number }
  | { type: "line-answer-failed"; callId: string }
  /** `elsewhere`: another phone of the operator's, or of a colleague's, has the call now. */
  | { type: "line-ended"; callId: string; how: "over" | "elsewhere"; nowMs: number }
  | { type: "microphone-set"; callId: string; microphone: "live" | "muted" }
  | { type: "call-dismissed"; callId: string };

/** Pure. A call that ended before it was answered here leaves the list; an answered one stays until it is dismissed. */
export function applyCallsEvent(calls: readonly CallEntry[], event: CallsEvent): readonly CallEntry[] {
  switch (event.type) {
    case "box-card":
      return settled(withBoxCard(calls, event.card, event.nowMs), event.nowMs);
    case "box-snapshot":
      return settled(withSnapshot(calls, event.cards, event.nowMs), event.nowMs);
    case "line-ringing": {
      const entry = findEntry(calls, event.callId) ?? newEntry(event.callId, event.nowMs);
      return withEntry(calls, { ...entry, line: { kind: "ringing" }, lineCaller: event.caller });
    }
    case "line-answering":
      return withLine(calls, event.callId, { kind: "answering" });
    case "line-answer-failed":
      return withLine(calls, event.callId, { kind: "ringing" });
    case "line-open":
      return calls.map((entry) =>
        entry.callId === event.callId
          ? { ...entry, line: { kind: "open", microphone: "live" }, answeredAtMs: entry.answeredAtMs ?? event.nowMs }
          : entry,
      );
    case "line-ended":
      return settled(withLine(calls, event.callId, lineAfterEnd(calls, event)), event.nowMs);
    case "microphone-set":
      return calls.map((entry) =>
        entry.callId === event.callId && entry.line.kind === "open"
          ? { ...entry, line: { kind: "open", microphone: event.microphone } }
          : entry,
      );
    case "call-dismissed":
      return calls.filter((entry) => entry.callId !== event.callId);
  }
}

export function findEntry(calls: readonly CallEntry[], callId: string | null): CallEntry | undefined {
  return calls.find((entry) => entry.callId === callId);
}

function newEntry(callId: string, nowMs: number): CallEntry {
  return {
    callId,
    box: null,
    line: { kind: "absent" },
    lineCaller: null,
    firstSeenAtMs: nowMs,
    answeredAtMs: null,
    endedAtMs: null,
  };
}

function withEntry(calls: readonly CallEntry[], changed: CallEntry): readonly CallEntry[] {
  const exists = calls.some((entry) => entry.callId === changed.callId);
  if (!exists) return [...calls, changed];
  return calls.map((entry) => (entry.callId === changed.callId ? changed : entry));
}

function withLine(calls: readonly CallEntry[], callId: string, line: PhoneLine): readonly CallEntry[] {
  return calls.map((entry) => (entry.callId === callId ? { ...entry, line } : entry));
}

/** The operator talks on, on another phone: the card stays, without audio of its own. */
function lineAfterEnd(
  calls: readonly CallEntry[],
  { callId, how }: Extract<CallsEvent, { type: "line-ended" }>,
): PhoneLine {
  const part = findEntry(calls, callId)?.box?.myState.kind;
  const talksOn = how === "elsewhere" && (part === "talking" || part === "holding");
  return { kind: talksOn ? "absent" : "over" };
}

function withBoxCard(calls: readonly CallEntry[], card: BoxCard, nowMs: number): readonly CallEntry[] {
  const known = findEntry(calls, card.call.callId);
  // A card that says "gone" of a call never seen here has nothing to show.
  if (known === undefined && card.myState.kind === "gone") return calls;
  const isBack = known?.box?.myState.kind === "gone" && card.myState.kind !== "gone";
  const entry = known === undefined ? newEntry(card.call.callId, nowMs) : isBack ? comeBack(known, nowMs) : known;
  const wasAnswered = card.myState.kind !== "ringing" && card.myState.kind !== "gone";
  // A call of one's own is talk from the citizen's answer on, not from that of the own phone.
  const isAnswerNow = entry.box?.myState.kind === "dialling" && card.myState.kind === "talking";
  const answeredAtMs = isAnswerNow ? nowMs : (entry.answeredAtMs ?? (wasAnswered ? nowMs : null));
  return withEntry(calls, { ...entry, box: card, answeredAtMs });
}

/** A call that was parked or given away here and rings here again, before its card was put away. Its SIP call may have come before the box's word. */
function comeBack(entry: CallEntry, nowMs: number): CallEntry {
  const line: PhoneLine = entry.line.kind === "over" ? { kind: "absent" } : entry.line;
  return { ...entry, line, firstSeenAtMs: nowMs, answeredAtMs: null, endedAtMs: null };
}

/** A call the box no longer mentions is over, unless its line is still here (then the box will say more). */
function withSnapshot(calls: readonly CallEntry[], cards: readonly BoxCard[], nowMs: number): readonly CallEntry[] {
  const mentioned = new Set(cards.map((card) => card.call.callId));
  const kept = calls.map((entry): CallEntry => {
    const isForgotten = entry.box !== null && !mentioned.has(entry.callId) && entry.line.kind !== "open";
    if (!isForgotten || entry.box === null || entry.box.myState.kind === "gone") return entry;
    return { ...entry, box: { ...entry.box, myState: { kind: "gone", why: "ended" } } };
  });
  return cards.reduce((list, card) => withBoxCard(list, card, nowMs), kept as readonly CallEntry[]);
}

/** Drops calls that ended unanswered and stamps the end of the others. */
function settled(calls: readonly CallEntry[], nowMs: number): readonly CallEntry[] {
  return calls.flatMap((entry) => {
    const state = cardStateOf(entry);
    if (state !== "ended" && state !== "transferred") return [entry];
    if (entry.answeredAtMs === null) return [];
    return [{ ...entry, endedAtMs: entry.endedAtMs ?? nowMs }];
  });
}
