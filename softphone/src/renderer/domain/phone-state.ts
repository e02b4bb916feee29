/** Everything the screen shows, as one value, and the one function that changes it. */
import { applyCallsEvent, findEntry } from "./call/apply-calls-event.ts";
import { cardStateOf, isLive } from "./call/call.ts";
import { applyOfficeNews, nothingKnown, targetName } from "./office/office-now.ts";
import { untouchedField } from "./call/dial-field.ts";
import { applySessionEvent } from "./session/session.ts";
import { withHandOver } from "./transfer/hand-overs.ts";
import { afterProgress, applyTransferEvent } from "./transfer/transfer-steps.ts";
import { applyTicketEvent, ticketOfPanel } from "./ticket/ticket-panel.ts";
import type { DialField } from "./call/dial-field.ts";
import type { CallsEvent } from "./call/apply-calls-event.ts";
import { applyNoticeEvent } from "./notice/notices.ts";
import { applyTextEvent, isTextEvent, textsOfCalls } from "./text/call-text.ts";
import type { CallEntry } from "./call/call.ts";
import type { OfficeNews, OfficeNow } from "./office/office-now.ts";
import type { Notice, NoticeEvent } from "./notice/notices.ts";
import type { CallHandling } from "./session/call-handling.ts";
import type {
  LinkState,
  Links,
  MicrophoneState,
  OperatorState,
  SessionEvent,
  SessionState,
} from "./session/session.ts";
import type { FollowUp, HandOver, TransferEvent, TransferSteps } from "./transfer/transfer-steps.ts";
import type { CallTexts, TextEvent } from "./text/call-text.ts";
import type { TicketEvent, TicketPanels } from "./ticket/ticket-panel.ts";

export type PhoneState = {
  session: SessionState;
  links: Links;
  microphone: MicrophoneState;
  operatorState: OperatorState | null;
  /** Null: the box has not told yet. */
  callHandling: CallHandling | null;
  /** When the box ends what calls are left; null: it is not about to stop. */
  boxStopsAt: string | null;
  /** `none`: the office has no trunk that carries calls out. */
  outsideCalls: "some" | "none";
  /** The others. */
  office: OfficeNow;
  calls: readonly CallEntry[];
  selectedCallId: string | null;
  transfer: TransferSteps;
  /** Names of the latest destinations by transfer: the box knows them by their identifiers only. */
  destinationLabels: Readonly<Record<string, string>>;
  panels: TicketPanels;
  /** What is written in each call, where there is text. */
  texts: CallTexts;
  followUps: readonly FollowUp[];
  /** The newest word on each ticket's journey, by transfer; it may come before the call itself is transferred. */
  handOvers: Readonly<Record<string, HandOver>>;
  notices: readonly Notice[];
  dialling: DialField;
  /** What a link from outside (tel:, la2cti://) asked to look for; only fills the search field. */
  searchText: string;
};

export type PhoneEvent =
  | SessionEvent
  | CallsEvent
  | TransferEvent
  | TicketEvent
  | TextEvent
  | NoticeEvent
  | { type: "link-changed"; link: keyof Links; state: LinkState }
  | { type: "microphone-found"; microphone: MicrophoneState }
  | { type: "operator-state"; operatorState: OperatorState }
  | { type: "call-handling"; handling: CallHandling }
  | { type: "box-stopping"; at: string }
  | { type: "outside-calls"; offered: "some" | "none" }
  | { type: "office-news"; news: OfficeNews }
  | { type: "call-selected"; callId: string }
  | { type: "hand-over"; handOver: HandOver }
  | { type: "follow-up-dismissed"; transferId: string }
  | { type: "dial-field"; field: DialField }
  | { type: "search-filled"; text: string };

export const initialPhoneState: PhoneState = {
  session: { kind: "restoring" },
  links: { box: "idle", phone: "idle", crm: "idle" },
  microphone: "unknown",
  operatorState: null,
  callHandling: null,
  boxStopsAt: null,
  outsideCalls: "some",
  office: nothingKnown,
  calls: [],
  selectedCallId: null,
  transfer: { step: "closed" },
  destinationLabels: {},
  panels: {},
  texts: {},
  followUps: [],
  handOvers: {},
  notices: [],
  dialling: untouchedField,
  searchText: "",
};

