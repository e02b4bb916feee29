/** Quiet lines under the cards; the newest few. */
import type { Caller, GoneReason } from "../call/call.ts";

export type Notice =
  | { noticeId: string; kind: "missed-call"; caller: Caller; why: GoneReason; atMs: number }
  | { noticeId: string; kind: "problem"; text: string; atMs: number }
  /** Nobody took the own phone when it rang because a colleague is free. */
  | { noticeId: string; kind: "recall-missed"; label: string; atMs: number };

export type NoticeEvent = { type: "notice-added"; notice: Notice } | { type: "notice-dismissed"; noticeId: string };

const noticeLimit = 5;

export function applyNoticeEvent(notices: readonly Notice[], event: NoticeEvent): readonly Notice[] {
  if (event.type === "notice-added") return [...notices, event.notice].slice(-noticeLimit);
  return notices.filter((notice) => notice.noticeId !== event.noticeId);
}
