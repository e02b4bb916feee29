/**
 * Looks after queues that may offer their callers to other offices: every moment it compares each line with its threshold and asks the office
 * that the rules choose. What comes of it is the call's own affair; an office that has refused is left alone for a while.
 */
import { borrowerOf, mayBeOffered } from "../domain/call/offering.ts";
import { planOffers } from "../domain/sharing/plan-offers.ts";
import { routeToOffice } from "../domain/transfer/network-directory.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallId } from "../domain/call/ids.ts";
import type { PublicCallEvent } from "../domain/call/call-view.ts";
import type { LendingOffice, PlannedOffer, WaitingCaller } from "../domain/sharing/plan-offers.ts";
import type { QueueSharing } from "./sharing-settings.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Clock, Ids, Log } from "./ports.ts";

export type PeakSharingParts = {
  office: Pick<Office, "network" | "sharing">;
  room: Pick<OperatorRoom, "lineOf" | "placeOf">;
  calls: Pick<CallsInProgress, "find" | "index" | "onEvent">;
  ids: Pick<Ids, "legId" | "transferId">;
  clock: Clock;
  log: Log;
};

/** Between two looks at the lines. */
const lookEveryMs = 2_000;
/** An office that could not take a caller is not asked for the next one at once. */
const restMs = 15_000;

export class PeakSharing {
  private readonly parts: PeakSharingParts;
  private readonly restsUntilMs = new Map<string, number>();
  private stopTimer: () => void = () => undefined;
  private stopListening: () => void = () => undefined;

  constructor(parts: PeakSharingParts) {
    this.parts = parts;
  }

  start(): void {
    if (this.parts.office.sharing.queues.size === 0) return;
    this.stopListening = this.parts.calls.onEvent((event) => this.noteRefusal(event));
    this.lookLater();
  }

  close(): void {
    this.stopTimer();
    this.stopListening();
  }

  private lookLater(): void {
    this.stopTimer = this.parts.clock.after(lookEveryMs, () => {
      this.look();
      this.lookLater();
    });
  }

  private look(): void {
    const { office, clock } = this.parts;
    for (const [queueId, { threshold, need, answerMs }] of office.sharing.queues) {
      const line = this.parts.room.lineOf(queueId).flatMap((callId) => this.waitingCaller(callId) ?? []);
      const rules = { threshold, need, nowMs: clock.now() };
      for (const offer of planOffers(line, this.lendingOffices(), rules)) this.offer(offer, { need, answerMs });
    }
  }

  private offer({ callId, officeId }: PlannedOffer, { need, answerMs }: Omit<QueueSharing, "threshold">): void {
    const { office, calls, ids, log } = this.parts;
    const found = routeToOffice(office.network, officeId);
    if (!found.ok) return log.warn({ callId, officeId, why: found.reason }, "no way to an office that takes callers");
    log.info({ callId, officeId }, "a waiting caller is offered to another office");
    calls.find(callId)?.post({
      type: "overflow-offered",
      transferId: ids.transferId(),
      officeId,
      legId: ids.legId(),
      route: found.route,
      topic: need.topic,
      answerMs,
    });
    return undefined;
  }

  private waitingCaller(callId: CallId): WaitingCaller | null {
    const call = this.parts.calls.find(callId)?.call;
    if (call?.phase.kind !== "queued") return null;
    return {
      callId,
      sinceMs: call.phase.wait.sinceMs,
      expectedMs: this.parts.room.placeOf(callId)?.expectedMs ?? null,
      offer: offerStateOf(call),
      asked: call.triedOffices.map(({ officeId }) => officeId),
    };
  }

  private lendingOffices(): LendingOffice[] {
    const { sharing } = this.parts.office;
    return sharing.others.map((declared) => ({
      ...declared,
      lent: this.parts.calls.index.count((call) => borrowerOf(call) === declared.officeId),
      restsUntilMs: this.restsUntilMs.get(declared.officeId) ?? 0,
    }));
  }

  /** Our own doing, and the caller's, say nothing about the office. */
  private noteRefusal(event: PublicCallEvent): void {
    if (event.type !== "call-overflow-failed") return;
    if (event.cause === "cancelled" || event.cause === "caller-hung-up") return;
    this.restsUntilMs.set(event.toOfficeId, this.parts.clock.now() + restMs);
    const { call, toOfficeId, cause } = event;
    this.parts.log.info({ callId: call.callId, officeId: toOfficeId, cause }, "another office did not take a caller");
  }
}

function offerStateOf(call: Call): WaitingCaller["offer"] {
  if (borrowerOf(call) !== null) return "offered";
  return mayBeOffered(call) ? "may-be-offered" : "stays";
}
