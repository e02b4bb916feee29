/**
 * Newest session description of each leg's far end; kept out of events and journal.
 *   offer (in its INVITE)   answer (in its 200)   awaited ─ACK─▶ answer (a call that came without an offer, RFC 3264 §5, RFC 3261 §13.2.1)
 *                                                     └─ leg ends, ACK without answer ─▶ nothing
 */
import type { LegId } from "../domain/call/ids.ts";

type Description =
  | { kind: "offer" | "answer"; sdp: string }
  | { kind: "awaited"; promise: Promise<string | null>; settle(sdp: string | null): void };

export class RemoteDescriptions {
  private readonly byLeg = new Map<LegId, Description>();

  /** `sdp` null: the leg came without an offer; its far end describes itself in the ACK. */
  offered(legId: LegId, sdp: string | null): void {
    if (sdp !== null) {
      this.byLeg.set(legId, { kind: "offer", sdp });
      return;
    }
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.byLeg.set(legId, { kind: "awaited", promise, settle: resolve });
  }

  answered(legId: LegId, sdp: string): void {
    this.byLeg.set(legId, { kind: "answer", sdp });
  }

  /** The ACK of a leg that came without an offer, or its end before that (null). No effect on other legs. */
  acknowledged(legId: LegId, sdp: string | null): void {
    const awaited = this.byLeg.get(legId);
    if (awaited?.kind !== "awaited") return;
    if (sdp === null) this.byLeg.delete(legId);
    else this.answered(legId, sdp);
    awaited.settle(sdp);
  }

  /** Resolves with the answer in the ACK, with null when there is none; null at once for a leg that is not awaited. */
  async answerInAck(legId: LegId): Promise<string | null> {
    const awaited = this.byLeg.get(legId);
    return awaited?.kind === "awaited" ? awaited.promise : null;
  }

  kindOf(legId: LegId): Description["kind"] | null {
    return this.byLeg.get(legId)?.kind ?? null;
  }

  /** Throws when the far end has not described itself. */
  sdpOf(legId: LegId): string {
    const description = this.byLeg.get(legId);
    if (description === undefined || description.kind === "awaited")
      throw new Error(`leg ${legId} has not described its media`);
    return description.sdp;
  }
}
