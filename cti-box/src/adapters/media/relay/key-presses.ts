/**
 * Key presses of our own towards one leg, one after another: idle ─add─▶ pressing ─last packet─▶ pause of 60 ms ─▶ next press or idle.
 * Driven by the relay's 20 ms beat. A press is events beside the sound (RFC 4733), or tones in it.
 */
import type { DtmfDigit } from "../../../application/media-port.ts";
import { encodeAlaw, encodeMulaw } from "../audio/g711.ts";
import { keySample } from "../audio/key-tones.ts";
import type { ClockRate } from "../sdp/audio-codecs.ts";
import { payloadsOfPress } from "./telephone-event.ts";

export type Press = { digit: DtmfDigit; durationMs: number; payloadType: number } & (
  | { as: "event"; clockRate: ClockRate }
  | { as: "tone"; codec: "pcma" | "pcmu" }
);
/** What one beat sends of a press; `index` counts its beats. */
export type PressBeat = { press: Press; payloads: readonly Buffer[]; index: number };

const MAX_WAITING = 32;
const PAUSE_BEATS = 3;
const FRAME_SAMPLES = 160;
/** What every receiver has to hear is 40 ms; a line may swallow as much. */
const SHORTEST_TONE_MS = 80;

type State =
  | { kind: "idle" }
  | { kind: "pressing"; press: Press; batches: readonly (readonly Buffer[])[]; sent: number }
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
      this.state = { kind: "pressing", press, batches: batchesOf(press), sent: 0 };
    }
    return this.go(this.state);
  }

  private go(state: Extract<State, { kind: "pressing" }>): PressBeat {
    const { press, batches, sent } = state;
    const isLast = sent + 1 >= batches.length;
    this.state = isLast ? { kind: "pause", beatsLeft: PAUSE_BEATS } : { ...state, sent: sent + 1 };
    return { press, payloads: batches[sent] ?? [], index: sent };
  }
}

function batchesOf(press: Press): Buffer[][] {
  if (press.as === "tone") return toneFrames(press).map((frame) => [frame]);
  const payloads = payloadsOfPress(press.digit, press.durationMs, press.clockRate);
  // The end is told three times (RFC 4733 §2.5.1.4), in one beat.
  return [...payloads.slice(0, -3).map((payload) => [payload]), payloads.slice(-3)];
}

function toneFrames({ digit, durationMs, codec }: Extract<Press, { as: "tone" }>): Buffer[] {
  const encode = codec === "pcma" ? encodeAlaw : encodeMulaw;
  const frames = Math.round(Math.max(durationMs, SHORTEST_TONE_MS) / 20);
  const sampleAt = (frame: number, index: number): number => keySample(digit, frame * FRAME_SAMPLES + index);
  return Array.from({ length: frames }, (_, frame) =>
    Buffer.from(Array.from({ length: FRAME_SAMPLES }, (_sample, index) => encode(sampleAt(frame, index)))),
  );
}
