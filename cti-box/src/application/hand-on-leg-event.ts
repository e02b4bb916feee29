/** Something happened on a leg: session descriptions go to the media, digits to the counterpart, the rest into the call. */
import type { CallInProgress } from "./call-index.ts";
import type { SignallingEvent } from "./ports.ts";

export function handOnLegEvent(
  call: CallInProgress,
  event: Exclude<SignallingEvent, { type: "leg-referred" | "leg-text" }>,
): void {
  const { effects, runner } = call;
  switch (event.type) {
    case "leg-digit":
      return effects.media.relayDigit(event.legId, event);
    case "leg-answered":
    case "leg-early-media": {
      const { sdp, ...fact } = event;
      effects.signalling.describe(event.legId, sdp, "answer");
      return runner.post(fact);
    }
    case "leg-acknowledged":
      return effects.signalling.acknowledge(event.legId, event.answer);
    case "leg-reinvited": {
      const { sdp, ...fact } = event;
      if (sdp === null) return effects.signalling.reinvitedWithoutOffer(event.legId);
      effects.signalling.describe(event.legId, sdp, "offer");
      return runner.post(fact);
    }
    case "leg-ended":
      // Whoever waits for the answer in its ACK waits in vain.
      effects.signalling.acknowledge(event.legId, null);
      return runner.post(event);
    default:
      return runner.post(event);
  }
}
