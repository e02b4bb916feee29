/** What the softphone needs of the world. Expected failures are values; each port has one adapter and one fake. */
import type { BoxCard, Caller } from "../domain/call/call.ts";
import type { CallHandling } from "../domain/session/call-handling.ts";
import type {
  Availability,
  Directory,
  LinkState,
  MicrophoneState,
  OperatorState,
  Session,
} from "../domain/session/session.ts";
import type { SignInProblem } from "../domain/session/session.ts";
import type { TextChannel, TextProblem } from "../domain/text/call-text.ts";
import type { TextVoice } from "../domain/text/turns.ts";
import type { HandOver } from "../domain/transfer/transfer-steps.ts";
import type {
  NewTicketFields,
  NoteVisibility,
  ScreenPop,
  Ticket,
  TicketBrief,
  TicketOutcome,
} from "../domain/ticket/ticket.ts";
import type { OfficeNews } from "../domain/office/office-now.ts";
import type { TalkingTo, TransferMode, TransferReason, TransferTarget } from "../domain/call/call.ts";

/** `away`: no answer or a fault of the other program; `expired`: the session is over; `refused`: it understood and said no. */
export type Failure = { ok: false; why: "away" | "expired" | "refused"; detail: string | null };
export type Outcome<T> = { ok: true; value: T } | Failure;

export type SignInWith = { login: string; password: string } | { oneTimeCode: string };

export type TransferOrder = {
  transferId: string;
  mode: TransferMode;
  target: TransferTarget;
  ticketId: string | null;
  reason: TransferReason;
  message: string;
};

export interface BoxApi {
  signIn(how: SignInWith): Promise<{ ok: true; session: Session } | { ok: false; problem: SignInProblem }>;
  currentSession(token: string): Promise<Outcome<Session>>;
  signOut(token: string): Promise<void>;
  setAvailability(token: string, availability: Availability): Promise<Outcome<null>>;
  setCallHandling(token: string, handling: CallHandling): Promise<Outcome<null>>;
  searchDirectory(token: string, text: string, signal: AbortSignal): Promise<Outcome<Directory>>;
  /** Calls a citizen, a colleague or another office; the box rings this page first. */
  dial(token: string, order: { callId: string; target: TransferTarget }): Promise<Outcome<null>>;
  /** Leaves the citizen with music to whoever retrieves the call. */
  park(token: string, callId: string): Promise<Outcome<null>>;
  /** Takes a parked call up; the box rings this page with it. */
  retrieve(token: string, callId: string): Promise<Outcome<{ callId: string }>>;
  /** Takes the call that rings at a colleague's; the box rings this page with it. */
  pickUp(token: string, login: string): Promise<Outcome<{ callId: string }>>;
  /** The box rings here when this colleague and this operator are free. */
  askRecall(token: string, login: string): Promise<Outcome<null>>;
  cancelRecall(token: string, login: string): Promise<Outcome<null>>;
  hold(token: string, callId: string): Promise<Outcome<null>>;
  resume(token: string, callId: string): Promise<Outcome<null>>;
  requestTransfer(token: string, callId: string, order: TransferOrder): Promise<Outcome<null>>;
  cancelTransfer(token: string, callId: string, transferId: string): Promise<Outcome<null>>;
  turnConsultation(
    token: string,
    turn: { callId: string; transferId: string; talkingTo: TalkingTo },
  ): Promise<Outcome<null>>;
  completeTransfer(token: string, callId: string, transferId: string): Promise<Outcome<null>>;
  attachTicket(token: string, callId: string, ticketId: string): Promise<Outcome<null>>;
}

export type BoxChannelListener = {
  link(state: LinkState): void;
  welcome(operatorState: OperatorState, cards: readonly BoxCard[]): void;
  operatorState(operatorState: OperatorState): void;
  callHandling(handling: CallHandling): void;
  outsideCalls(offered: "some" | "none"): void;
  officeNews(news: OfficeNews): void;
  card(card: BoxCard): void;
  /** Characters of another voice in a call. */
  text(heard: { callId: string; voice: TextVoice; characters: string }): void;
  textChannel(now: { callId: string; channel: TextChannel; isRead: "now" | "later" }): void;
  textRefused(callId: string, problem: TextProblem): void;
  /** No new calls any more; those in progress are ended then. */
  boxStopping(at: string): void;
  refused(why: "bad-token" | "expired" | "replaced-by-other-page"): void;
};

