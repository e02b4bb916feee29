/**
 * What follows from a step without anybody deciding it: who hears whom, which timers run, who waits in the line, which operators are busy,
 * and how long each leg has talked. Each is a function of the call; the difference between before and after gives the effects, so that
 * everything started is stopped by construction.
 */
import { seeksColleague } from "./callee.ts";
import { ringingToneLegOf } from "./ringing-tone.ts";
import { callerLegOf, isCallerAnswered } from "./find-leg.ts";
import { waitsForUs } from "./legs.ts";
import { tellParties } from "./connected-parties.ts";
import { conversationOf } from "./conversation.ts";
import { longestParkedMs } from "./parking.ts";
import { engagementsOf } from "./summary.ts";
import { surveyEndsAt } from "./surveying.ts";
import { accountWait } from "./waiting-time.ts";
import { nextPlaceAt } from "./turning-away.ts";
import type { Step } from "./step.ts";
import type { Call, CallPhase, CarrierAttempt, HoldSource } from "./call.ts";
import type { CallEffect, MediaEffect, OfficeEffect } from "./call-effect.ts";
import type { TimerName } from "./call-event.ts";
import type { LegId, OperatorId } from "./ids.ts";

/** Pause before operators who did not take a call are rung for it again when nobody else is free, and before a colleague is rung again after a restart. */
export const retryPauseMs = 5000;
/** The longest announcement takes half of this: it ends a call whose media server does not tell. */
const longestGoodbyeMs = 20_000;
/** Time for the key after the announcement that names it. */
const listeningMs = 6_000;
/** Time a colleague is rung in a call that has no queue. */
const internalRingMs = 30_000;
/** From the wish to call somebody to giving up. */
const longestDialMs = 120_000;
/** Time that a carrier gets to find the called telephone once it has taken the call, while there are other carriers. */
const slowCarrierMs = 20_000;

/** Completes a step: `before` is null for the first one. */
export function settle(before: Call | null, given: Step, atMs: number): Step {
  const step = tellParties(given, conversationOf(given.call));
  const call = accountWait(accountTalk(before, step.call, atMs), atMs);
  const media = mediaChanges(before, call);
  return {
    call,
    effects: [
      ...media.stops,
      ...step.effects,
      ...media.starts,
      ...timerChanges(before, call),
      ...officeChanges(before, call),
    ],
  };
}

/** The legs that are joined now: those in conversation, or the operator and what the carrier plays before the citizen answers. */
export function joinedLegsOf(call: Call): readonly LegId[] | null {
  const phase = call.phase;
  if (phase.kind !== "dialling" || phase.stage.kind === "own-phone" || phase.stage.media === "none")
    return conversationOf(call);
  return [callerLegOf(call).legId, phase.stage.legId];
}

/** The leg that hears music now. */
export function musicLegOf(call: Call): LegId | null {
  if (call.phase.kind === "consulting") {
    const { talkingTo, targetLegId } = call.phase;
    if (talkingTo === "everybody") return null;
    return talkingTo === "target" ? callerLegOf(call).legId : targetLegId;
  }
  if (call.phase.kind === "held" && call.phase.by.includes("calling-operator"))
    return call.phase.by.some(isHeldAtCallee) ? null : call.phase.legId;
  const isQuiet = ["ended", "dialling", "turned-away", "surveying"].includes(call.phase.kind);
  if (isQuiet || ringingToneLegOf(call) !== null || conversationOf(call) !== null || !isCallerAnswered(call))
    return null;
  return callerLegOf(call).legId;
}

/** Whoever was called has put the caller on hold. */
function isHeldAtCallee(source: HoldSource): boolean {
  return source === "operator" || source === "operator-phone";
}

/** Legs that have media of their own: every leg the box offered or answered and has not closed. */
export function mediaLegsOf(call: Call): LegId[] {
  return call.legs
    .filter((leg) => {
      const kind = leg.state.kind;
      return kind === "answered" || (leg.direction === "out" && (kind === "trying" || kind === "alerting"));
    })
    .map((leg) => leg.legId);
}

