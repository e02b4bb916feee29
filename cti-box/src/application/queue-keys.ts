/**
 * Keys of callers. Of one who waits each leads to another queue of the office, and one may ask for a call back; which key it was is neither logged nor
 * kept. Of one who is asked how the service was, it is the answer.
 */
import { placeCaller } from "../domain/queue/place-caller.ts";
import { callerLegOf } from "../domain/call/find-leg.ts";
import type { LegId } from "../domain/call/ids.ts";
import { mayStillAsk } from "../domain/call/turning-away.ts";
import type { Callbacks } from "./callbacks.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { PostedEvent } from "./call-runner.ts";
import type { Clock, Log } from "./ports.ts";

type KeyParts = {
  office: Pick<Office, "queues" | "queueKeys" | "queueRules">;
  room: Pick<OperatorRoom, "waitingIn">;
  calls: Pick<CallsInProgress, "findByLeg">;
  callbacks: Pick<Callbacks, "asked">;
  clock: Pick<Clock, "now">;
  log: Log;
};

/** A queue that takes nobody now leaves the caller where he is. Keys of anybody else are not ours. */
export function keyPressed({ office, room, calls, callbacks, clock, log }: KeyParts, legId: LegId, key: string): void {
  const runner = calls.findByLeg(legId);
  if (runner === null) return;
  const { call } = runner;
  if (call.phase.kind === "surveying" && callerLegOf(call).legId === legId) return runner.post(surveyAnswer(key));
  const mayAskCallback = call.phase.kind === "queued" || mayStillAsk(call);
  const isCaller = callerLegOf(call).legId === legId && callerLegOf(call).direction === "in";
  if (isCaller && mayAskCallback && call.queue?.callback?.key === key) return callbacks.asked(runner);
  const isWaiting = call.phase.kind === "queued" || call.phase.kind === "ringing";
  if (!isWaiting || call.queue === null || callerLegOf(call).legId !== legId) return;
  const wanted = office.queueKeys.get(call.queue.queueId)?.get(key);
  if (wanted === undefined) return;
  const waitingIn = (queueId: string): number => room.waitingIn(queueId);
  const placement = placeCaller(office.queueRules, wanted, { atMs: clock.now(), waitingIn });
  const queue = office.queues.get(placement.queueId);
  if (placement.kind === "queue" && queue !== undefined) return runner.post({ type: "queue-chosen", queue });
  log.info({ callId: call.callId, queueId: wanted }, "the queue that the caller chose takes nobody now");
}

function surveyAnswer(key: string): PostedEvent {
  switch (key) {
    case "1":
      return { type: "survey-answered", rating: 1 };
    case "2":
      return { type: "survey-answered", rating: 2 };
    case "3":
      return { type: "survey-answered", rating: 3 };
    default:
      return { type: "survey-answered", rating: null };
  }
}
