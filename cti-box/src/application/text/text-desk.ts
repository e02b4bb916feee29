/** The use case of operators who read and write in their calls (real-time text, docs/decisions/0026-real-time-text.md). */
import type { CallId, OperatorId } from "../../domain/call/ids.ts";
import type { TextVoice } from "../../domain/text/text-voice.ts";

/** How the other side is written to; `none`: it has no text. The best of several. */
export type TextChannel = "none" | "page" | "rtp" | "message";
/** `later`: the other side is on hold, or waits, and does not read now. */
export type TextChannelView = { channel: TextChannel; isRead: "now" | "later" };

/** `lost`: the way to the other side failed again and again. */
export type TextRefusal = "not-in-conversation" | "no-text" | "too-fast" | "lost";

/** What an operator's page is told. Never logged, never kept. */
export type TextTold =
  | { kind: "text"; callId: CallId; from: TextVoice & { voiceId: string }; text: string }
  | ({ kind: "text-channel"; callId: CallId } & TextChannelView)
  /** What the operator has written was read by nobody. */
  | { kind: "text-refused"; callId: CallId; why: TextRefusal };

export interface TextDesk {
  /** The operator writes to whoever hears the operator now; null: it is on its way. */
  write(operatorId: OperatorId, callId: CallId, text: string): TextRefusal | null;
  /** Of the operator's calls those whose other side has, or had, text. */
  channelsOf(operatorId: OperatorId): readonly ({ callId: CallId } & TextChannelView)[];
  /** Returns the way to stop. */
  onText(listener: (operatorId: OperatorId, told: TextTold) => void): () => void;
}
