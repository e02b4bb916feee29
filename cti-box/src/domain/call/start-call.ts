/**
 * The first step of a call. A carrier's caller is answered into the queue at once (music, and the operator is rung in parallel);
 * a call from another office or a colleague stays unanswered until an operator takes it, so that a refusal goes back to its origin. A caller
 * who comes out of hours or to a full queue is told so, or refused with the reason.
 */
import { answerCaller, newLeg } from "./legs.ts";
import { published } from "./step.ts";
import { greet, turnAway } from "./turning-away.ts";
import { notWaited } from "./waiting-time.ts";
import type { Step } from "./step.ts";
import type { Call } from "./call.ts";
import type { CallArrival } from "./call-event.ts";

/** What has not happened when a call begins. */
export const nothingYet = {
  answeredAtMs: null,
  placeToldAtMs: null,
  firstRungAtMs: null,
  legCauses: {},
  queueWait: notWaited,
  survey: null,
  triedOperators: [],
  triedOffices: [],
  departed: [],
  lastTransfer: null,
  transfers: [],
  spokenOperators: [],
} as const satisfies Partial<Call>;

export function startCall(arrival: CallArrival): Step {
  const { atMs } = arrival;
  const offered = published({ call: arrivedCall(arrival), effects: [] }, atMs, { type: "call-offered" });
  const { turnedAway } = arrival;
  if (turnedAway !== undefined) return turnAway(offered, { atMs, cause: turnedAway });
  const answered = arrival.peer.kind === "trunk" ? answerCaller(offered, atMs) : offered;
  return arrival.queue === null ? answered : greet(published(answered, atMs, { type: "call-queued" }));
}

function arrivedCall(arrival: CallArrival): Call {
  const { type: _type, atMs, legId, peer, media, turnedAway: _turnedAway, ...facts } = arrival;
  return {
    ...facts,
    ...nothingYet,
    startedAtMs: atMs,
    phase: { kind: "queued", wait: { sinceMs: atMs, priority: "new" }, enteredAtMs: atMs },
    legs: [newLeg({ legId, role: "caller", direction: "in", peer, media }, atMs)],
  };
}
