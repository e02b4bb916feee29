/**
 * A leg as the signalling sees it.
 *
 *   offered ─answer─▶ answering ─200 sent─▶ talking ─BYE either way─▶ over
 *   placing ─200───────────────────────────▶ talking
 *   offered ─reject, CANCEL─▶ over        placing ─final failure, our CANCEL done─▶ over        talking ─our BYE─▶ ending ─answer─▶ over
 *
 *   talking ─the phone goes on in another leg─▶ moving ─200─▶ over
 *      ▲                                           │ refused
 *      └───────────────────────────────────────────┘
 * `answerInAckOf`: the CSeq number of an INVITE that came without an offer; its ACK brings the answer to ours.
 * `wantsEnd`: the box gave the leg up while the stack was still busy with it; it ends as soon as it can.
 */
import type { LegEndReason } from "../../../domain/call/call-effect.ts";
import type { SipDialog, SipRequest, SipResponse } from "../drachtio.ts";

/** A re-INVITE or UPDATE that waits for our answer. */
export type Reinvite = { response: SipResponse; answerInAckOf: number | null };

export type LegStage =
  | { kind: "offered"; request: SipRequest; response: SipResponse }
  | { kind: "answering"; answerInAckOf: number | null; wantsEnd: LegEndReason | null }
  /** `remoteTag`: of the far end that rings; null before its first provisional answer. */
  | { kind: "placing"; invite: SipRequest | null; remoteTag: string | null; wantsEnd: LegEndReason | null }
  | { kind: "talking"; dialog: SipDialog; reinvite: Reinvite | null; answerInAckOf: number | null }
  | { kind: "moving"; dialog: SipDialog }
  | { kind: "ending" }
  | { kind: "over" };
