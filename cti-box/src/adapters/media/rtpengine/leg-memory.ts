/**
 * What is remembered of a leg, so that a box that was killed can go on with it: who its far end is and what was agreed. rtpengine has kept the ports, keys and
 * streams. Whom a leg hears is said anew by the call.
 */
import type { LegMedia, LegsTakenBack, MediaProfile } from "../../../application/media-port.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import type { LegId } from "../../../domain/call/ids.ts";
import { LegSession, type KeptSession } from "../sdp/leg-session.ts";
import type { LocalEndpoint } from "../sdp/session-description.ts";
import { newLeg, type FarEnd, type RtpengineLeg } from "./rtpengine-leg.ts";

type KeptLeg = {
  /** Name of the rtpengine that has it. */
  server: string;
  media: LegMedia;
  profile: MediaProfile;
  session: KeptSession;
  offeredBy: RtpengineLeg["offeredBy"];
  /** Null: it was called, and has not answered yet. */
  far: FarEnd | null;
  endpoint: LocalEndpoint;
};

export class LegMemory {
  private readonly memory: RestartMemory | null;

  constructor(memory: RestartMemory | null) {
    this.memory = memory;
  }

  /** Of a leg that has its ports. */
  keep({ media, profile, session, offeredBy, far, endpoint }: RtpengineLeg, server: string): void {
    if (this.memory === null || endpoint === null) return;
    const kept: KeptLeg = { server, media, profile, session: session.kept(), offeredBy, far, endpoint };
    this.memory.keep("media", media.legId, kept);
  }

  forget(legId: LegId): void {
    this.memory?.forget("media", legId);
  }

  /** The memory belongs to this version of the program: what is in it was written by `keep`. */
  all(): { server: string; leg: RtpengineLeg }[] {
    return (this.memory?.kept("media") ?? []).map(({ value }) => {
      const kept = value as KeptLeg;
      return { server: kept.server, leg: revived(kept) };
    });
  }
}

/** Which of these go on as they are. */
export function takenBackOf(legs: readonly RtpengineLeg[]): LegsTakenBack {
  const idsOf = (which: typeof legs): LegId[] => which.map(({ media }) => media.legId);
  return {
    goOn: idsOf(legs.filter(({ far }) => far !== null)),
    unsettled: idsOf(legs.filter(({ far }) => far === null)),
  };
}

function revived({ media, profile, session, offeredBy, far, endpoint }: KeptLeg): RtpengineLeg {
  return {
    ...newLeg(media, profile),
    session: LegSession.revived(profile, session),
    offeredBy,
    far,
    endpoint,
    // Paired with somebody: which is not known, so that it is paired anew in any case.
    pairing: { with: "silence", outdated: true },
    voice: "unknown",
    keys: "unknown",
    playing: "unknown",
  };
}
