/** A call as this desk knows it: what the box says of it (`BoxCard`) and what the telephone line in this page does (`PhoneLine`). */

export type Caller = { number: string | null; displayName: string | null; isWithheld: boolean };

export type TransferReason = "competence" | "overload" | "second_level" | "citizen_request" | "overflow" | "other";

export const transferReasons: readonly TransferReason[] = [
  "competence",
  "second_level",
  "citizen_request",
  "overload",
  "overflow",
  "other",
];

/** A call that waits for any operator of the office. */
export type ParkedCall = { callId: string; caller: Caller; parkedBy: string; parkedAt: string };

/** The office a transferred call comes from. `waitedSeconds`: what the citizen had already spent there. */
export type TransferOrigin = {
  officeId: string;
  officeLabel: string | null;
  operatorLogin: string | null;
  transferId: string | null;
  reason: TransferReason | null;
  waitedSeconds: number | null;
  /** The other office's operator asks for advice; the citizen is not on the line yet. */
  isConsultation: boolean;
  /** Out of the other office's line, at a peak there: the ticket stays theirs. */
  isOverflow: boolean;
  /** So often the citizen was in this office already in the same contact. */
  visitsBefore: number;
  /** An operator of the other office calls; there is no citizen. */
  isOfficeCall: boolean;
};

export type CallSummary = {
  callId: string;
  contactId: string;
  officeId: string;
  direction: "in" | "out" | "internal";
  caller: Caller;
  calledNumber: string | null;
  /** Who talks, or who rings when nobody talks yet. */
  operatorLogin: string | null;
  queue: { queueId: string; label: string } | null;
  transferredFrom: TransferOrigin | null;
  ticket: { ticketId: string; transferId: string | null } | null;
  startedAt: string;
  answeredAt: string | null;
};

export type TransferTarget =
  | { kind: "office"; officeId: string }
  | { kind: "operator"; operatorLogin: string }
  /** Outside of the network, over a carrier. */
  | { kind: "number"; number: string };

export type TransferFailure =
  | "no-answer"
  | "busy"
  | "refused"
  | "unknown-office"
  | "no-on-net-route"
  | "not-reachable"
  | "cancelled"
  | "caller-hung-up"
  | "target-hung-up"
  | "failed";

/** Whom the operator speaks with during a consultation: one side while the other one hears music, or both in a conference. */
export type TalkingTo = "target" | "caller" | "everybody";

/** `attended`: the operator speaks with the other side before handing over. */
export type TransferMode = "blind" | "attended";

export type TransferProgress =
  | { phase: "calling" | "ringing" | "transferred"; transferId: string; target: TransferTarget }
  | { phase: "consulting"; transferId: string; target: TransferTarget; talkingTo: TalkingTo }
  | { phase: "returned"; transferId: string; target: TransferTarget; cause: TransferFailure };

/** Why who was called cannot be spoken to. */
export type DialFailure =
  | "callee-busy"
  | "callee-no-answer"
  | "callee-refused"
  | "callee-not-reachable"
  | "callee-unknown"
  | "no-trunk";

export type GoneReason =
  | "answered"
  | "answered-elsewhere"
  | "no-answer"
  | "rejected"
  | "unreachable"
  | "caller-gave-up"
  | DialFailure
  | "transferred"
  | "ended";

/** The operator's own part in the call, as the box sees it. */
export type MyPart =
  /** A call of one's own: the own phone has to be answered, the citizen is called, the citizen's phone rings. */
  | { kind: "dialling"; stage: "own-phone" | "calling" | "ringing" }
  | { kind: "ringing" }
  | { kind: "talking" }
  | { kind: "holding" }
  | { kind: "transferring"; progress: TransferProgress }
  /**
   * Colleague `by` asks for advice and may hand the citizen over; `talksToMe`: not with the citizen in between; `isConference`: the citizen
   * listens and speaks too.
   */
  | { kind: "consulted"; by: string; talksToMe: boolean; isConference: boolean }
  | { kind: "gone"; why: GoneReason };

export type BoxCard = {
  call: CallSummary;
  myState: MyPart;
  lastTransfer: TransferProgress | null;
  waitedSeconds: number;
  /** The colleague or the office that this operator has called; null: a citizen's call, or one that came in. */
  called: Called | null;
  /** Whom the other office names as being on the line there now; null: nobody else than the card says anyway. */
  onTheLine: Caller | null;
};

export type Called =
  | { kind: "operator"; operatorLogin: string; label: string }
  | { kind: "office"; officeId: string; label: string };

/** The SIP call in this page. `absent`: none came yet (or the page was reloaded); `over`: it was here and has ended. */
export type PhoneLine =
  | { kind: "absent" }
  | { kind: "ringing" }
  | { kind: "answering" }
  | { kind: "open"; microphone: "live" | "muted" }
  | { kind: "over" };

export type CallEntry = {
  callId: string;
  box: BoxCard | null;
  line: PhoneLine;
  /** The caller as SIP presented him, for the moments when the box's own channel is away. */
  lineCaller: Caller | null;
  firstSeenAtMs: number;
  answeredAtMs: number | null;
  endedAtMs: number | null;
};

/** What the card shows. `detached`: the box has the operator in the call, this page has no audio for it (reload). */
export type CardState =
  | "dialling"
  | "ringing"
  | "answering"
  | "talking"
  | "held"
  | "transferring"
  | "consulted"
  | "detached"
  | "transferred"
  | "ended";

const unknownCaller: Caller = { number: null, displayName: null, isWithheld: false };

/** The other party: who calls, or who was called. */
export function callerOf(entry: CallEntry): Caller {
  const called = entry.box?.called ?? null;
  if (called !== null) return { number: null, displayName: called.label, isWithheld: false };
  return entry.box?.call.caller ?? entry.lineCaller ?? unknownCaller;
}

/** The card's state from both sources: the line decides about audio, the box about hold, transfer and the end. */
export function cardStateOf(entry: CallEntry): CardState {
  const part = entry.box?.myState ?? null;
  if (part?.kind === "gone") return part.why === "transferred" ? "transferred" : "ended";
  switch (entry.line.kind) {
    case "over":
      // The box ends the operator's leg when the other side has answered; its word on the outcome follows.
      return part?.kind === "transferring" ? "transferring" : "ended";
    case "ringing":
      return "ringing";
    case "answering":
      return part?.kind === "dialling" ? "dialling" : "answering";
    case "absent":
      // A call of one's own begins before the own phone rings, or rings on the desk.
      if (part?.kind === "dialling") return "dialling";
      return part === null || part.kind === "ringing" ? "ringing" : "detached";
    case "open":
      return openLineState(part);
  }
}

function openLineState(part: MyPart | null): CardState {
  if (part === null) return "talking";
  switch (part.kind) {
    case "dialling":
      return "dialling";
    case "holding":
      return "held";
    case "transferring":
      return "transferring";
    case "consulted":
      return "consulted";
    case "ringing":
    case "talking":
    case "gone":
      return "talking";
  }
}

export function isLive(entry: CallEntry): boolean {
  const state = cardStateOf(entry);
  return state !== "ended" && state !== "transferred";
}
