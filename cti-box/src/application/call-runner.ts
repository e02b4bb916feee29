/**
 * One call at work: a mailbox, one event at a time; each step is in the journal before its effects run.
 *   post(event) ─▶ mailbox ─▶ applyCallEvent ─▶ store.append ─▶ effects ─▶ listeners
 */
import { applyCallEvent, beginCall } from "../domain/call/apply-call-event.ts";
import { isOver } from "../domain/call/call.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallEffect } from "../domain/call/call-effect.ts";
import type { CallBeginning, CallEvent, LaterCallEvent } from "../domain/call/call-event.ts";
import type { PublicCallEvent } from "../domain/call/call-view.ts";
import type { Step } from "../domain/call/step.ts";
import { recordOf } from "../domain/call/record-of.ts";
import type { CallStore, Clock, Log } from "./ports.ts";

/** A later event before it gets its time. */
export type PostedEvent = LaterCallEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, "atMs">
    : never
  : never;

export type CallRunnerParts = {
  store: Pick<CallStore, "append">;
  clock: Pick<Clock, "now">;
  log: Log;
  runEffects(effects: readonly CallEffect[]): void;
  /** After the effects were started. `before` is null for the first step. */
  onStep(change: { before: Call | null; after: Call; event: CallEvent; published: readonly PublicCallEvent[] }): void;
  onOver(call: Call): void;
};

export class CallRunner {
  call: Call;
  private readonly parts: CallRunnerParts;
  private readonly mailbox: PostedEvent[] = [];
  private work: "idle" | "working" | "over" = "idle";
  private lastMs: number;

  private constructor(call: Call, parts: CallRunnerParts) {
    this.call = call;
    this.parts = parts;
    this.lastMs = call.startedAtMs;
  }

  /** Journals the beginning; effects wait until `open`, so that the owner can note the runner first. Throws when the journal refuses. */
  static begin(beginning: CallBeginning, parts: CallRunnerParts): { runner: CallRunner; open: () => void } {
    const step = beginCall(beginning);
    const runner = new CallRunner(step.call, parts);
    const published = runner.journal(beginning, step);
    const open = (): void => {
      runner.work = "working";
      runner.finish({ before: null, event: beginning, step, published });
      runner.work = "idle";
      runner.drain();
    };
    return { runner, open };
  }

  /** Takes an event; it is handled now, or after those that came before it. */
  post(event: PostedEvent): void {
    if (this.work === "over") return;
    this.mailbox.push(event);
    if (this.work === "idle") this.drain();
  }

  private drain(): void {
    while (this.work === "idle") {
      const posted = this.mailbox.shift();
      if (posted === undefined) return;
      this.work = "working";
      this.handle(posted);
      if (isOver(this.call)) {
        this.work = "over";
        this.parts.onOver(this.call);
        return;
      }
      this.work = "idle";
    }
  }

  private handle(posted: PostedEvent): void {
    this.lastMs = Math.max(this.lastMs, this.parts.clock.now());
    const event: LaterCallEvent = { ...posted, atMs: this.lastMs };
    const before = this.call;
    const step = applyCallEvent(before, event);
    if (step.call === before && step.effects.length === 0) return;
    const journaled = this.tryJournal(event, step);
    if (!journaled.ok) return this.endWithoutJournal(event);
    this.call = step.call;
    this.finish({ before, event, step, published: journaled.published });
  }

  private tryJournal(event: CallEvent, step: Step): { ok: true; published: PublicCallEvent[] } | { ok: false } {
    try {
      return { ok: true, published: this.journal(event, step) };
    } catch (error) {
      const fields = { callId: this.call.callId, event: event.type, error: String(error) };
      this.parts.log.error(fields, "the journal refused a step: the call is ended");
      return { ok: false };
    }
  }

  private journal(event: CallEvent, step: Step): PublicCallEvent[] {
    const published = step.effects.flatMap((effect) => (effect.type === "publish" ? [effect.happening] : []));
    return this.parts.store.append({ callId: step.call.callId, event, published, record: recordOf(step.call) });
  }

  private finish(done: { before: Call | null; event: CallEvent; step: Step; published: PublicCallEvent[] }): void {
    const { before, event, step, published } = done;
    this.parts.runEffects(step.effects);
    this.parts.onStep({ before, after: step.call, event, published });
  }

  /**
   * A call whose next step cannot be journaled is ended: legs, media, timers and operators are let go without a journal entry, and the
   * next start of the box closes its record as `box-restarted`.
   */
  private endWithoutJournal(event: CallEvent): void {
    const before = this.call;
    const step = applyCallEvent(before, { type: "box-stopping", atMs: this.lastMs });
    this.call = step.call;
    this.finish({ before, event, step, published: [] });
  }
}
