/** The media server lost the call: every far end is told where its media is now, and then hears what it is to hear in this phase. */
import { answeredLeg } from "./legs.ts";
import { mediaLegsOf, soundsOf } from "./settle.ts";
import { withEffect } from "./step.ts";
import type { Step } from "./step.ts";

export function renewMedia(step: Step): Step {
  const { call } = step;
  const isAnswered = (legId: Parameters<typeof answeredLeg>[1]): boolean => answeredLeg(call, legId) !== null;
  const renewed = mediaLegsOf(call)
    .filter(isAnswered)
    .map((legId) => ({ type: "renew-media", legId }) as const);
  // What a carrier lets be heard before the answer comes with that answer's own media.
  const sounds = soundsOf(call).filter((effect) =>
    ("legIds" in effect ? effect.legIds : [effect.legId]).every(isAnswered),
  );
  return [...renewed, ...sounds].reduce(withEffect, step);
}
