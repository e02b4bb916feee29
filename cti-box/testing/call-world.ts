/** Everything that the effects of a call have started and not stopped, checked as they come. */
import { expect } from "vitest";
import type { CallEffect } from "../src/domain/call/call-effect.ts";

export class CallWorld {
  readonly media = new Set<string>();
  readonly music = new Set<string>();
  /** Legs whose media is somewhere else, and who have not been told anew whom they hear. */
  readonly moved = new Set<string>();
  readonly pairs = new Set<string>();
  readonly timers = new Map<string, number>();
  readonly busy = new Map<string, string>();
  readonly signalled = new Set<string>();
  inLine = false;
  endedTimes = 0;

  see(effects: readonly CallEffect[]): void {
    for (const effect of effects) this.seeOne(effect);
  }

  private isSaidAnew(legIds: readonly string[]): boolean {
    return legIds.every((legId) => this.moved.delete(legId));
  }

  private seeOne(effect: CallEffect): void {
    switch (effect.type) {
      case "place-leg":
      case "answer-leg":
        this.signalled.add(effect.legId);
        this.media.add(effect.legId);
        return;
      case "end-leg":
      case "reject-leg":
        this.signalled.delete(effect.legId);
        return;
      case "release-media":
        expect(this.media.delete(effect.legId), "media is released once").toBe(true);
        return;
      case "renew-media":
        expect(this.media.has(effect.legId), "a leg with media is told where it is now").toBe(true);
        this.moved.add(effect.legId);
        return;
      case "connect-media":
        if (this.pairs.has(effect.legIds.join()) && this.isSaidAnew(effect.legIds)) return;
        expect(this.pairs.size, "one conversation at a time").toBe(0);
        this.pairs.add(effect.legIds.join());
        return;
      case "disconnect-media":
        expect(this.pairs.delete(effect.legIds.join())).toBe(true);
        return;
      case "start-music":
        if (this.music.has(effect.legId) && this.isSaidAnew([effect.legId])) return;
        expect(this.music.has(effect.legId)).toBe(false);
        this.music.add(effect.legId);
        return;
      case "stop-music":
        expect(this.music.delete(effect.legId)).toBe(true);
        return;
      case "start-timer":
        this.timers.set(effect.timer, effect.deadlineMs);
        return;
      case "stop-timer":
        expect(this.timers.delete(effect.timer)).toBe(true);
        return;
      case "engage-operator":
        this.busy.set(effect.operatorId, effect.activity);
        return;
      case "release-operator":
        expect(this.busy.delete(effect.operatorId)).toBe(true);
        return;
      case "join-queue":
        this.inLine = true;
        return;
      case "leave-queue":
        this.inLine = false;
        return;
      case "publish":
        if (effect.happening.type === "call-ended") this.endedTimes += 1;
        return;
      case "play-ringing":
      case "announce":
      case "announce-place":
        expect(this.media.has(effect.legId), "announced to a leg with media").toBe(true);
        return;
      case "progress-leg":
      case "accept-answer":
      case "answer-reinvite":
      case "refuse-reinvite":
      case "notify-referrer":
      case "tell-handover":
      case "tell-connected":
      case "merge-call":
      case "seek-forward":
        return;
    }
  }
}
