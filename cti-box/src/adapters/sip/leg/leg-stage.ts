/**
 * A leg as the signalling sees it.
 *
 *   offered ─answer─▶ answering ─200 sent─▶ talking ─BYE either way─▶ over
 *   placing ─200───────────────────────────▶ talking
 *   offered ─reject, CANCEL─▶ over        placing ─final failure, our CANCEL done─▶ over        talking ─our BYE─▶ ending ─answer─▶ over
 *
 * `wantsEnd`: the box gave the leg up while the stack was still busy with it; it ends as soon as it can.
 */
import type { LegEndReason } from "../../../domain/call/call-effect.ts";
import type { SipDialog, SipRequest, SipResponse } from "../drachtio.ts";

export type LegStage =
  | { kind: "offered"; request: SipRequest; response: SipResponse }
  /** `ack`: what the far end's ACK brings; the answer where its INVITE came without an offer. */
  | { kind: "answering"; ack: "nothing" | "answer"; wantsEnd: LegEndReason | null }
  | { kind: "placing"; invite: SipRequest | null; wantsEnd: LegEndReason | null }
  | { kind: "talking"; dialog: SipDialog; reinvite: SipResponse | null }
  | { kind: "ending" }
  | { kind: "over" };
