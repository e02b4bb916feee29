/**
 * A call as data: everything the box knows of one conversation, from the first INVITE to the last BYE.
 *
 *   queued ⇄ ringing ─answer─▶ talking ⇄ held
 *     ▲                          │  ▲
 *     │ operator had left        │  └──────── returned (refused, no answer, cancelled …)
 *     └──────────────────── transferring ─answer─▶ transferred      (target operator answers: talking again)
 *                                │ attended: answer ─▶ consulting ─complete─▶ transferred │ talking      (consulting.ts)
 *   talking, held ─merge─▶ merging ─▶ ended                             (a consultation call that joins another: merging.ts)
 *   dialling ─citizen answers─▶ talking                                  (a call that an operator makes: dialling.ts)
 *   dialling ─own phone answers─▶ queued ─▶ …                            (to a colleague: calling-colleague.ts)
 *   queued, offered to another office (peak sharing: offering.ts) ─its answer─▶ overflowed
 *   queued, or the arrival itself ─nobody will answer─▶ turned-away ─told why─▶ ended
 *   talking ─operator hangs up─▶ surveying ─rated, or not─▶ ended                               (where the queue asks: surveying.ts)
 *   every phase ─caller leaves, operator hangs up, nobody free in time─▶ ended
 *
 * The caller's leg of a carrier is answered into the queue at once and hears music; the leg of another office or of a colleague is
 * answered only when an operator answers, so that a refusal goes back to where the call came from.
 */
import type { NamedKey, PromptLanguage } from "../queue/announcement.ts";
import type { TurnedAway } from "../queue/place-caller.ts";
import type { OpeningHours } from "../routing/open-state.ts";
import type { PeerKind } from "../cost/tariff.ts";
import type { ConsultationPartner, TransferMode, TransferTarget } from "../transfer/transfer.ts";
import type { PlannedOfficeLeg } from "../transfer/office-route.ts";
import type { PlannedTrunkLeg } from "../trunk/trunk-route.ts";
import type {
  Caller,
  DialFailure,
  EndCause,
  RingEnd,
  TicketReference,
  TransferOrigin,
  TransferProgress,
  TransferReason,
} from "./call-view.ts";
import type { ForwardRecordView, LegCause, TransferRecordView } from "./call-record.ts";
import type { Party } from "./call-view.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "./ids.ts";

/** What a leg's media speaks: browsers DTLS-SRTP with ICE, everything else plain RTP. */
export type MediaProfile = "webrtc" | "rtp";

/** `closing`: the box has ended the leg and waits for the far end's last word, which may still be a late 200. */
export type LegState =
  | { kind: "trying" }
  | { kind: "alerting" }
  | { kind: "answered"; answeredAtMs: number }
  | { kind: "closing"; answeredAtMs: number | null; endedAtMs: number }
  | { kind: "gone"; answeredAtMs: number | null; endedAtMs: number };

export type LegPeer = { kind: PeerKind; name: string };

export type Leg = {
  legId: LegId;
  role: "caller" | "operator" | "office";
  direction: "in" | "out";
  peer: LegPeer;
  media: MediaProfile;
  startedAtMs: number;
  state: LegState;
  /** Time spent in conversation up to `talkingSinceMs`; null: not in conversation now. */
  talkedMs: number;
  talkingSinceMs: number | null;
  /** Another office says who is on the line there; absent: the office itself, or the citizen. */
  presented?: Caller;
  /** With whom its far end was last told that it talks; absent: whom its INVITE named. */
  told?: readonly Party[];
};

/** A registered contact of an operator that can be rung. */
export type Device = {
  uri: string;
  /** Where to send the request when that is not the URI itself (flow of the registration). */
  nextHop: string | null;
  media: MediaProfile;
};

export type CallQueue = {
  queueId: string;
  label: string;
  ringTimeoutMs: number;
  maxWaitMs: number;
  wrapUpMs: number;
  /** Queue for callers who have waited here the whole time; absent: they are let go. */
  overflow?: CallQueue;
  /** When it takes callers who come from another queue; absent: always. */
  hours?: OpeningHours;
  /** What a carrier's callers are told; absent: nothing, they hear music only, and are refused before an answer. `everyMs`: the place in the line. */
  announcements?: { language: PromptLanguage; everyMs: number; otherLanguageKey?: NamedKey };
  /** Callers may keep their place for a call back by this key; absent: not. */
  callback?: { key: NamedKey; outOfHours: boolean };
  /** How the service was is asked after the call; absent: it is not. */
  survey?: { language: PromptLanguage };
};