const followUpLimit = 8;

export function applyPhoneEvent(state: PhoneState, event: PhoneEvent): PhoneState {
  if (isTextEvent(event)) return afterText(state, event);
  if (event.type === "office-news") return { ...state, office: applyOfficeNews(state.office, event.news) };
  switch (event.type) {
    case "signed-out":
      return { ...initialPhoneState, session: applySessionEvent(state.session, event), microphone: state.microphone };
    case "sign-in-started":
    case "signed-in":
    case "sign-in-failed":
    case "taken-over":
      return { ...state, session: applySessionEvent(state.session, event) };
    case "link-changed":
    case "box-stopping":
    case "microphone-found":
    case "operator-state":
    case "call-handling":
    case "outside-calls":
    case "dial-field":
      return afterNews(state, event);
    case "call-selected":
      return findEntry(state.calls, event.callId) === undefined ? state : { ...state, selectedCallId: event.callId };
    case "hand-over":
    case "follow-up-dismissed":
    case "notice-added":
    case "notice-dismissed":
      return afterNote(state, event);
    case "search-filled":
      return { ...state, searchText: event.text };
    case "box-card":
    case "box-snapshot":
    case "line-ringing":
    case "line-answering":
    case "line-open":
    case "line-answer-failed":
    case "line-ended":
    case "microphone-set":
    case "call-dismissed":
      return afterCalls(state, event);
    case "transfer-opened":
    case "destination-chosen":
    case "transfer-explained":
    case "transfer-back":
    case "transfer-confirmed":
    case "transfer-accepted":
    case "transfer-refused":
    case "transfer-cancel-asked":
    case "transfer-closed":
      return withDestination({ ...state, transfer: applyTransferEvent(state.transfer, event) });
    case "screen-pop":
    case "ticket-changed":
    case "ticket-opened":
    case "new-ticket-wanted":
    case "note-written":
    case "note-sending":
    case "note-sent":
    case "note-waiting":
    case "panel-dropped":
      return { ...state, panels: applyTicketEvent(state.panels, event) };
  }
}

type Note = "hand-over" | "follow-up-dismissed" | NoticeEvent["type"];

/** Lines beside the cards. */
function afterNote(state: PhoneState, event: Extract<PhoneEvent, { type: Note }>): PhoneState {
  switch (event.type) {
    case "hand-over":
      return { ...state, handOvers: withHandOver(state.handOvers, event.handOver) };
    case "follow-up-dismissed":
      return { ...state, followUps: state.followUps.filter((note) => note.transferId !== event.transferId) };
    case "notice-added":
    case "notice-dismissed":
      return { ...state, notices: applyNoticeEvent(state.notices, event) };
  }
}

/** Words to a call that has no card (any more) are not kept. */
function afterText(state: PhoneState, event: TextEvent): PhoneState {
  if (findEntry(state.calls, event.callId) === undefined) return state;
  return { ...state, texts: applyTextEvent(state.texts, event) };
}

type News =
  | "link-changed"
  | "box-stopping"
  | "microphone-found"
  | "operator-state"
  | "call-handling"
  | "outside-calls"
  | "dial-field";

/** What the browser or the box has told of the lines and of this operator. */
function afterNews(state: PhoneState, event: Extract<PhoneEvent, { type: News }>): PhoneState {
  switch (event.type) {
    case "link-changed":
      return withLink(state, event);
    case "box-stopping":
      return { ...state, boxStopsAt: event.at };
    case "microphone-found":
      return { ...state, microphone: event.microphone };
    case "operator-state":
      return { ...state, operatorState: event.operatorState };
    case "call-handling":
      return { ...state, callHandling: event.handling };
    case "outside-calls":
      return { ...state, outsideCalls: event.offered };
    case "dial-field":
      return { ...state, dialling: event.field };
  }
}

/** The box that answers after the line was lost is one that goes on: a stop that is still to come is told anew. */
function withLink(state: PhoneState, { link, state: now }: Extract<PhoneEvent, { type: "link-changed" }>): PhoneState {
  const boxStopsAt = link === "box" && now !== "connected" ? null : state.boxStopsAt;
  return { ...state, links: { ...state.links, [link]: now }, boxStopsAt };
}

