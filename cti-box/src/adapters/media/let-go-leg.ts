/** A leg that one media server has given up and another one goes on with. */
import type { LegMedia, MediaProfile } from "../../application/media-port.ts";
import type { CallId } from "../../domain/call/ids.ts";
import type { LegSession } from "./sdp/leg-session.ts";

export type LetGoLeg = { media: LegMedia; profile: MediaProfile; session: LegSession };
export type LetGoCall = { callId: CallId; legs: readonly LetGoLeg[] };
