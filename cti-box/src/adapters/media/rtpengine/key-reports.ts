/** Keys at rtpengine. What one that it reports means: it is told, and goes on by the signalling where the counterpart has its keys from there. */
import type { MediaEvent } from "../../../application/media-port.ts";
import type { KeyReport } from "./key-log.ts";
import type { RtpengineCall } from "./rtpengine-call.ts";

/** How long it was held is of no interest to anybody. */
const usualPressMs = 100;

/** Of one that it plays: it makes none shorter than 100 ms. */
export function playedMs(durationMs: number): number {
  return Math.min(Math.max(durationMs, 100), 5000);
}

export function keyEvents({ legId: heardOf, digit }: KeyReport, call: RtpengineCall | undefined): MediaEvent[] {
  const media = call?.medias.find(({ legId }) => legId === heardOf);
  if (media === undefined) return [];
  const told: MediaEvent = { type: "dtmf-received", ...media, digit };
  const counterpart = call?.described.find((leg) => leg.media.legId === heardOf)?.counterpart ?? null;
  if (counterpart?.session.keyWay !== "signalled") return [told];
  return [told, { type: "key-to-signal", ...counterpart.media, digit, durationMs: usualPressMs }];
}