function afterCalls(state: PhoneState, event: CallsEvent): PhoneState {
  const calls = applyCallsEvent(state.calls, event);
  if (calls === state.calls) return withMissed(state, calls, event);
  const given = calls.filter((entry) => cardStateOf(entry) === "transferred");
  const kept = calls.filter((entry) => cardStateOf(entry) !== "transferred");
  const followUps = [...state.followUps, ...given.map((entry) => followUpOf(state, entry))].slice(-followUpLimit);
  const transfer = calls.reduce(
    (steps, entry) =>
      afterProgress(steps, {
        callId: entry.callId,
        lastTransfer: entry.box?.lastTransfer ?? null,
        isGone: !isLive(entry),
      }),
    state.transfer,
  );
  const texts = textsOfCalls(
    state.texts,
    kept.map(({ callId }) => callId),
  );
  const next = { ...state, calls: kept, followUps, texts, transfer: closedIfGone(transfer, kept) };
  return withMissed({ ...next, selectedCallId: selectionAfter(state, kept) }, kept, event);
}

function withDestination(state: PhoneState): PhoneState {
  const { transfer } = state;
  if (transfer.step !== "sending") return state;
  const earlier = Object.entries(state.destinationLabels).filter(([transferId]) => transferId !== transfer.transferId);
  const labels = [...earlier, [transfer.transferId, transfer.destination.label] as const].slice(-followUpLimit);
  return { ...state, destinationLabels: Object.fromEntries(labels) };
}

function closedIfGone(transfer: TransferSteps, calls: readonly CallEntry[]): TransferSteps {
  return transfer.step !== "closed" && findEntry(calls, transfer.callId) === undefined ? { step: "closed" } : transfer;
}

/** A new call is selected only when no live call is: a second call never takes the screen from the first. */
function selectionAfter(state: PhoneState, calls: readonly CallEntry[]): string | null {
  const current = findEntry(calls, state.selectedCallId);
  if (current !== undefined && isLive(current)) return current.callId;
  const live = calls.find((entry) => isLive(entry));
  return live?.callId ?? current?.callId ?? calls.at(-1)?.callId ?? null;
}

function withMissed(state: PhoneState, calls: readonly CallEntry[], event: CallsEvent): PhoneState {
  if (event.type !== "box-card" || event.card.myState.kind !== "gone") return { ...state, calls };
  const { why } = event.card.myState;
  const { called } = event.card;
  const isIncoming = event.card.call.direction !== "out" || called !== null;
  const wasMissed = isIncoming && (why === "no-answer" || why === "caller-gave-up" || why === "unreachable");
  const isOnScreen = calls.some((entry) => entry.callId === event.card.call.callId);
  const noticeId = `missed-${event.card.call.callId}`;
  if (!wasMissed || isOnScreen || state.notices.some((notice) => notice.noticeId === noticeId)) {
    return { ...state, calls };
  }
  const atMs = event.nowMs;
  const { caller } = event.card.call;
  const notice: Notice =
    called === null
      ? { noticeId, kind: "missed-call", caller, why, atMs }
      : { noticeId, kind: "recall-missed", label: called.label, atMs };
  return { ...state, calls, notices: applyNoticeEvent(state.notices, { type: "notice-added", notice }) };
}

function followUpOf(state: PhoneState, entry: CallEntry): FollowUp {
  const last = entry.box?.lastTransfer ?? null;
  const steps = state.transfer;
  const chosen =
    steps.step !== "closed" && steps.callId === entry.callId && "destination" in steps ? steps.destination : null;
  const ticket = ticketOfPanel(state.panels[entry.callId]);
  return {
    transferId: last?.transferId ?? entry.callId,
    callId: entry.callId,
    destinationLabel: chosen?.label ?? (last === null ? "" : targetName(last.target, state.office)),
    ticketId: ticket?.ticketId ?? entry.box?.call.ticket?.ticketId ?? null,
    ticketCode: ticket?.localTicketId ?? null,
    atMs: entry.endedAtMs ?? entry.firstSeenAtMs,
  };
}
