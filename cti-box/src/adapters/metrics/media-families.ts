/** Measurements of the media server. */
import type { Family } from "../../../sip-engine/engine.ts";
import type { MediaHealth } from "../../application/media-port.ts";
import { counter, gauge } from "./family.ts";

export function mediaFamilies({ ok, servers = [], movedCalls, fallbackLegs }: Omit<MediaHealth, "detail">): Family[] {
  const each = servers.map(({ name, ok: isUp }) => ({ labels: { server: name }, value: isUp ? 1 : 0 }));
  const moved = counter(
    "la2_media_moved_calls_total",
    "Calls set up anew after an rtpengine lost them.",
    movedCalls ?? 0,
  );
  return [
    gauge("la2_media_server_up", "Whether the media server takes new calls.", ok ? 1 : 0),
    ...(each.length === 0 ? [] : [gauge("la2_media_rtpengine_up", "Whether each rtpengine answers.", each), moved]),
    ...(fallbackLegs === undefined
      ? []
      : [gauge("la2_media_fallback_legs", "Legs that the box carries in the place of lost rtpengines.", fallbackLegs)]),
  ];
}
