/**
 * What can happen to a call. Facts only, each with its time; they are journaled as they are, so they hold no SDP, no DTMF digits and
 * no credentials. An event that does not apply in the present phase changes nothing.
 */
import type { ConsultationPartner, TransferMode, TransferTarget } from "../transfer/transfer.ts";
import type { OfficeRoute, PlannedOfficeLeg } from "../transfer/office-route.ts";
import type { PlannedTrunkLeg } from "../trunk/trunk-route.ts";
import type { ForwardCause } from "../operator/call-handling.ts";
import type { TurnedAway } from "../queue/place-caller.ts";
import type { Caller, TicketReference, TransferOrigin, TransferReason } from "./call-view.ts";
import type { Call, CallQueue, Callee, Device, LegPeer, MediaProfile, Rating } from "./call.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "./ids.ts";

/** An outgoing leg that a decision brings with it: identity made outside, so that the journal replays to the same legs. */
export type PlannedDeviceLeg = {
  legId: LegId;
  device: Device;
  /** The phone is in a conversation on this leg of another call, and goes on with it here; absent: it is rung. */
  replaces?: LegId | undefined;
};

/** An operator who is rung, on all of the operator's devices. */
export type RungOperator = { operatorId: OperatorId; legs: readonly PlannedDeviceLeg[] };

export type CallArrival = {
  type: "call-arrived";
  atMs: number;
  callId: CallId;
  contactId: ContactId;
  officeId: string;
  officeLabel: string;
  direction: "in" | "internal";
  legId: LegId;
  peer: LegPeer;
  media: MediaProfile;
  caller: Caller;
  callingOfficeId?: string;
  /** Whom a phone of the office calls. */
  counterpart?: Call["counterpart"];
  calledNumber: string | null;
  queue: CallQueue | null;
  /** The queue takes nobody now; absent: the caller waits in it. */
  turnedAway?: TurnedAway;
  transferTimeoutMs: number;
  origin: TransferOrigin | null;
  ticket: TicketReference | null;
};

/**
 * An operator calls a citizen: the operator's own phone is rung, and when it answers the citizen is called over the first of `routes` that
 * takes the call. `caller` is the citizen, as in every call. With `callee` it is a colleague who is called then, by this operator, or another office, over
 * `officeRoute`; there are no routes.
 */
export type CallPlacement = {
  type: "call-placed";
  atMs: number;
  callId: CallId;
  contactId: ContactId;
  officeId: string;
  officeLabel: string;
  operatorId: OperatorId;
  legs: readonly PlannedDeviceLeg[];
  /** The operator dialled on this phone, whose leg came in: no phone is rung. Absent: the wish came from the page. */
  dialledOn?: { legId: LegId; media: MediaProfile };
  routes: readonly PlannedTrunkLeg[];
  callee?: Callee;
  officeRoute?: PlannedOfficeLeg;
  caller: Caller;
  calledNumber: string;
  queue: CallQueue | null;
  transferTimeoutMs: number;
  ticket: TicketReference | null;
};

/** How a call begins. */
export type CallBeginning = CallArrival | CallPlacement;

export type TransferPlan =
  | { target: Extract<TransferTarget, { kind: "office" }>; legId: LegId; route: OfficeRoute }
  | { target: Extract<TransferTarget, { kind: "operator" }>; legs: readonly PlannedDeviceLeg[] }
  /** Trunks to try, best first. */
  | { target: Extract<TransferTarget, { kind: "number" }>; routes: readonly PlannedTrunkLeg[] };

export type CallForwarded = {
  type: "call-forwarded";
  atMs: number;
  from: OperatorId;
  cause: ForwardCause;
  to: { kind: "operator"; operatorId: OperatorId } | { kind: "queue"; queue: CallQueue };
};

/** Names of a caller who transfers and of the colleague in charge, for their cards (trading-places.ts). */
export type TradingNames = { caller: string; inCharge: string };

export type TransferRequested = {
  type: "transfer-requested";
  atMs: number;
  operatorId: OperatorId;
  transferId: TransferId;
  /** Journals of boxes without attended transfer have none: blind. */
  mode?: TransferMode;
  plan: TransferPlan;
  ticketId: string | null;
  reason: TransferReason;
  message: string;
  referrerLegId: LegId | null;
  /** The call in which the target was consulted; absent: nobody was, or in this call. */
  consultedCallId?: CallId | undefined;
  /** Set where it is asked by who called the colleague. */
  trading?: TradingNames | undefined;
};

/** Peak sharing: another office is asked to take the waiting caller within `answerMs`. `topic`: subject of the queue, null: any. */
export type OverflowOffered = {
  type: "overflow-offered";
  atMs: number;
  transferId: TransferId;
  officeId: string;
  legId: LegId;
  route: OfficeRoute;
  topic: string | null;
  answerMs: number;
};

export type TimerName =
  | "ring"
  | "max-wait"
  | "retry"
  | "transfer"
  | "dial"
  | "route"
  | "place"
  | "goodbye"
  | "park"
  | "overflow"
  | "survey";
export type MediaDirection = "sendrecv" | "sendonly" | "recvonly" | "inactive";

