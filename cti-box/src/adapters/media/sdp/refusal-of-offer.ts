/** Looks at an offer as a leg would that is described by it for the first time, before there is one: whoever could not be talked to is not let ring. */
import type { LegRules } from "../../../application/media-port.ts";
import { MediaRefused } from "../media-refused.ts";
import { allowedBy } from "./audio-codecs.ts";
import { LegSession } from "./leg-session.ts";
import { readSession } from "./read-session.ts";

/** In words for the log; null: it can be answered. */
export function refusalOfOffer(offer: string, { audio, srtp }: LegRules): string | null {
  const read = readSession(offer);
  if (!read.ok) return read.detail;
  const session = new LegSession(read.session.profile, null);
  session.bind({ codecs: allowedBy(audio), srtp });
  try {
    session.considerOffer(read.session, null);
    return null;
  } catch (error) {
    if (error instanceof MediaRefused) return error.message;
    throw error;
  }
}