/** `calling-operator`: who called a colleague, over the API; `caller`: with the phone's own re-INVITE, as any caller can. */
export type HoldSource = "operator" | "operator-phone" | "caller" | "calling-operator";

/**
 * Whom an operator calls without a carrier. `wish`: as soon as asked, or because a colleague who was busy is free. Another office is reached over
 * the network of offices, and one of its operators answers.
 */
export type Callee =
  | { kind: "operator"; operatorId: OperatorId; displayName: string; wish: "now" | "when-free" }
  | { kind: "office"; officeId: string; label: string };

export type Transfer = {
  transferId: TransferId;
  mode: TransferMode;
  target: TransferTarget;
  requestedBy: OperatorId;
  ticketId: string | null;
  reason: TransferReason;
  /** The leg whose REFER asked for it and wants to hear of its progress; null when asked over the API. */
  referrerLegId: LegId | null;
  /** The call in which the target was consulted by telephone, whose leg moves here. */
  consultedCallId?: CallId | undefined;
  requestedAtMs: number;
  expiresAtMs: number;
};

/** The citizen's place in the line; kept while operators are tried one after the other. `returned` goes before `new`. */
export type Wait = {
  sinceMs: number;
  priority: "new" | "returned";
  /** When the present queue was entered, after another one had been waited in; absent: `sinceMs`. */
  inQueueSinceMs?: number;
};

/** Another office is asked to take the waiting caller; the place in the line stays until it answers. */
export type OverflowOffer = {
  transferId: TransferId;
  officeId: string;
  legId: LegId;
  expiresAtMs: number;
  stage: "calling" | "ringing";
};

/** Time in the queue up to `sinceMs`, which is null while nobody waits. */
export type QueueWait = { spentMs: number; sinceMs: number | null };

/**
 * `own-phone`: the operator's phone rings first. Then the citizen is called, over one route after the other, or another office. A colleague is not dialled: once
 * the own phone has answered, the call is one between colleagues (calling-colleague.ts).
 */
export type DiallingStage =
  | { kind: "own-phone" }
  | {
      kind: "citizen";
      legId: LegId;
      attempt: "calling" | "trying" | "ringing";
      /** `early`: the operator hears what the carrier plays before the answer. */
      media: "none" | "early";
      attemptSinceMs: number;
      failoverMs: number;
    };

/** An INVITE over a carrier's trunk, and the ways that were not tried yet, best first. */
export type CarrierAttempt = {
  attempt: "calling" | "trying";
  sinceMs: number;
  failoverMs: number;
  routes: readonly PlannedTrunkLeg[];
};

/** 1 satisfied, 2 neither, 3 not satisfied: the three faces of Linea Amica. */
export type Rating = 1 | 2 | 3;

/** Why a caller is let go without an operator. */
export type TurnAwayCause = TurnedAway | "no-operator" | "callback-requested";

