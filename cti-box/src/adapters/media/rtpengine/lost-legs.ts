/**
 * Looks after the legs at rtpengine, which reports nothing by itself: asks for each call in turn. A call that it does not know any more was
 * lost with a restart, or ended by its own timeout; a far end that should send and has been silent for a minute has gone. No answer at all says
 * nothing about the audio, which flows without us.
 */
import { z } from "zod";
import { MediaRefused } from "../media-refused.ts";
import type { NgRequests } from "./ng-requests.ts";
import { tagOf } from "./pairing.ts";
import { sends } from "./rtpengine-leg.ts";
import type { RtpengineCall } from "./rtpengine-call.ts";

const SILENT_FOR_SECONDS = 60;

const stream = z.looseObject({ "last packet": z.number().optional() });
const answer = z.looseObject({
  created: z.number(),
  tags: z.record(
    z.string(),
    z.looseObject({ medias: z.array(z.looseObject({ streams: z.array(stream) })).default([]) }),
  ),
});
type Answer = z.infer<typeof answer>;

/** Tells `lost` for far ends that are gone; the call tells each leg only once. Returns whether rtpengine still knows the call, as far as it tells. */
export async function lookAfter(
  call: RtpengineCall,
  ng: Pick<NgRequests, "send">,
  nowMs: number,
): Promise<"known" | "forgotten"> {
  try {
    const read = answer.safeParse(await ng.send({ command: "query", "call-id": call.callId }));
    if (!read.success) return "known";
    for (const leg of call.described) {
      if (leg.far === null || !sends(leg.far.remote.direction)) continue;
      const last = Math.max(lastPacketSeconds(read.data, tagOf(leg)), leg.describedAtMs / 1000);
      if (nowMs / 1000 - last > SILENT_FOR_SECONDS) call.lose(leg.media, "nothing arrived for a minute");
    }
    return "known";
  } catch (error) {
    return error instanceof MediaRefused && error.reason === "unknown-leg" ? "forgotten" : "known";
  }
}

function lastPacketSeconds({ tags, created }: Answer, tag: string): number {
  const streams = tags[tag]?.medias.flatMap((media) => media.streams) ?? [];
  return Math.max(created, ...streams.map((one) => one["last packet"] ?? 0));
}
