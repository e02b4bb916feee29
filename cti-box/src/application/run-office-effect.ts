/** Effects of one call inside of the office: its timers, its place in the line, the operators it rings and talks to. */
import type { Call } from "../domain/call/call.ts";
import type { OfficeEffect } from "../domain/call/call-effect.ts";
import type { TimerName } from "../domain/call/call-event.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { PlaceInLine } from "../domain/queue/announcement.ts";
import type { WaitingCall } from "../domain/queue/waiting-line.ts";
import type { PostedEvent } from "./call-runner.ts";
import type { Clock } from "./ports.ts";

export type OfficeEffectParts = {
  clock: Clock;
  room: {
    joinLine(waiting: WaitingCall): void;
    leaveLine(callId: Call["callId"]): void;
    /** Null: does not wait now. */
    placeOf(callId: Call["callId"]): PlaceInLine | null;
    engage(operatorId: OperatorId, callId: Call["callId"], activity: "ringing" | "on-call"): void;
    release(
      operatorId: OperatorId,
      release: { callId: Call["callId"]; why: "talked" | "not-answered" | "ring-withdrawn"; wrapUpMs: number },
    ): void;
  };
  callId: Call["callId"];
  post(event: PostedEvent): void;
  /** Who is to be rung with the call of a colleague, first or after somebody did not take it? */
  seekForward(missed: { operatorId: OperatorId; why: "busy" | "no-answer" | "called" }): void;
  /** To another call of the office, if it is still there. */
  postTo(callId: Call["callId"], event: PostedEvent): void;
};

export class OfficeEffects {
  private readonly parts: OfficeEffectParts;
  private readonly timers = new Map<TimerName, () => void>();

  constructor(parts: OfficeEffectParts) {
    this.parts = parts;
  }

  run(effect: OfficeEffect): void {
    const { room, callId } = this.parts;
    switch (effect.type) {
      case "start-timer":
        return this.startTimer(effect);
      case "stop-timer":
        return this.stopTimer(effect.timer);
      case "join-queue": {
        const { type: _type, ...place } = effect;
        return room.joinLine({ callId, ...place });
      }
      case "leave-queue":
        return room.leaveLine(callId);
      case "seek-forward":
        return this.parts.seekForward(effect);
      case "merge-call":
        return this.parts.postTo(effect.callId, { type: `merge-${effect.how}`, intoCallId: callId });
      case "engage-operator":
        return room.engage(effect.operatorId, callId, effect.activity);
      case "release-operator":
        return room.release(effect.operatorId, { callId, why: effect.why, wrapUpMs: effect.wrapUpMs });
    }
  }

  runningTimers(): TimerName[] {
    return [...this.timers.keys()];
  }

  /** Stops the timers of a call that is given up. */
  close(): void {
    for (const stop of this.timers.values()) stop();
    this.timers.clear();
  }

  private startTimer({ timer, deadlineMs }: { timer: TimerName; deadlineMs: number }): void {
    const { clock } = this.parts;
    this.stopTimer(timer);
    const fire = (): void => {
      this.timers.delete(timer);
      this.parts.post({ type: "timer-fired", timer, deadlineMs });
    };
    this.timers.set(timer, clock.after(Math.max(0, deadlineMs - clock.now()), fire));
  }

  private stopTimer(timer: TimerName): void {
    this.timers.get(timer)?.();
    this.timers.delete(timer);
  }
}