export type CallPhase =
  | {
      kind: "dialling";
      operatorId: OperatorId;
      sinceMs: number;
      stage: DiallingStage;
      /** Ways to the citizen that were not tried yet, best first. */
      routes: readonly PlannedTrunkLeg[];
      /** The way to another office, until it is taken. */
      officeRoute?: PlannedOfficeLeg | undefined;
    }
  | { kind: "queued"; wait: Wait; enteredAtMs: number; offer?: OverflowOffer }
  /** Is told why nobody will answer, and then let go. `listening`: may still press the key for a call back. */
  | { kind: "turned-away"; cause: TurnAwayCause; sinceMs: number; stage?: "listening" }
  /**
   * `operatorIds`: one, or all that a queue rings together; never none. `ringMs`: how long, where the operator wants the call forwarded then.
   */
  | { kind: "ringing"; wait: Wait; operatorIds: readonly OperatorId[]; sinceMs: number; ringMs?: number }
  | { kind: "talking"; operatorId: OperatorId; legId: LegId }
  | { kind: "held"; operatorId: OperatorId; legId: LegId; by: readonly HoldSource[] }
  | {
      kind: "transferring";
      transfer: Transfer;
      /** The operator stays on the line, or has hung up and waits for nothing. */
      operator: { kind: "waiting"; legId: LegId } | { kind: "left" };
      stage: "calling" | "ringing";
      /** Target outside of the network: how the present carrier does, and the trunks after it. */
      carrier?: CarrierAttempt;
    }
  | {
      kind: "consulting";
      transfer: Transfer;
      operatorLegId: LegId;
      targetLegId: LegId;
      talkingTo: ConsultationPartner;
    }
  /** The citizen hears music until any operator takes the call up again, at most for a while. */
  | { kind: "parked"; parkedBy: OperatorId; sinceMs: number }
  | { kind: "transferred"; transfer: Transfer; legId: LegId }
  /** A consultation whose colleague moves to another call; the operator who called may have left already (merging.ts). */
  | { kind: "merging"; operatorId: OperatorId; legId: LegId; intoCallId: CallId }
  /** Another office has taken the caller out of our line; the ticket stays ours. */
  | { kind: "overflowed"; officeId: string; legId: LegId }
  /** The conversation is over, and the citizen is asked how the service was. */
  | { kind: "surveying"; stage: "asking" | "asked-again" | "thanking"; sinceMs: number }
  | { kind: "ended"; cause: EndCause; atMs: number };

export type Call = {
  callId: CallId;
  contactId: ContactId;
  officeId: string;
  officeLabel: string;
  direction: "in" | "out" | "internal";
  caller: Caller;
  /** An operator of this other office calls, and there is no citizen; absent: not so. */
  callingOfficeId?: string;
  calledNumber: string | null;
  queue: CallQueue | null;
  /** Time the other party of a transfer has to answer. */
  transferTimeoutMs: number;
  origin: TransferOrigin | null;
  ticket: TicketReference | null;
  startedAtMs: number;
  answeredAtMs: number | null;
  /** When the caller was last told of the place in the line. */
  placeToldAtMs: number | null;
  /** When an operator was first rung: until then the citizen waited. */
  firstRungAtMs: number | null;
  phase: CallPhase;
  /** Every leg the call ever had, first the citizen's (or the calling colleague's); while an operator's own phone rings there is none of the citizen yet. */
  legs: readonly Leg[];
  /** Why each leg that is over has ended. */
  legCauses: Readonly<Record<LegId, LegCause>>;
  queueWait: QueueWait;
  /** Operators who did not take this call; not rung again until the others were tried. */
  /** Null: not asked; `rating` null: no answer. */
  survey: { rating: Rating | null } | null;
  triedOperators: readonly { operatorId: OperatorId; outcome: "no-answer" | "rejected" | "unreachable" }[];
  /** Offices that did not take the caller out of our line: `came-back` after it had rung there. */
  triedOffices: readonly { officeId: string; outcome: "declined" | "came-back" }[];
  /** Operators whose part in the call is over, and why. */
  departed: readonly { operatorId: OperatorId; why: RingEnd | DialFailure | "transferred" | "ended" }[];
  lastTransfer: { requestedBy: OperatorId; progress: TransferProgress } | null;
  transfers: readonly TransferRecordView[];
  /** A colleague or an office that an operator called; absent: a citizen's call, or one that a phone began. */
  callee?: Callee | undefined;
  /**
   * The colleague whom the caller's phone has called, or who has called the one that is the caller now (trading-places.ts). Absent: another kind of call, or `callee` tells.
   */
  counterpart?: { operatorId: OperatorId; displayName: string; part: "was-called" | "has-called" } | undefined;
  /** How a colleague's call came to whom it rings; absent: not forwarded. */
  forwards?: readonly ForwardRecordView[];
  /** Operators who ever talked in this call. */
  spokenOperators: readonly OperatorId[];
};

/** What the call has open with its phase: `ended` keeps only legs that are still closing. */
export function isOver(call: Call): boolean {
  return call.phase.kind === "ended" && call.legs.every((leg) => leg.state.kind === "gone");
}
