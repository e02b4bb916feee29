/** The media server that the configuration names: the embedded relay, or an rtpengine beside the box; text is done here. */
import type { MediaServer } from "../../application/media-port.ts";
import type { Log } from "../../application/ports.ts";
import type { RestartMemory } from "../../application/restart-memory.ts";
import { loadCiphersSoon } from "./relay/load-ciphers.ts";
import { createRelayMediaServer } from "./relay/relay-media-server.ts";
import type { RelaySettings } from "./relay/relay-media-server.ts";
import { openRtpengineMediaServer } from "./rtpengine/rtpengine-media-server.ts";
import type { RtpengineSettings } from "./rtpengine/rtpengine-settings.ts";
import { withText } from "./text/text-media-server.ts";
import type { TextSettings } from "./text/text-media-server.ts";

export type MediaServerConfig =
  | ({ kind: "relay" } & Omit<RelaySettings, "log">)
  | ({ kind: "rtpengine" } & Omit<RtpengineSettings, "log" | "memory">);

/** @throws Error when an address cannot be opened or resolved */
export async function openMediaServer(
  config: MediaServerConfig,
  { log, memory, textPorts }: { log: Log; memory?: RestartMemory; textPorts: TextSettings["ports"] },
): Promise<MediaServer> {
  if (config.kind === "relay" || config.fallback !== undefined) loadCiphersSoon();
  const audio =
    config.kind === "rtpengine"
      ? await openRtpengineMediaServer({ ...config, log, memory })
      : createRelayMediaServer({ ...config, log });
  return withText(audio, { ports: textPorts, memory, log });
}