/** Timers that have to run now, by their deadlines (epoch ms). */
export function timersOf(call: Call): Map<TimerName, number> {
  const timers = new Map<TimerName, number>();
  const phase = call.phase;
  if (seeksColleague(call) && phase.kind === "queued") timers.set("retry", phase.enteredAtMs + retryPauseMs);
  if (phase.kind === "queued" && call.queue !== null && waitsForUs(call)) {
    if (phase.offer === undefined) timers.set("max-wait", waitsUntil(phase, call.queue.maxWaitMs));
    else timers.set("overflow", phase.offer.expiresAtMs);
    const placeAtMs = nextPlaceAt(call);
    if (placeAtMs !== null) timers.set("place", placeAtMs);
    if (call.triedOperators.length > 0) timers.set("retry", phase.enteredAtMs + retryPauseMs);
  }
  if (phase.kind === "ringing")
    timers.set("ring", phase.sinceMs + (phase.ringMs ?? call.queue?.ringTimeoutMs ?? internalRingMs));
  if (phase.kind === "turned-away") timers.set("goodbye", goodbyeAt(phase));
  if (phase.kind === "transferring") {
    timers.set("transfer", phase.transfer.expiresAtMs);
    const { carrier } = phase;
    if (carrier !== undefined && carrier.routes.length > 0 && phase.stage === "calling")
      timers.set("route", slowestAnswerAt(carrier));
  }
  if (phase.kind === "surveying") timers.set("survey", surveyEndsAt(phase));
  if (phase.kind === "parked") timers.set("park", phase.sinceMs + longestParkedMs);
  if (phase.kind === "dialling") setDiallingTimers(timers, phase, call.queue?.ringTimeoutMs ?? internalRingMs);
  return timers;
}

function goodbyeAt({ sinceMs, stage }: Extract<CallPhase, { kind: "turned-away" }>): number {
  return sinceMs + (stage === "listening" ? listeningMs : longestGoodbyeMs);
}

/** A time that runs out while another office is asked is looked at after its answer. */
function waitsUntil({ wait, enteredAtMs }: Extract<CallPhase, { kind: "queued" }>, maxWaitMs: number): number {
  return maxWaitMs + (wait.priority === "returned" ? enteredAtMs : (wait.inQueueSinceMs ?? wait.sinceMs));
}

function setDiallingTimers(
  timers: Map<TimerName, number>,
  phase: Extract<CallPhase, { kind: "dialling" }>,
  ringMs: number,
): void {
  const { stage, routes, sinceMs } = phase;
  if (stage.kind === "own-phone") {
    timers.set("ring", sinceMs + ringMs);
    return;
  }
  timers.set("dial", sinceMs + longestDialMs);
  const { attempt, attemptSinceMs, failoverMs } = stage;
  if (routes.length === 0 || attempt === "ringing") return;
  timers.set("route", slowestAnswerAt({ attempt, sinceMs: attemptSinceMs, failoverMs }));
}

/** A carrier that has said 100 is at work: finding a mobile abroad takes it many seconds. */
function slowestAnswerAt({ attempt, sinceMs, failoverMs }: Omit<CarrierAttempt, "routes">): number {
  return sinceMs + (attempt === "trying" ? Math.max(failoverMs, slowCarrierMs) : failoverMs);
}

function accountTalk(before: Call | null, after: Call, atMs: number): Call {
  const talkedBefore = before === null ? null : conversationOf(before);
  const talksNow = conversationOf(after);
  if (talkedBefore?.join() === talksNow?.join()) return after;
  const legs = after.legs.map((leg) => {
    const talks = talksNow?.includes(leg.legId) ?? false;
    if (leg.talkingSinceMs !== null && !talks) {
      return { ...leg, talkedMs: leg.talkedMs + Math.max(0, atMs - leg.talkingSinceMs), talkingSinceMs: null };
    }
    return talks && leg.talkingSinceMs === null ? { ...leg, talkingSinceMs: atMs } : leg;
  });
  return { ...after, legs };
}

