/**
 * Real-time text of the calls on this desk (EN 301 549 clause 6.2): turns of each voice, character by character. In memory only, gone with the card.
 *   closed ─first character of the other side / button / key─▶ open ─button─▶ closed
 */
import { withCharacters } from "./turns.ts";
import type { TextTurn, TextVoice } from "./turns.ts";

/** How the other side is written to; `none`: it has no text. */
export type TextChannel = "none" | "page" | "rtp" | "message";

/** Why what was written last was not read; `box-away`: it never left. */
export type TextProblem = "not-in-conversation" | "no-text" | "too-fast" | "box-away" | "lost";

export type CallText = {
  channel: TextChannel;
  /** `later`: the other side is on hold, or waits. */
  isRead: "now" | "later";
  turns: readonly TextTurn[];
  /** `text`: it opened by itself, and leaves the focus where it is. */
  view: { kind: "closed" } | { kind: "open"; by: "operator" | "text" };
  problem: TextProblem | null;
};

export type CallTexts = Readonly<Record<string, CallText>>;

export type TextEvent =
  | { type: "text-channel"; callId: string; channel: TextChannel; isRead: "now" | "later" }
  | { type: "text-heard"; callId: string; voice: TextVoice; characters: string }
  /** The operator's own characters, which are on their way. */
  | { type: "text-written"; callId: string; characters: string }
  | { type: "text-failed"; callId: string; problem: TextProblem }
  | { type: "text-opened" | "text-closed"; callId: string };

export function isTextEvent<E extends { type: string }>(event: E | TextEvent): event is TextEvent {
  return event.type.startsWith("text-");
}

const noText: CallText = {
  channel: "none",
  isRead: "now",
  turns: [],
  view: { kind: "closed" },
  problem: null,
};

/** Pure. */
export function applyTextEvent(texts: CallTexts, event: TextEvent): CallTexts {
  const before = texts[event.callId] ?? noText;
  return { ...texts, [event.callId]: textAfter(before, event) };
}

function textAfter(text: CallText, event: TextEvent): CallText {
  switch (event.type) {
    case "text-channel":
      return { ...text, channel: event.channel, isRead: event.isRead, problem: null };
    case "text-heard": {
      const turns = withCharacters(text.turns, event.voice, event.characters);
      return { ...text, turns, view: text.view.kind === "open" ? text.view : { kind: "open", by: "text" } };
    }
    case "text-written":
      return { ...text, turns: withCharacters(text.turns, { kind: "own" }, event.characters), problem: null };
    case "text-failed":
      return { ...text, problem: event.problem };
    case "text-opened":
      return { ...text, view: { kind: "open", by: "operator" } };
    case "text-closed":
      return { ...text, view: { kind: "closed" } };
  }
}

/** Texts go with the cards of their calls. */
export function textsOfCalls(texts: CallTexts, callIds: readonly string[]): CallTexts {
  const kept = Object.entries(texts).filter(([callId]) => callIds.includes(callId));
  return kept.length === Object.keys(texts).length ? texts : Object.fromEntries(kept);
}

/** Is there anything to read or to write? */
export function hasText({ channel, turns }: CallText): boolean {
  return channel !== "none" || turns.length > 0;
}
