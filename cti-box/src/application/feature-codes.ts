/**
 * What an operator asks for by a code on a desk phone (domain/operator/feature-codes.ts). What is done is answered, a tone is heard and the box hangs up: no call comes of it. What cannot be
 * done is refused, and the phone says so. A call that is picked up goes on at the phone.
 */
import { pendingLegsOf } from "../domain/call/legs.ts";
import { handlingAfter } from "../domain/operator/feature-codes.ts";
import { colleagueNamed } from "./accept-inbound-call.ts";
import { replaceLeg, type ReplaceParts } from "./replace-leg.ts";
import type { LegId, OperatorId } from "../domain/call/ids.ts";
import type { FeatureCommand } from "../domain/operator/feature-codes.ts";
import type { CallMedia } from "./call-media.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { CallSignalling, Clock, Ids, IncomingInvite, InviteVerdict, Log } from "./ports.ts";
import type { RecallDesk } from "./recall-desk.ts";
import type { CallHandlingDesk } from "./use-cases.ts";

export type FeatureCodesParts = ReplaceParts & {
  office: Office;
  calls: ReplaceParts["calls"] & Pick<CallsInProgress, "index">;
  recalls: Pick<RecallDesk, "ask" | "cancel" | "of">;
  handlings: Pick<CallHandlingDesk, "handlingOf" | "set">;
  media: Pick<CallMedia, "answerOffer" | "playRinging" | "release">;
  signalling: Pick<CallSignalling, "answerLeg" | "rejectLeg" | "endLeg">;
  ids: Pick<Ids, "callId">;
  clock: Pick<Clock, "after">;
  log: Log;
};

type Dialled = { operatorId: OperatorId; command: FeatureCommand; invite: IncomingInvite };

/** So long the tone is heard that says "done". */
const toneMs = 1_000;

export class FeatureCodes {
  private readonly parts: FeatureCodesParts;
  private readonly foundBusy = new Map<OperatorId, OperatorId>();
  /** Ends the tones that are heard now. */
  private readonly tones = new Set<() => void>();

  constructor(parts: FeatureCodesParts) {
    this.parts = parts;
  }

  /** For the code without an extension. */
  noteBusy(operatorId: OperatorId, colleague: OperatorId): void {
    this.foundBusy.set(operatorId, colleague);
  }

  close(): void {
    for (const end of this.tones) end();
  }

  dialled({ operatorId, command, invite }: Dialled): InviteVerdict {
    if (command.kind === "pick-up") return this.pickUp(command.user, invite);
    const { legId } = invite;
    void this.perform(operatorId, command)
      .then((isDone) => (isDone ? this.confirm(invite) : this.refuse(legId)))
      .catch((error: unknown) => {
        this.parts.log.error({ legId, operatorId, error: String(error) }, "a code dialled on a phone failed");
        return this.refuse(legId);
      });
    return { kind: "accepted" };
  }

  /** False: it cannot be done. */
  private async perform(
    operatorId: OperatorId,
    command: Exclude<FeatureCommand, { kind: "pick-up" }>,
  ): Promise<boolean> {
    const user = "user" in command ? command.user : null;
    const named = user === null ? null : (colleagueNamed(this.parts.office, user)?.operatorId ?? null);
    if (user !== null && named === null) return false;
    if (command.kind === "recall") return this.recall(operatorId, command.wish, named);
    const handling = handlingAfter(this.parts.handlings.handlingOf(operatorId), command, named);
    return (await this.parts.handlings.set(operatorId, handling, `${operatorId}, on a phone`)).ok;
  }

  private recall(operatorId: OperatorId, wish: "on" | "off", named: OperatorId | null): boolean {
    const { recalls } = this.parts;
    if (wish === "on") {
      const colleague = named ?? this.foundBusy.get(operatorId);
      return colleague !== undefined && recalls.ask(operatorId, colleague).ok;
    }
    for (const { colleague } of recalls.of(operatorId))
      if (named === null || named === colleague) recalls.cancel(operatorId, colleague);
    return true;
  }

  /** The phone's own INVITE takes the place of the leg that rings there, as one with Replaces would. */
  private pickUp(user: string, invite: IncomingInvite): InviteVerdict {
    const { office, calls } = this.parts;
    const colleague = colleagueNamed(office, user);
    if (colleague === null) return { kind: "refused", status: 404, why: "no such extension" };
    const call = calls.index.ringingAt(colleague.operatorId)?.call;
    const rung = call && pendingLegsOf(call).find(({ peer }) => peer.name === colleague.operatorId);
    if (rung === undefined) return { kind: "refused", status: 480, why: "nothing rings there" };
    return replaceLeg(this.parts, { ...invite, replaces: { legId: rung.legId, isEarlyOnly: true } });
  }

  private async confirm({ legId, sdp }: IncomingInvite): Promise<void> {
    const { media, signalling, ids } = this.parts;
    if (sdp === null) return this.refuse(legId);
    const leg = { callId: ids.callId(), legId };
    try {
      const answer = await media.answerOffer(leg, sdp, { audio: "any", srtp: "off" });
      await signalling.answerLeg(legId, answer, null);
      await media.playRinging(leg);
      await this.toneHeard();
      await signalling.endLeg(legId, "hung-up");
    } finally {
      await media.release(leg);
    }
  }

  private async toneHeard(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stopTimer = this.parts.clock.after(toneMs, resolve);
    this.tones.add(resolve);
    await promise;
    stopTimer();
    this.tones.delete(resolve);
  }

  private async refuse(legId: LegId): Promise<void> {
    await this.parts.signalling.rejectLeg(legId, { status: 404, reason: "unknown-number" });
  }
}