export type CrmChannelListener = {
  link(state: LinkState): void;
  pop(pop: ScreenPop): void;
  ticket(ticket: Ticket): void;
  handOver(handOver: HandOver): void;
};

export type Closeable = { close(): void };
/** `write`: characters into a call; false: the line is away, and nothing has left. */
export type BoxLine = Closeable & { write(callId: string, characters: string): boolean };

/** Opens a line that keeps itself open until `close`. */
export interface Channels {
  openBox(token: string, listener: BoxChannelListener): BoxLine;
  openCrm(token: string, crmBasePath: string, listener: CrmChannelListener): Closeable;
}

export type NewTicket = NewTicketFields & { ticketId: string; callId: string | null; contactId: string | null };

export type TicketUpdate =
  | { operation: "add_note"; updateId: string; text: string; visibility: NoteVisibility }
  | { operation: "take"; updateId: string }
  | { operation: "close"; updateId: string; outcome: TicketOutcome; answer: string };

export interface CrmApi {
  createTicket(at: CrmAddress, ticket: NewTicket): Promise<Outcome<Ticket>>;
  readTicket(at: CrmAddress, ticketId: string): Promise<Outcome<Ticket>>;
  updateTicket(at: CrmAddress, ticketId: string, update: TicketUpdate): Promise<Outcome<Ticket>>;
  searchTickets(at: CrmAddress, search: { phone?: string; text?: string }): Promise<Outcome<readonly TicketBrief[]>>;
}
export type CrmAddress = { token: string; basePath: string };

export type PhoneListener = {
  link(state: LinkState): void;
  /** `continues`: the conversation of another call of this page goes on in it (RFC 3891). */
  ringing(call: { callId: string; caller: Caller; continues?: boolean }): void;
  opened(callId: string): void;
  ended(callId: string, how: LineEnd): void;
};

/** `elsewhere`: another phone of the operator's, or of a colleague's, has the call now. */
export type LineEnd = "over" | "elsewhere";

export type AnswerFailure = "microphone-denied" | "microphone-missing" | "insecure-page" | "call-gone" | "media-failed";

/** The SIP telephone of this page: one registration, any number of calls, named by the box's call id. */
export interface Telephone extends Closeable {
  answer(callId: string): Promise<{ ok: true } | { ok: false; why: AnswerFailure }>;
  decline(callId: string): void;
  hangUp(callId: string): void;
  setMicrophone(callId: string, microphone: "live" | "muted"): void;
  sendDigit(callId: string, digit: string): void;
}
export interface Telephones {
  open(account: Session["sip"], listener: PhoneListener): Telephone;
}

export interface Microphone {
  /** Asks the browser when it has to; never records. */
  ask(): Promise<MicrophoneState>;
}

/** Kept for this tab only, gone when it is closed. */
export interface TabStorage {
  readToken(): string | null;
  writeToken(token: string | null): void;
  readNote(callId: string): { text: string; visibility: NoteVisibility; updateId: string } | null;
  writeNote(callId: string, note: { text: string; visibility: NoteVisibility; updateId: string } | null): void;
}

export interface Ringer {
  /** Starts or stops the tone and the visual alert outside of the page (desktop shell, title). */
  setRinging(ringing: { text: string } | null): void;
  /** The tone of a telephone that rings at the other end. */
  setRingback(tone: "on" | "off"): void;
}

export interface PageEvents {
  /** Named `la2-…`; the payload always carries `at`, epoch milliseconds. */
  tell(name: string, payload: Record<string, string | number | boolean | null>): void;
}

export interface Clock {
  nowMs(): number;
  after(delayMs: number, run: () => void): () => void;
}

export interface Ids {
  ulid(): string;
}

export type Ports = {
  boxApi: BoxApi;
  crmApi: CrmApi;
  channels: Channels;
  telephones: Telephones;
  microphone: Microphone;
  storage: TabStorage;
  ringer: Ringer;
  pageEvents: PageEvents;
  clock: Clock;
  ids: Ids;
};
