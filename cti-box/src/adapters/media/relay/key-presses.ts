/**
 * Key presses of our own towards one leg, one after another: idle ─add─▶ pressing ─last packet─▶ pause of 60 ms ─▶ next press or idle.
 * Driven by the relay's 20 ms beat.
 */
import type { DtmfDigit } from "../../../application/media-port.ts";
import type { ClockRate } from "../sdp/audio-codecs.ts";
import { payloadsOfPress } from "./telephone-event.ts";

export type Press = { digit: DtmfDigit; durationMs: number; clockRate: ClockRate; payloadType: number };
/** What one beat sends of a press; `elapsed` in units of the clock. */
export type PressBeat = Pick<Press, "clockRate" | "payloadType"> & {
  payloads: Buffer[];
  isStart: boolean;
  elapsed: number;
};

const MAX_WAITING = 32;
const PAUSE_BEATS = 3;

type State =
  | { kind: "idle" }
  | { kind: "pressing"; press: Press; payloads: Buffer[]; sent: number }
  | { kind: "pause"; beatsLeft: number };

export class KeyPresses {
  private state: State = { kind: "idle" };
  private readonly waiting: Press[] = [];

  /** False if too many wait already. */
  add(press: Press): boolean {
    if (this.waiting.length >= MAX_WAITING) return false;
    this.waiting.push(press);
    return true;
  }

  /** While a key is down, audio of the counterpart is left out: the far end would hear both. */
  isPressing(): boolean {
    return this.state.kind === "pressing";
  }

  beat(): PressBeat | null {
    if (this.state.kind === "pause") {
      this.state = this.state.beatsLeft > 1 ? { kind: "pause", beatsLeft: this.state.beatsLeft - 1 } : { kind: "idle" };
      return null;
    }
    if (this.state.kind === "idle") {
      const press = this.waiting.shift();
      if (press === undefined) return null;
      this.state = {
        kind: "pressing",
        press,
        payloads: payloadsOfPress(press.digit, press.durationMs, press.clockRate),
        sent: 0,
      };
    }
    return this.go(this.state);
  }

  private go(state: Extract<State, { kind: "pressing" }>): PressBeat {
    const { press, payloads, sent } = state;
    // The end is told three times (RFC 4733 §2.5.1.4), in one beat.
    const isLast = payloads.length - sent <= 3;
    const batch = isLast ? payloads.slice(sent) : payloads.slice(sent, sent + 1);
    this.state = isLast
      ? { kind: "pause", beatsLeft: PAUSE_BEATS }
      : { kind: "pressing", press, payloads, sent: sent + 1 };
    const { clockRate, payloadType } = press;
    return { clockRate, payloadType, payloads: batch, isStart: sent === 0, elapsed: (sent + 1) * (clockRate / 50) };
  }
}
