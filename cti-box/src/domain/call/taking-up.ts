/**
 * The box was killed and is back. What its signalling and its media have kept of a call goes on as if nothing had been; what they have lost is gone:
 *   answered a moment before ─▶ offered anew      caller lost, nothing kept ─▶ ended        ring cut off ─▶ queued, in the old place        any other leg lost ─▶ as if its connection had been lost
 */
import { abandonTransfer } from "./returning.ts";
import { seeksColleague } from "./callee.ts";
import { causeOfStop, endCall } from "./ending.ts";
import { legEvent } from "./leg-events.ts";
import { withLegCauses } from "./leg-causes.ts";
import { answeredLeg, legGone, pendingLegsOf } from "./legs.ts";
import { nobodyTakesIt, stopRinging } from "./ringing.ts";
import { mediaLegsOf, settle } from "./settle.ts";
import { unchanged, withEffect } from "./step.ts";
import type { Call } from "./call.ts";
import type { BoxRestarted } from "./call-event.ts";
import type { LegId } from "./ids.ts";
import type { Step } from "./step.ts";

/** The step with everything that has to be done anew in the new process: timers, places in the line, who is busy, who hears whom. */
export function takeUpCall(call: Call, event: BoxRestarted): Step {
  const step = withLegCauses(boxRestarted(unchanged(call), event), event);
  const after = settle(call, step, event.atMs).call;
  const { effects } = settle(null, { call: after, effects: step.effects }, event.atMs);
  const withMedia = mediaLegsOf(after);
  const over = mediaLegsOf(call).filter((legId) => !withMedia.includes(legId));
  // First of all: who is joined with such a leg waits for it.
  const renewed = (event.unsettledLegs ?? []).filter((legId) => answeredLeg(after, legId) !== null);
  return {
    call: after,
    effects: [
      ...renewed.map((legId) => ({ type: "renew-media", legId }) as const),
      ...effects,
      ...over.map((legId) => ({ type: "release-media", legId }) as const),
    ],
  };
}

export function boxRestarted(step: Step, { atMs, lostLegs }: BoxRestarted): Step {
  const lost = lostLegs ?? step.call.legs.map((leg) => leg.legId);
  const [citizen] = step.call.legs;
  if (citizen === undefined || lost.includes(citizen.legId)) return cutOff(step, lost, atMs);
  const closing = step.call.legs.filter((leg) => leg.state.kind === "closing" && !lost.includes(leg.legId));
  // Whether its end had gone out nobody knows: a second one does no harm.
  const again = closing.reduce(
    (soFar, { legId }) => withEffect(soFar, { type: "end-leg", legId, reason: "hung-up" }),
    step,
  );
  const quiet = ringCutOff(again, lost, atMs);
  return lost.reduce((soFar, legId) => legEvent(soFar, { type: "leg-ended", legId, how: "lost", atMs }), quiet);
}

function cutOff(step: Step, lost: readonly LegId[], atMs: number): Step {
  const gone = lost.reduce((soFar, legId) => legGone(soFar, legId, atMs), step);
  const alone = abandonTransfer(gone, { atMs, cause: "failed", sipStatus: null });
  return endCall(alone, { atMs, cause: causeOfStop(step), reason: "failure" });
}

/** The phones that rang have stopped through no fault of their operator, who is rung again like everybody else. */
function ringCutOff(step: Step, lost: readonly LegId[], atMs: number): Step {
  const { phase } = step.call;
  if (phase.kind !== "ringing" || pendingLegsOf(step.call).some(({ legId }) => !lost.includes(legId))) return step;
  const quiet = pendingLegsOf(step.call).reduce((soFar, { legId }) => legGone(soFar, legId, atMs), step);
  const told = stopRinging(quiet, { atMs, outcome: "unreachable", reason: "failure" });
  // A colleague's phone may not be back yet: it is rung again a little later (settle.ts).
  return step.call.queue === null && !seeksColleague(told.call) ? nobodyTakesIt(told, atMs) : told;
}