function mediaChanges(before: Call | null, after: Call): { stops: MediaEffect[]; starts: MediaEffect[] } {
  const stops: MediaEffect[] = [];
  const starts: MediaEffect[] = [];
  const pairBefore = before === null ? null : joinedLegsOf(before);
  const pairNow = joinedLegsOf(after);
  if (pairBefore?.join() !== pairNow?.join()) {
    if (pairBefore !== null) stops.push({ type: "disconnect-media", legIds: pairBefore });
    if (pairNow !== null) starts.push({ type: "connect-media", legIds: pairNow });
  }
  const musicBefore = before === null ? null : musicLegOf(before);
  const musicNow = musicLegOf(after);
  if (musicBefore !== musicNow) {
    if (musicBefore !== null) stops.push({ type: "stop-music", legId: musicBefore });
    if (musicNow !== null) starts.push({ type: "start-music", legId: musicNow });
  }
  const toneNow = ringingToneLegOf(after);
  // What is joined, or heard next, takes the tone's place by itself.
  if (toneNow !== null && (before === null || ringingToneLegOf(before) !== toneNow))
    starts.push({ type: "play-ringing", legId: toneNow });
  const kept = mediaLegsOf(after);
  for (const legId of before === null ? [] : mediaLegsOf(before)) {
    if (!kept.includes(legId)) starts.push({ type: "release-media", legId });
  }
  return { stops, starts };
}

/** What has to be said for everybody to hear what they are to hear now. */
export function soundsOf(call: Call): MediaEffect[] {
  return mediaChanges(null, call).starts;
}

function timerChanges(before: Call | null, after: Call): OfficeEffect[] {
  const running = before === null ? new Map<TimerName, number>() : timersOf(before);
  const wanted = timersOf(after);
  const effects: OfficeEffect[] = [];
  for (const [timer, deadlineMs] of running) {
    if (wanted.get(timer) !== deadlineMs) effects.push({ type: "stop-timer", timer });
  }
  for (const [timer, deadlineMs] of wanted) {
    if (running.get(timer) !== deadlineMs) effects.push({ type: "start-timer", timer, deadlineMs });
  }
  return effects;
}

/** Operators are let go before the call joins the line again, so that the line is served in its own order. */
function officeChanges(before: Call | null, after: Call): CallEffect[] {
  const busyBefore = before === null ? new Map<OperatorId, "ringing" | "on-call">() : engagementsOf(before);
  const busyNow = engagementsOf(after);
  const effects: CallEffect[] = [];
  for (const [operatorId, activity] of busyNow) {
    if (busyBefore.get(operatorId) !== activity) effects.push({ type: "engage-operator", operatorId, activity });
  }
  const lineBefore = before === null ? null : placeInLine(before);
  const lineNow = placeInLine(after);
  if (lineBefore !== null && lineNow === null) effects.push({ type: "leave-queue" });
  for (const [operatorId, activity] of busyBefore) {
    if (!busyNow.has(operatorId)) effects.push(released(after, operatorId, activity));
  }
  if (lineNow !== null && JSON.stringify(lineBefore) !== JSON.stringify(lineNow)) effects.push(lineNow);
  return effects;
}

function placeInLine(call: Call): OfficeEffect | null {
  if (call.phase.kind !== "queued" || call.queue === null) return null;
  return {
    type: "join-queue",
    queueId: call.queue.queueId,
    sinceMs: call.phase.wait.sinceMs,
    priority: call.phase.wait.priority,
    patience: waitsForUs(call) ? "wait" : "now-or-never",
    except: call.triedOperators.map((one) => one.operatorId),
  };
}

function released(call: Call, operatorId: OperatorId, activity: "ringing" | "on-call"): OfficeEffect {
  if (activity === "on-call") {
    return { type: "release-operator", operatorId, why: "talked", wrapUpMs: call.queue?.wrapUpMs ?? 0 };
  }
  const why = call.departed.findLast((one) => one.operatorId === operatorId)?.why;
  const hasMissed = why === "no-answer" || why === "rejected" || why === "unreachable";
  return { type: "release-operator", operatorId, why: hasMissed ? "not-answered" : "ring-withdrawn", wrapUpMs: 0 };
}
