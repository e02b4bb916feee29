/** What the legs of one call are looked after with. */
import type { LegMedia } from "../../../application/media-port.ts";
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
  lost(leg: LegMedia, detail: string): void;
  /** An announcement has been played to its end. */
  announced(leg: LegMedia): void;
};
