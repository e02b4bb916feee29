/**
 * Who reads what a party of a call writes: whoever hears that party (`conversationOf`). So text follows hold, transfer, consultation and conference without
 * rules of its own, and what a citizen writes while nobody listens is as private as what is said then – but not lost: it waits, and whoever talks with the
 * citizen next has it at once. The writer is told once that it waits.
 *   in conversation ─written─▶ passed on
 *   waiting, held   ─written─▶ kept (the last 2000 characters), writer told ─conversation─▶ passed on, forgotten
 */
import { waitingText } from "./characters.ts";
import { findLeg } from "../call/find-leg.ts";
import { conversationOf } from "../call/conversation.ts";
import type { Call } from "../call/call.ts";
import type { LegId } from "../call/ids.ts";

/** What waits, by who wrote it. Lives in memory only. */
export type TextFlow = { waiting: ReadonlyMap<LegId, string> };

export type TextEffect =
  | { type: "pass-text"; from: LegId; to: readonly LegId[]; text: string }
  /** Nobody reads now, but somebody will. */
  | { type: "say-waiting"; to: LegId };

export type TextStep = { flow: TextFlow; effects: TextEffect[] };

export const emptyFlow: TextFlow = { waiting: new Map() };

/** Characters of one party that wait at most; the newest are kept. */
const mostWaiting = 2_000;

/** Who reads this leg now; null: nobody. */
export function readersOf(call: Call, legId: LegId): readonly LegId[] | null {
  const conversation = conversationOf(call);
  return conversation?.includes(legId) === true ? conversation.filter((one) => one !== legId) : null;
}

/** A party writes. Pure, as the call core. */
export function textWritten(call: Call, flow: TextFlow, { from, text }: { from: LegId; text: string }): TextStep {
  const readers = readersOf(call, from);
  if (readers !== null) return { flow, effects: [{ type: "pass-text", from, to: readers, text }] };
  if (!isReadLater(call) || findLeg(call, from)?.state.kind !== "answered") return { flow, effects: [] };
  const before = flow.waiting.get(from);
  const waiting = new Map(flow.waiting).set(from, waitingText(before ?? "", text, mostWaiting));
  return { flow: { waiting }, effects: before === undefined ? [{ type: "say-waiting", to: from }] : [] };
}

/** The call has moved on: what waited for a reader goes to whoever reads now; what nobody will read any more is forgotten. */
export function conversationMoved(call: Call, flow: TextFlow): TextStep {
  if (flow.waiting.size === 0) return { flow, effects: [] };
  if (!isReadLater(call) && conversationOf(call) === null) return { flow: emptyFlow, effects: [] };
  const effects: TextEffect[] = [];
  const waiting = new Map<LegId, string>();
  for (const [from, text] of flow.waiting) {
    const readers = readersOf(call, from);
    if (readers !== null) effects.push({ type: "pass-text", from, to: readers, text });
    else if (findLeg(call, from)?.state.kind === "answered") waiting.set(from, text);
  }
  return { flow: effects.length === 0 && waiting.size === flow.waiting.size ? flow : { waiting }, effects };
}

/** Will a party that has no conversation now have one? */
function isReadLater({ phase }: Call): boolean {
  return !["turned-away", "surveying", "ended"].includes(phase.kind);
}
