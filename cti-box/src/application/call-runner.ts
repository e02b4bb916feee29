/**
 * One call at work. Its state moves on at once with each event; what follows from it, the effects, waits until the step is kept in the journal.
 *   post(event) ─▶ applyCallEvent ─▶ journal.write ─▶ (kept) effects ─▶ listeners
 * Effects of one step run before those of the next one; by then the state may be ahead of them, so whoever does an effect looks at it.
 */
import { applyCallEvent, beginCall } from "../domain/call/apply-call-event.ts";
import { takeUpCall } from "../domain/call/taking-up.ts";
import { isOver } from "../domain/call/call.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallEffect } from "../domain/call/call-effect.ts";
import type { CallBeginning, CallEvent, LaterCallEvent } from "../domain/call/call-event.ts";
import { unchanged } from "../domain/call/step.ts";
import type { Step } from "../domain/call/step.ts";
import { recordOf } from "../domain/call/record-of.ts";
import type { CallJournal } from "./call-journal.ts";
import type { Clock, Log } from "./ports.ts";

/** A later event before it gets its time. */
export type PostedEvent = LaterCallEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, "atMs">
    : never
  : never;

export type CallRunnerParts = {
  journal: Pick<CallJournal, "write">;
  clock: Pick<Clock, "now">;
  log: Log;
  runEffects(effects: readonly CallEffect[]): void;
  /** After the effects were started. `before` is null for the first step. */
  onStep(change: { before: Call | null; after: Call }): void;
  /** An event that does not apply any more: nothing is written. */
  onIgnored(event: LaterCallEvent): void;
  onOver(call: Call): void;
};

type Change = { before: Call | null; step: Step };

export class CallRunner {
  /** The newest state. */
  call: Call;
  private readonly parts: CallRunnerParts;
  private lastMs: number;
  private writing: "journal" | "given-up" = "journal";

  private constructor(call: Call, parts: CallRunnerParts) {
    this.call = call;
    this.parts = parts;
    this.lastMs = call.startedAtMs;
  }

  /** Nothing happens before the next turn: the owner can note the runner first. Throws when the journal has no room. */
  static begin(beginning: CallBeginning, parts: CallRunnerParts): CallRunner {
    const step = beginCall(beginning);
    const runner = new CallRunner(step.call, parts);
    if (!runner.journal(beginning, { before: null, step })) throw new Error("the journal has no room for another call");
    return runner;
  }

  /** A call of the journal that the box takes up again; its next event is `box-restarted`. `lastMs`: of the last entry. */
  static resume(call: Call, lastMs: number, parts: CallRunnerParts): CallRunner {
    const runner = new CallRunner(call, parts);
    runner.lastMs = lastMs;
    return runner;
  }

  post(posted: PostedEvent): void {
    this.lastMs = Math.max(this.lastMs, this.parts.clock.now());
    const event: LaterCallEvent = { ...posted, atMs: this.lastMs };
    const before = this.call;
    const step = isOver(before) ? unchanged(before) : stepOf(before, event);
    if (step.call === before && step.effects.length === 0) return this.parts.onIgnored(event);
    if (this.writing === "given-up") return this.goOnWithoutJournal(step);
    if (this.journal(event, { before, step })) this.call = step.call;
    else this.endWithoutJournal(event);
  }

  private journal(event: CallEvent, change: Change): boolean {
    const { call, effects } = change.step;
    const published = effects.flatMap((effect) => (effect.type === "publish" ? [effect.happening] : []));
    const entry = { callId: call.callId, event, published, record: recordOf(call) };
    return this.parts.journal.write(entry, () => this.finish(change));
  }

  private finish({ before, step }: Change): void {
    this.parts.runEffects(step.effects);
    this.parts.onStep({ before, after: step.call });
    if (isOver(step.call)) this.parts.onOver(step.call);
  }

  /**
   * A call whose next step cannot be kept anywhere is ended: legs, media, timers and operators are let go without a journal entry, and the
   * next start of the box closes its record as `box-restarted`.
   */
  private endWithoutJournal(event: CallEvent): void {
    const fields = { callId: this.call.callId, event: event.type };
    this.parts.log.error(fields, "the journal has no room for a step: the call is ended");
    this.writing = "given-up";
    this.goOnWithoutJournal(applyCallEvent(this.call, { type: "box-stopping", atMs: this.lastMs }));
  }

  private goOnWithoutJournal(step: Step): void {
    const before = this.call;
    this.call = step.call;
    // Behind the effects of the steps that were kept.
    queueMicrotask(() => this.finish({ before, step }));
  }
}

/** A call that is taken up has everything around it to be started anew. */
function stepOf(call: Call, event: LaterCallEvent): Step {
  return event.type === "box-restarted" ? takeUpCall(call, event) : applyCallEvent(call, event);
}