export type CallEvent =
  | CallBeginning
  /**
   * `others`: more operators who are rung at the same time; absent: none. `ringMs`: until the operator wants it forwarded; absent: as long as
   * usual.
   */
  | ({
      type: "operator-assigned";
      atMs: number;
      others?: readonly RungOperator[];
      ringMs?: number | undefined;
    } & RungOperator)
  /** A colleague's call goes on to somebody else. */
  | CallForwarded
  /** An operator takes the call that rings at a colleague's. */
  | { type: "call-picked-up"; atMs: number; operatorId: OperatorId; legs: readonly PlannedDeviceLeg[] }
  /** Nobody can be rung now, for a call that cannot wait. `why`: of the colleague who was called; absent: not known. */
  | { type: "no-operator"; atMs: number; why?: "busy" | "absent" | undefined }
  /** The next hop has the INVITE (100), nothing more. */
  | { type: "leg-trying"; atMs: number; legId: LegId }
  | { type: "leg-progressed"; atMs: number; legId: LegId }
  /** What the far end plays before its answer can be heard: ringing, an announcement. */
  | { type: "leg-early-media"; atMs: number; legId: LegId }
  | { type: "leg-answered"; atMs: number; legId: LegId }
  /** A final answer other than 2xx, or the leg could not be placed. `q850` from the Reason header (RFC 3326), where given. */
  | { type: "leg-failed"; atMs: number; legId: LegId; status: number; q850: number | null }
  /** The caller cancelled before an answer. */
  | { type: "leg-cancelled"; atMs: number; legId: LegId }
  /** `bye`: the far end hung up. `lost`: ACK or session timer ran out, or its account was closed. `closed`: our own end is done. */
  | { type: "leg-ended"; atMs: number; legId: LegId; how: "bye" | "lost" | "closed" }
  | { type: "leg-reinvited"; atMs: number; legId: LegId; direction: MediaDirection }
  /** The far end described itself in the ACK of a re-INVITE that came without an offer, and has its answer. */
  | { type: "leg-redescribed"; atMs: number; legId: LegId; direction: MediaDirection }
  /** The device behind a ringing leg went away: page closed, registration gone. */
  | { type: "device-gone"; atMs: number; legId: LegId }
  /** Another office says who is on the line there now. */
  | { type: "leg-presented"; atMs: number; legId: LegId; presented: Caller }
  /** The office that had only consulted us has put the citizen on the line. */
  | { type: "leg-handed-over"; atMs: number; legId: LegId }
  /** The caller pressed the key of another queue; which key is not kept. */
  | { type: "queue-chosen"; atMs: number; queue: CallQueue }
  | OverflowOffered
  /** The caller pressed the key for a call back: the place is kept, or this number cannot be called. */
  | { type: "callback-requested"; atMs: number }
  | { type: "callback-refused"; atMs: number }
  /** The caller rated the service; null: pressed a key that is no rating. */
  | { type: "survey-answered"; atMs: number; rating: Rating | null }
  /** What was announced to the leg has been heard to its end. */
  | { type: "announcement-ended"; atMs: number; legId: LegId }
  | { type: "media-failed"; atMs: number; legId: LegId }
  /** The media server lost the call and has made room for it again. */
  | { type: "media-moved"; atMs: number }
  | { type: "hold-requested"; atMs: number; operatorId: OperatorId }
  | { type: "resume-requested"; atMs: number; operatorId: OperatorId }
  | TransferRequested
  | {
      type: "consultation-turned";
      atMs: number;
      operatorId: OperatorId;
      transferId: TransferId;
      talkingTo: ConsultationPartner;
    }
  /** A phone of the operator took the place of a leg, by an INVITE with Replaces; `legId` is its own. */
  | {
      type: "leg-replaced";
      atMs: number;
      operatorId: OperatorId;
      legId: LegId;
      media: MediaProfile;
      replaces: LegId;
    }
  /** Asked for by the phone of the operator who called: the colleague is put through to another call. */
  | { type: "merge-started"; atMs: number; intoCallId: CallId }
  | { type: "merge-failed"; atMs: number; intoCallId: CallId }
  /** The media server cannot put all three together, or this leg speaks nothing that can be mixed. */
  | { type: "conference-failed"; atMs: number; legId: LegId }
  | { type: "call-parked"; atMs: number; operatorId: OperatorId }
  | { type: "call-retrieved"; atMs: number; operatorId: OperatorId; legs: readonly PlannedDeviceLeg[] }
  | { type: "transfer-completed"; atMs: number; operatorId: OperatorId; transferId: TransferId }
  | { type: "transfer-cancelled"; atMs: number; operatorId: OperatorId; transferId: TransferId }
  | { type: "ticket-attached"; atMs: number; operatorId: OperatorId; ticketId: string }
  | { type: "timer-fired"; atMs: number; timer: TimerName; deadlineMs: number }
  /** The box is being stopped in good order: everybody is told. */
  | { type: "box-stopping"; atMs: number }
  | BoxRestarted;

/**
 * The box was killed and is back. `lostLegs`: what it could not take back; absent, from boxes that could not take back any: all. `unsettledLegs`: had just answered; what their far
 * ends agreed to is not known any more.
 */
export type BoxRestarted = {
  type: "box-restarted";
  atMs: number;
  lostLegs?: readonly LegId[];
  unsettledLegs?: readonly LegId[];
};

/** Every event after the beginning. */
export type LaterCallEvent = Exclude<CallEvent, CallBeginning>;
