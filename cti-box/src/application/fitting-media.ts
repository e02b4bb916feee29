/** Whether a carrier's call can be spoken over as its trunk wants it. Asked before anybody rings for it: 488 lets the carrier try again, or tell its caller. */
import type { CallMedia } from "./call-media.ts";
import type { IncomingInvite } from "./ports.ts";
import type { Trunk } from "../domain/trunk/trunk.ts";

/** Why not, in words for the log; null: it can. */
export function unfitMedia(
  { isSecured, sdp }: Pick<IncomingInvite, "isSecured" | "sdp">,
  { codecs, srtp }: Pick<Trunk, "codecs" | "srtp">,
  media: Pick<CallMedia, "refusalOf">,
): string | null {
  if (srtp === "required" && !isSecured) return "srtp is required, and its keys came over a connection without TLS";
  return sdp === null ? null : media.refusalOf(sdp, { audio: codecs ?? "any", srtp });
}
