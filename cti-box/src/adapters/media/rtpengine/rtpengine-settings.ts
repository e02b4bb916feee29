/** What the configuration says of the rtpengines. */
import type { Log } from "../../../application/ports.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import type { RelayFallback } from "./fallback-media-server.ts";
import type { RtpengineAddress } from "./rtpengine-servers.ts";

export type RtpengineSettings = RtpengineAddress & {
  /** More of them: new calls go to the first one that answers. */
  others?: readonly RtpengineAddress[];
  /** A file on rtpengine's machine; absent: the box's own melody. */
  holdMusicFile?: string | undefined;
  /** Where rtpengine's `--dtmf-log-dest` points; absent: key presses are passed between legs but not told. */
  keyLog?: { host: string; port: number } | undefined;
  /** Where the box receives the audio of conferences from rtpengine; absent: at its address towards it, on any port. */
  mixer?:
    | { listenAddress?: string | undefined; portMin?: number | undefined; portMax?: number | undefined }
    | undefined;
  /** The embedded relay takes calls over when no rtpengine answers; absent: they stay, and new ones are refused. */
  fallback?: RelayFallback | undefined;
  /** Time between two looks at each call, in milliseconds. */
  lookEveryMs?: number;
  /** Where legs are remembered, so that a box that was killed can take them back; absent: they are not. */
  memory?: RestartMemory | undefined;
  log: Log;
};
