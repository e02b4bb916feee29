/**
 * Legs that all hear each other: in every beat of the frame clock each member hears the sum of what the others say, never itself (N-1 mixing), cut
 * off at full scale. Speech is mixed as 16-bit samples at 8 kHz, so a member is heard as long as it sends G.711.
 */
import { encodeAlaw, encodeMulaw } from "../audio/g711.ts";
import type { LegId } from "../../../domain/call/ids.ts";
import type { PlayedSound } from "./generated-audio.ts";
import type { Heard } from "./leg-voice.ts";
import { FRAME_SAMPLES, MemberVoice } from "./member-voice.ts";

const MOST = 32_767;
const LEAST = -32_768;

export class Conference {
  /** Names the mix in the legs' streams. */
  private readonly name: string;
  private readonly members = new Map<LegId, { voice: MemberVoice; says: Int16Array | null }>();
  private readonly sum = new Int32Array(FRAME_SAMPLES);
  private mixedAt: number | null = null;

  constructor(name: string) {
    this.name = name;
  }

  join(legId: LegId): void {
    this.members.set(legId, { voice: new MemberVoice(), says: null });
  }

  leave(legId: LegId): void {
    this.members.delete(legId);
  }

  /** What a member says; other codecs than G.711 are not understood. */
  hear(legId: LegId, heard: Heard): void {
    if (heard.kind !== "audio" || (heard.codec !== "pcma" && heard.codec !== "pcmu")) return;
    this.members.get(legId)?.voice.take(heard.codec, heard.packet);
  }

  /** What this member hears. */
  soundFor(legId: LegId): PlayedSound {
    return { source: this.name, frame: (codec, beat) => this.frameFor(legId, codec, beat) };
  }

  private frameFor(legId: LegId, codec: "pcma" | "pcmu", beat: number): Buffer {
    this.mix(beat);
    const own = this.members.get(legId)?.says ?? null;
    const encode = codec === "pcma" ? encodeAlaw : encodeMulaw;
    const frame = Buffer.allocUnsafe(FRAME_SAMPLES);
    for (const [index, all] of this.sum.entries()) {
      const others = all - (own?.[index] ?? 0);
      frame[index] = encode(Math.min(MOST, Math.max(LEAST, others)));
    }
    return frame;
  }

  /** Once in each beat, whoever is served first. */
  private mix(beat: number): void {
    if (this.mixedAt === beat) return;
    this.mixedAt = beat;
    this.sum.fill(0);
    for (const member of this.members.values()) {
      member.says = member.voice.next();
      for (const [index, sample] of member.says?.entries() ?? []) this.sum[index] = (this.sum[index] ?? 0) + sample;
    }
  }
}
