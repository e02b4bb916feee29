/**
 * Work on legs, in order: what is asked of one leg is done one after the other, work on different legs overlaps. Work that takes two legs
 * waits for both.
 */
import type { LegId } from "../domain/call/ids.ts";

/** What the call is told when a port fails. */
export type Consequence = "leg-failed" | "media-failed" | "conference-failed" | "announcement-ended" | "ignore";

export type FailedWork = { legIds: readonly LegId[]; error: unknown; consequence: Consequence };

export class LegLanes {
  private readonly lanes = new Map<LegId, Promise<void>>();
  private readonly onFailure: (failed: FailedWork) => void;

  constructor(onFailure: (failed: FailedWork) => void) {
    this.onFailure = onFailure;
  }

  /** Queues work behind what these legs still have to do. `consequence`: what the call is told when the work fails. */
  run(legIds: readonly LegId[], work: () => Promise<void>, consequence: Consequence): void {
    const earlier = legIds.map((legId) => this.lanes.get(legId)).filter((lane) => lane !== undefined);
    const started = earlier.length === 0 ? attempt(work) : Promise.all(earlier).then(work);
    const lane = started.catch((error: unknown) => this.onFailure({ legIds, error, consequence }));
    for (const legId of legIds) this.lanes.set(legId, lane);
    void lane.finally(() => {
      for (const legId of legIds) if (this.lanes.get(legId) === lane) this.lanes.delete(legId);
    });
  }

  /** Resolves when what the leg has to do now is done. */
  async free(legId: LegId): Promise<void> {
    await this.lanes.get(legId);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.lanes.size > 0) await Promise.all(this.lanes.values());
  }
}

/** Starts at once, also when the work throws before its first wait. */
async function attempt(work: () => Promise<void>): Promise<void> {
  await work();
}
