/**
 * Newest session description of each leg's far end; kept out of events and journal.
 *   offer (in its INVITE)   answer (in its 200)   awaited ─ACK─▶ answer (an INVITE that came without an offer)
 *                                                     └─ leg ends, ACK without answer ─▶ as before
 */
import type { MediaDirection } from "../domain/call/call-event.ts";
import type { LegId } from "../domain/call/ids.ts";

export type AnswerInAck = { sdp: string; direction: MediaDirection };

type Known = { kind: "offer" | "answer"; sdp: string };
type Awaited = {
  kind: "awaited";
  before: Known | null;
  promise: Promise<AnswerInAck | null>;
  settle(answer: AnswerInAck | null): void;
};

export class RemoteDescriptions {
  private readonly byLeg = new Map<LegId, Known | Awaited>();

  /** `sdp` null: the INVITE or re-INVITE came without an offer; its far end describes itself in the ACK. */
  offered(legId: LegId, sdp: string | null): void {
    this.acknowledged(legId, null);
    if (sdp !== null) {
      this.byLeg.set(legId, { kind: "offer", sdp });
      return;
    }
    const { promise, resolve: settle } = Promise.withResolvers<AnswerInAck | null>();
    const before = this.byLeg.get(legId);
    this.byLeg.set(legId, {
      kind: "awaited",
      before: before?.kind === "awaited" ? null : (before ?? null),
      promise,
      settle,
    });
  }

  answered(legId: LegId, sdp: string): void {
    this.byLeg.set(legId, { kind: "answer", sdp });
  }

  /** The ACK of a leg whose answer is awaited, or what makes it needless (null). No effect on other legs. */
  acknowledged(legId: LegId, answer: AnswerInAck | null): void {
    const awaited = this.byLeg.get(legId);
    if (awaited?.kind !== "awaited") return;
    if (answer !== null) this.answered(legId, answer.sdp);
    else if (awaited.before === null) this.byLeg.delete(legId);
    else this.byLeg.set(legId, awaited.before);
    awaited.settle(answer);
  }

  /** Resolves with the answer in the ACK, with null when there is none; null at once for a leg that is not awaited. */
  async answerInAck(legId: LegId): Promise<AnswerInAck | null> {
    const awaited = this.byLeg.get(legId);
    return awaited?.kind === "awaited" ? awaited.promise : null;
  }

  kindOf(legId: LegId): "offer" | "answer" | "awaited" | null {
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
