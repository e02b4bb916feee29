/**
 * A phone in a conversation goes on with it in another leg. A plain phone stays in its dialog and gets a new description of the media by re-INVITE, which every phone
 * understands; Replaces (RFC 3891) many do not.
 */
import { pauseAfterGlare, requestPending, sendReinvite } from "./reinvite.ts";
import type { Conversation } from "./conversation.ts";
import type { PlaceLegOrder } from "../../../application/ports.ts";
import type { SipDialog } from "../drachtio.ts";

/** The leg that the phone is on. */
export type LendingLeg = {
  /** Null: it does not talk. */
  readonly dialog: SipDialog | null;
  /** Its conversation, which is not its own from now on unless a description is under way; null: it has none to give. */
  lend(): Conversation | null;
  /** How that ended; false: the leg was over before. */
  lent(outcome: "kept" | "given-away"): boolean;
  /** The phone has moved: its last word. */
  movedAway(): void;
};

export type Move =
  | { kind: "moved"; dialog: SipDialog }
  | { kind: "refused"; status: number }
  /** A re-INVITE of the phone's is under way: it goes first, and ours may be repeated after this time. */
  | { kind: "glare"; status: typeof requestPending; pauseMs: number };

/** So often a phone is asked that keeps on sending re-INVITEs of its own. */
export const mostMoves = 4;

/**
 * Once. `caller`: with whom the phone talks from now on (RFC 4916, RFC 5876 §3). Between two tries the earlier leg has its conversation, so
 * that the phone's own re-INVITE is answered.
 */
export async function moveConversation(
  earlier: LendingLeg,
  { sdp, caller }: Pick<PlaceLegOrder, "sdp" | "caller">,
  domain: string,
): Promise<Move> {
  const conversation = earlier.lend();
  if (conversation === null) return { kind: "refused", status: 481 };
  const { dialog } = conversation;
  const glare: Move = { kind: "glare", status: requestPending, pauseMs: pauseAfterGlare(dialog) };
  if (conversation.isExchanging) return glare;
  const { status } = await sendReinvite(dialog, sdp, conversation.headersFor(caller, domain));
  const isThere = earlier.lent(status === 200 ? "given-away" : "kept");
  if (!isThere) return { kind: "refused", status: 481 };
  if (status === 200) return { kind: "moved", dialog };
  return status === requestPending ? glare : { kind: "refused", status };
}
