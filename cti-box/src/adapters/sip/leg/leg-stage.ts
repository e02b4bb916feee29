/**
 * A leg as the signalling sees it.
 *
 *   offered ─answer─▶ answering ─200 sent─▶ talking ─BYE either way─▶ over
 *   placing ─200───────────────────────────▶ talking
 *   offered ─reject, CANCEL─▶ over        placing ─final failure, our CANCEL done─▶ over        talking ─our BYE─▶ ending ─answer─▶ over
 *
 *   talking ─the phone goes on in another leg─▶ moving ─200─▶ over          (the other leg: placing ⇄ pausing, until it talks)
 *      ▲                                           │ refused
 *      └───────────────────────────────────────────┘
 * `answerInAckOf`: the CSeq number of an INVITE that came without an offer; its ACK brings the answer to ours.
 * `wantsEnd`: the box gave the leg up while the stack was still busy with it; it ends as soon as it can.
 */
import type { ConnectedIdentity } from "../../../application/far-end.ts";
import type { LegEndReason } from "../../../domain/call/call-effect.ts";
import type { SipHeaders, SipRequest, SipResponse } from "../drachtio.ts";
import type { Conversation } from "./conversation.ts";

export type LegStage =
  /** `terms`: headers that the call's trunk wants in our 2xx. */
  | { kind: "offered"; request: SipRequest; response: SipResponse; terms: SipHeaders }
  /** `connected`: with whom the far end talks by now, if that is not what the 200 said. */
  | {
      kind: "answering";
      answerInAckOf: number | null;
      wantsEnd: LegEndReason | null;
      connected: ConnectedIdentity | null;
    }
  /** `remoteTag`: of the far end that rings; null before its first provisional answer. */
  | { kind: "placing"; invite: SipRequest | null; remoteTag: string | null; wantsEnd: LegEndReason | null }
  /** Takes the place of another leg, where a re-INVITE of the phone's was under way: is tried again after a while. */
  | { kind: "pausing"; stop: () => void }
  | { kind: "talking"; conversation: Conversation }
  | { kind: "moving"; conversation: Conversation }
  | { kind: "ending" }
  | { kind: "over" };
