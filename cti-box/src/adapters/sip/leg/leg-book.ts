/** Which SIP Call-ID each leg has, for the latest legs: traces are kept by Call-ID, calls by their legs. */
import type { LegId } from "../../../domain/call/ids.ts";

/** More than a trace of usual size holds. */
const largest = 5_000;

export class LegBook {
  /** In the order in which they began. */
  private readonly sipCallIds = new Map<LegId, string>();

  remember(legId: LegId, sipCallId: string | undefined): void {
    if (sipCallId === undefined || sipCallId === "") return;
    this.sipCallIds.set(legId, sipCallId);
    if (this.sipCallIds.size <= largest) return;
    const oldest = this.sipCallIds.keys().next();
    if (!oldest.done) this.sipCallIds.delete(oldest.value);
  }

  sipCallIdOf(legId: LegId): string | null {
    return this.sipCallIds.get(legId) ?? null;
  }

  /** Legs whose Call-ID is this one or, where there is none, begins so. */
  legsOf(sipCallId: string): LegId[] {
    const legs = [...this.sipCallIds];
    const exact = legs.filter(([, known]) => known === sipCallId);
    const found = exact.length > 0 ? exact : legs.filter(([, known]) => known.startsWith(sipCallId));
    return found.map(([legId]) => legId);
  }
}
