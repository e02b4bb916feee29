/** Keys in what a far end says: each once, whichever way it comes. */
import type { DtmfDigit } from "../../../application/media-port.ts";
import { decodeAlaw, decodeMulaw } from "../audio/g711.ts";
import { KeyListener } from "../audio/key-listener.ts";
import type { Heard } from "./leg-voice.ts";
import { digitOf, readTelephoneEvent } from "./telephone-event.ts";

/** A far end that says nothing for so long between two packets has let the key go. Samples. */
const LONGEST_GAP = 400;

export class KeyEar {
  /** SSRC and timestamp of the last presses, so that each is told once, also if its end comes after the start of the next one. */
  private lastPresses: string[] = [];
  private listener = new KeyListener();
  private lastTimestamp = 0;

  /** `tones`: whether the far end says its keys in the sound. */
  hear({ kind, packet, ...heard }: Heard, tones: boolean): DtmfDigit[] {
    if (kind === "key") return this.pressOf(packet);
    const codec = "codec" in heard ? heard.codec : null;
    if (!tones || (codec !== "pcma" && codec !== "pcmu")) return [];
    const gap = (packet.timestamp - this.lastTimestamp) >>> 0;
    if (gap > LONGEST_GAP) this.listener = new KeyListener();
    this.lastTimestamp = packet.timestamp;
    const decode = codec === "pcma" ? decodeAlaw : decodeMulaw;
    return this.listener.hear(Array.from(packet.payload, decode));
  }

  /** A tone sounds that stands for a key. */
  get hearsTone(): boolean {
    return this.listener.isSounding;
  }

  private pressOf({ ssrc, timestamp, payload }: Heard["packet"]): DtmfDigit[] {
    const press = `${ssrc} ${timestamp}`;
    if (this.lastPresses.includes(press)) return [];
    const event = readTelephoneEvent(payload);
    const digit = event === null ? null : digitOf(event.event);
    if (digit === null) return [];
    this.lastPresses = [press, ...this.lastPresses].slice(0, 4);
    return [digit];
  }
}
