/** A far end's session description, or the refusal of what is none. */
import { MediaRefused } from "../media-refused.ts";
import { readSession } from "./read-session.ts";
import type { SessionDescription } from "./session-description.ts";

/** @throws MediaRefused */
export function descriptionOf(sdp: string): SessionDescription {
  const outcome = readSession(sdp);
  if (!outcome.ok) throw new MediaRefused(outcome.reason, outcome.detail);
  return outcome.session;
}
