/** What a caller makes of what he is told: keys that he presses, announcements that he has heard. */
import { surveyAnswered } from "./surveying.ts";
import { announcementEnded, keepPlace, refuseCallback } from "./turning-away.ts";
import type { LaterCallEvent } from "./call-event.ts";
import type { Step } from "./step.ts";

type CallerEvent = Extract<
  LaterCallEvent,
  { type: "callback-requested" | "callback-refused" | "survey-answered" | "announcement-ended" }
>;

export function callerEvent(step: Step, event: CallerEvent): Step {
  const { atMs } = event;
  switch (event.type) {
    case "callback-requested":
      return keepPlace(step, atMs);
    case "callback-refused":
      return refuseCallback(step);
    case "survey-answered":
      return surveyAnswered(step, event.rating, atMs);
    case "announcement-ended":
      return announcementEnded(step, event.legId, atMs);
  }
}
