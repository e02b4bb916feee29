/** What the effects of one call are done with. */
import type { Call } from "../domain/call/call.ts";
import type { KeyModeOfTrunk } from "../domain/trunk/key-mode.ts";
import type { Party } from "../domain/call/call-view.ts";
import type { ConnectedIdentity } from "./far-end.ts";
import type { CodecsOfTrunk } from "../domain/trunk/trunk-codecs.ts";
import type { SrtpOfTrunk } from "../domain/trunk/trunk-srtp.ts";
import type { PostedEvent } from "./call-runner.ts";
import type { CallMedia } from "./call-media.ts";
import type { CallSignalling, Clock, Log } from "./ports.ts";
import type { TextOffers } from "./text/offered-text.ts";
import type { OfficeEffectParts } from "./run-office-effect.ts";

export type EffectParts = {
  signalling: Pick<
    CallSignalling,
    | "placeLeg"
    | "progressLeg"
    | "answerLeg"
    | "tellConnected"
    | "rejectLeg"
    | "endLeg"
    | "answerReinvite"
    | "refuseReinvite"
    | "renegotiateLeg"
    | "notifyReferrer"
    | "tellHandover"
  >;
  media: CallMedia;
  clock: Clock;
  log: Log;
  codecsOfTrunk: CodecsOfTrunk;
  textOfTrunk: TextOffers["textOfTrunk"];
  keyModeOfTrunk: KeyModeOfTrunk;
  srtpOfTrunk: SrtpOfTrunk;
  /** How these are shown to a far end. */
  identityOf: (parties: readonly Party[]) => ConnectedIdentity;
  room: OfficeEffectParts["room"];
  callId: Call["callId"];
  /** The call as it is now. */
  current(): Call;
  post(event: PostedEvent): void;
  /** Who is to be rung with the call of a colleague, first or after somebody did not take it? */
  seekForward: OfficeEffectParts["seekForward"];
  /** To another call of the office, if it is still there. */
  postTo(callId: Call["callId"], event: PostedEvent): void;
};
