/** The media server that the configuration names: the embedded relay, or an rtpengine beside the box. */
import type { MediaServer } from "../../application/media-port.ts";
import type { Log } from "../../application/ports.ts";
import { createRelayMediaServer } from "./relay/relay-media-server.ts";
import type { RelaySettings } from "./relay/relay-media-server.ts";

export type MediaServerConfig = ({ kind: "relay" } & Omit<RelaySettings, "log">) | { kind: "rtpengine" };

/** Throws for a kind that cannot be opened. */
export function openMediaServer(config: MediaServerConfig, log: Log): MediaServer {
  if (config.kind === "rtpengine") throw new Error("media: rtpengine is not supported yet");
  return createRelayMediaServer({ ...config, log });
}
