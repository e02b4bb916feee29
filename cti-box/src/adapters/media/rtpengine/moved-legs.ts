/** Legs of a call that the rtpengine which has it now knows nothing of: far ends have to be offered anew, and what they hear has to be said anew. */
import { breakOff } from "./announcement.ts";
import type { CallSettings } from "./call-settings.ts";
import { part, type RtpengineLeg } from "./rtpengine-leg.ts";
import type { RtpengineServer } from "./rtpengine-servers.ts";
import type { LegId } from "../../../domain/call/ids.ts";

/** Whoever was still being rung is given up; announcements under way are told as ended, so that the call goes on. */
export function startAnew(legs: Map<LegId, RtpengineLeg>, settings: CallSettings, server: RtpengineServer): void {
  Object.assign(settings, { server, ng: server.ng, advertisedAddress: server.advertisedAddress });
  for (const [legId, leg] of legs) {
    const wasTold = leg.announcement !== null;
    breakOff(leg);
    settings.memory.forget(legId);
    if (leg.far === null) legs.delete(legId);
    takeOut(leg);
    if (wasTold) settings.announced(leg.media);
  }
}

function takeOut(leg: RtpengineLeg): void {
  part(leg);
  leg.far = null;
  leg.endpoint = null;
  leg.offeredBy = "us";
  leg.hears = "counterpart";
  leg.pairing = { with: "nobody" };
  leg.voice = "passed";
  leg.keys = "passed";
  leg.playing = "nothing";
}
