/**
 * What a step of a call asks of the world. Effects of one leg run in the order given; effects of different legs may overlap.
 * Nothing here is vendor specific: `application/run-call-effect.ts` turns them into calls of ports.
 */
import type { PublicCallHappening, CallSummaryView, RingEnd, TransferReason } from "./call-view.ts";
import type { Party } from "./call-view.ts";
import type { PromptLanguage, PromptName } from "../queue/announcement.ts";
import type { TimerName } from "./call-event.ts";
import type { NumberKind } from "../routing/dialled-number.ts";
import type { CallerIdPolicy } from "../trunk/trunk.ts";
import type { HandoverMode } from "../transfer/transfer-header.ts";
import type { MediaProfile } from "./call.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "./ids.ts";

/** The ticket and the transfer as they travel to another office (no personal data). */
export type TransferHandover = {
  /** This and the reason are null where nothing is handed over: an operator calls (mode `call`). */
  transferId: TransferId | null;
  ticketId: string | null;
  reason: TransferReason | null;
  waitedSeconds: number;
  mode: HandoverMode;
  /** Peak sharing: subject that the caller's queue is for; null: any. */
  topic?: string | null;
};

export type LegDestination =
  | {
      kind: "device";
      operatorId: OperatorId;
      uri: string;
      nextHop: string | null;
      /** The leg that the phone is on now, whose conversation goes on in this one. */
      replaces?: LegId | undefined;
    }
  | { kind: "office"; officeId: string; uri: string; nextHop: string | null; handover: TransferHandover }
  | { kind: "trunk"; trunkId: string; uri: string; nextHop: null; callerId: CallerIdPolicy; numberKind?: NumberKind };

/** Why the box ends a leg; becomes the Reason header (RFC 3326). */
export type LegEndReason =
  | "answered-elsewhere"
  | "no-answer"
  | "caller-gone"
  | "cancelled"
  | "transferred"
  | "hung-up"
  | "no-operator"
  | "out-of-hours"
  | "queue-full"
  | "callback-requested"
  | "declined"
  | "busy"
  | "unknown-number"
  | "failure";

export type SignallingEffect =
  | {
      type: "place-leg";
      legId: LegId;
      to: LegDestination;
      media: MediaProfile;
      /** The citizen stays the visible caller, also after a transfer. Carriers see the number of the office. */
      caller: Party;
      contactId: ContactId;
      callId: CallId;
    }
  /** 180 to the caller. */
  | { type: "progress-leg"; legId: LegId }
  /** Answers the caller's offer with the box's media. `connected`: who has answered, where the far end is to know. */
  | { type: "answer-leg"; legId: LegId; connected?: readonly Party[] }
  /** With whom the far end talks from now on. */
  | { type: "tell-connected"; legId: LegId; parties: readonly Party[] }
  | { type: "reject-leg"; legId: LegId; status: number; reason: LegEndReason }
  /** CANCEL, BYE or whatever the leg's stage needs. */
  | { type: "end-leg"; legId: LegId; reason: LegEndReason }
  /** Takes the far end's answer into the media. */
  | { type: "accept-answer"; legId: LegId }
  | { type: "answer-reinvite"; legId: LegId }
  | { type: "refuse-reinvite"; legId: LegId; status: number }
  /** Progress of a REFER as sipfrag (RFC 3515). */
  | { type: "notify-referrer"; legId: LegId; status: number }
  /** Tells the other office that the consultation is over and the citizen is on the line. */
  | { type: "tell-handover"; legId: LegId };

export type MediaEffect =
  /** Two legs, or the three of a conference. */
  | { type: "connect-media"; legIds: readonly LegId[] }
  | { type: "disconnect-media"; legIds: readonly LegId[] }
  | { type: "start-music"; legId: LegId }
  | { type: "stop-music"; legId: LegId }
  /** The tone of a telephone that rings; whatever the leg hears next takes its place. */
  | { type: "play-ringing"; legId: LegId }
  | { type: "announce"; legId: LegId; prompts: readonly PromptName[]; language: PromptLanguage }
  /** Tells the waiting caller the place in the line, as it is when the effect runs. */
  | { type: "announce-place"; legId: LegId; language: PromptLanguage; andThen?: readonly PromptName[] }
  /** A fresh offer to an answered leg, whose media is somewhere else now. */
  | { type: "renew-media"; legId: LegId }
  | { type: "release-media"; legId: LegId };

export type OfficeEffect =
  | { type: "start-timer"; timer: TimerName; deadlineMs: number }
  | { type: "stop-timer"; timer: TimerName }
  /** Wait for an operator of the queue. `now-or-never`: the answer is `operator-assigned` or `no-operator` at once. */
  | {
      type: "join-queue";
      queueId: string;
      sinceMs: number;
      priority: "new" | "returned";
      patience: "wait" | "now-or-never";
      except: readonly OperatorId[];
    }
  | { type: "leave-queue" }
  /**
   * Is the call to go on to somebody else, after this colleague did not take it, or who is to be rung for the one who is `called`? The answer is
   * `call-forwarded`, `operator-assigned` or `no-operator`.
   */
  | { type: "seek-forward"; operatorId: OperatorId; why: "busy" | "no-answer" | "called" }
  /** The call in which the target was consulted gives its leg away, or keeps it after all. */
  | { type: "merge-call"; callId: CallId; how: "started" | "failed" }
  | { type: "engage-operator"; operatorId: OperatorId; activity: "ringing" | "on-call" }
  /** `why`: decides wrap-up and the operator's place among the idle ones. */
  | {
      type: "release-operator";
      operatorId: OperatorId;
      why: "talked" | "not-answered" | "ring-withdrawn";
      wrapUpMs: number;
    };

export type PublishEffect = {
  type: "publish";
  happening: { atMs: number; call: CallSummaryView } & PublicCallHappening;
};

export type CallEffect = SignallingEffect | MediaEffect | OfficeEffect | PublishEffect;

/** Ring outcomes that count as "did not take the call". */
export type MissedRing = Extract<RingEnd, "no-answer" | "rejected" | "unreachable">;
