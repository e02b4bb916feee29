/** What the legs of one call are looked after with. */
import type { DtmfDigit, LegMedia } from "../../../application/media-port.ts";
import type { KeyModes } from "../sdp/key-modes.ts";
import type { Music } from "./hold-music.ts";
import type { LegMemory } from "./leg-memory.ts";
import type { Mixer } from "./mixer-seats.ts";
import type { PairingSettings } from "./pairing.ts";
import type { RtpengineServer } from "./rtpengine-servers.ts";

export type CallSettings = PairingSettings & {
  music: Music;
  mixer(): Mixer;
  /** The rtpengine that has the call. */
  server: RtpengineServer;
  memory: LegMemory;
  keyModes: KeyModes;
  lost(leg: LegMedia, detail: string): void;
  /** A key for the far end of this leg, which the signalling has to say. */
  keyToSignal(leg: LegMedia, key: { digit: DtmfDigit; durationMs: number }): void;
  /** An announcement has been played to its end. */
  announced(leg: LegMedia): void;
};
