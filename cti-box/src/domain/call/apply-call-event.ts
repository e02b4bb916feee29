/** The call core: `(call, event) → (call, effects)`. Pure: same input, same step; an event that does not apply changes nothing. */
import { callerEvent } from "./caller-events.ts";
import { chooseQueue } from "./changing-queue.ts";
import { conferenceFailed } from "./consulting.ts";
import { startDialling } from "./dialling.ts";
import { forward } from "./forwarding.ts";
import { boxStopping } from "./leaving.ts";
import { withLegCauses } from "./leg-causes.ts";
import { legEvent } from "./leg-events.ts";
import { offerToOffice } from "./offering.ts";
import { renewMedia } from "./renewing-media.ts";
import { operatorCommand } from "./operator-commands.ts";
import { mergeFailed, startMerge } from "./merging.ts";
import { nobodyTakesIt, pickUp, ringOperator } from "./ringing.ts";
import { replaceLeg } from "./replacing.ts";
import { boxRestarted } from "./taking-up.ts";
import { settle } from "./settle.ts";
import { startCall } from "./start-call.ts";
import { unchanged } from "./step.ts";
import { timerFired } from "./timer-events.ts";
import type { Call } from "./call.ts";
import type { CallBeginning, LaterCallEvent } from "./call-event.ts";
import type { Step } from "./step.ts";

/** A call begins. */
export function beginCall(beginning: CallBeginning): Step {
  const started = beginning.type === "call-arrived" ? startCall(beginning) : startDialling(beginning);
  return settle(null, withLegCauses(started, beginning), beginning.atMs);
}

/** Something happens to a call. */
export function applyCallEvent(call: Call, event: LaterCallEvent): Step {
  const step = transition(unchanged(call), event);
  return step.call === call ? step : settle(call, withLegCauses(step, event), event.atMs);
}

function transition(step: Step, event: LaterCallEvent): Step {
  const { atMs } = event;
  switch (event.type) {
    case "leg-replaced":
      return replaceLeg(step, event);
    case "merge-started":
      return startMerge(step, event);
    case "merge-failed":
      return mergeFailed(step, event);
    case "operator-assigned":
      return ringOperator(step, event);
    case "call-forwarded":
      return forward(step, event);
    case "call-picked-up":
      return pickUp(step, event);
    case "no-operator":
      return nobodyTakesIt(step, atMs, event.why);
    case "leg-trying":
    case "leg-progressed":
    case "leg-early-media":
    case "leg-answered":
    case "leg-failed":
    case "leg-cancelled":
    case "leg-ended":
    case "leg-redescribed":
    case "leg-reinvited":
    case "leg-handed-over":
    case "leg-presented":
    case "device-gone":
    case "media-failed":
      return legEvent(step, event);
    case "queue-chosen":
      return chooseQueue(step, event);
    case "overflow-offered":
      return offerToOffice(step, event);
    case "callback-requested":
    case "callback-refused":
    case "survey-answered":
    case "announcement-ended":
      return callerEvent(step, event);
    case "conference-failed":
      return conferenceFailed(step, atMs);
    case "hold-requested":
    case "resume-requested":
    case "transfer-requested":
    case "transfer-cancelled":
    case "transfer-completed":
    case "consultation-turned":
    case "call-parked":
    case "call-retrieved":
    case "ticket-attached":
      return operatorCommand(step, event);
    case "timer-fired":
      return timerFired(step, event);
    case "box-stopping":
    case "box-restarted":
    case "media-moved":
      return boxEvent(step, event);
  }
}

type BoxEvent = Extract<LaterCallEvent, { type: `box-${string}` | "media-moved" }>;

/** Something happens to the box or to its media server, and so to all calls. */
function boxEvent(step: Step, event: BoxEvent): Step {
  switch (event.type) {
    case "box-stopping":
      return boxStopping(step, event.atMs);
    case "box-restarted":
      return boxRestarted(step, event);
    case "media-moved":
      return renewMedia(step);
  }
}
