/**
 * A network of offices in virtual time, for properties of peak sharing. The calls, the offers and the admissions are the real domain functions; played
 * are citizens, operators, and the way between two offices, which takes its time.
 */
import { applyCallEvent, beginCall } from "../src/domain/call/apply-call-event.ts";
import { borrowerOf, mayBeOffered } from "../src/domain/call/offering.ts";
import { admitShared } from "../src/domain/sharing/admit-shared.ts";
import { planOffers } from "../src/domain/sharing/plan-offers.ts";
import { inServingOrder } from "../src/domain/queue/waiting-line.ts";
import { declarationOf, type Office, type SimulatedCitizen, type SimulatedOffice } from "./simulated-office.ts";
import { VirtualTime } from "./virtual-time.ts";
import { arrival, device, leg, queue } from "./call-builders.ts";
import type { UntimedEvent } from "./call-builders.ts";
import type { Call } from "../src/domain/call/call.ts";
import type { CallEffect, LegDestination } from "../src/domain/call/call-effect.ts";
import type { CallArrival, CallBeginning, TimerName } from "../src/domain/call/call-event.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "../src/domain/call/ids.ts";

const latencyMs = 40;
const answerMs = 15_000;
const lookEveryMs = 2_000;

type Running = { call: Call; office: Office; talkMs: number; timers: Map<TimerName, () => void> };

export class SharingNetwork {
  /** Every call that ever was, by id. */
  readonly calls = new Map<CallId, Running>();
  /** The most callers of others that an office had at one time. */
  readonly mostTaken = new Map<string, number>();
  readonly offices: Office[];
  private readonly time = new VirtualTime();
  private readonly callOfLeg = new Map<LegId, CallId>();
  /** The two ends of a leg between offices. */
  private readonly otherEnd = new Map<LegId, LegId>();
  private serial = 0;

  constructor(offices: readonly SimulatedOffice[], citizens: readonly SimulatedCitizen[]) {
    this.offices = offices.map((office, index) => ({
      ...office,
      officeId: `o${String(index).padStart(2, "0")}`,
      free: Array.from({ length: office.operators }, (_, n) => `op${n}` as OperatorId),
      line: new Map(),
      rung: 0,
    }));
    for (const citizen of citizens) this.time.after(citizen.atMs, () => this.citizenCalls(citizen));
    this.time.after(lookEveryMs, () => this.look());
  }

  /** Runs until nothing is to come. */
  run(): void {
    this.time.run();
  }

  private takenBy(officeId: string): number {
    return [...this.calls.values()].filter(
      ({ call, office }) =>
        office.officeId === officeId && call.origin?.isOverflow === true && call.phase.kind !== "ended",
    ).length;
  }

  private id(): string {
    this.serial += 1;
    return String(this.serial).padStart(26, "0");
  }

  private citizenCalls({ office: index, talkMs, hangsUpAfterMs }: SimulatedCitizen): void {
    const office = this.offices[index % this.offices.length];
    if (office === undefined) return;
    const legId = this.id() as LegId;
    this.begin(office, this.arrivalAt(office, legId, {}), talkMs);
    if (hangsUpAfterMs !== null)
      this.time.after(hangsUpAfterMs, () => this.tell(legId, { type: "leg-ended", legId, how: "bye" }));
  }

  private arrivalAt(office: Office, legId: LegId, change: Partial<CallArrival>): CallArrival {
    const { officeId } = office;
    const [callId, contactId] = [this.id() as CallId, this.id() as ContactId];
    const patient = { ...queue, maxWaitMs: 100_000_000 };
    return arrival({ callId, contactId, officeId, legId, queue: patient, atMs: this.time.nowMs, ...change });
  }

  private begin(office: Office, beginning: CallBeginning, talkMs: number): void {
    const step = beginCall(beginning);
    this.calls.set(beginning.callId, { call: step.call, office, talkMs, timers: new Map() });
    for (const one of step.call.legs) this.callOfLeg.set(one.legId, beginning.callId);
    this.effects(beginning.callId, step.effects);
  }

  private post(callId: CallId, event: UntimedEvent): void {
    const running = this.calls.get(callId);
    if (running === undefined) return;
    const step = applyCallEvent(running.call, { ...event, atMs: this.time.nowMs });
    running.call = step.call;
    this.effects(callId, step.effects);
  }

  /** The call of a leg gets an event. */
  private tell(legId: LegId, event: UntimedEvent): void {
    const callId = this.callOfLeg.get(legId);
    if (callId !== undefined) this.post(callId, event);
  }

  private effects(callId: CallId, effects: readonly CallEffect[]): void {
    for (const effect of effects) this.effect(callId, effect);
  }

  private effect(callId: CallId, effect: CallEffect): void {
    const running = this.calls.get(callId);
    if (running === undefined) return;
    const { office } = running;
    switch (effect.type) {
      case "start-timer": {
        const { timer, deadlineMs } = effect;
        const fire = (): void => this.post(callId, { type: "timer-fired", timer, deadlineMs });
        running.timers.get(timer)?.();
        running.timers.set(timer, this.time.after(Math.max(0, deadlineMs - this.time.nowMs), fire));
        return;
      }
      case "stop-timer":
        running.timers.get(effect.timer)?.();
        running.timers.delete(effect.timer);
        return;
      case "join-queue": {
        const { type: _type, ...place } = effect;
        office.line.set(callId, { callId, ...place });
        this.time.after(0, () => this.serve(office));
        return;
      }
      case "leave-queue":
        office.line.delete(callId);
        return;
      case "release-operator":
        office.free.push(effect.operatorId);
        this.time.after(0, () => this.serve(office));
        return;
      case "place-leg":
        this.callOfLeg.set(effect.legId, callId);
        return effect.to.kind === "device"
          ? this.phoneRings(office, effect.legId)
          : this.toOffice(running, effect.legId, effect.to);
      case "connect-media":
        return this.talkBegins(running);
      default:
        return this.legEffect(effect);
    }
  }

  private legEffect(effect: CallEffect): void {
    switch (effect.type) {
      case "progress-leg":
        return this.acrossFrom(effect.legId, (legId) => ({ type: "leg-progressed", legId }));
      case "answer-leg":
        return this.acrossFrom(effect.legId, (legId) => ({ type: "leg-answered", legId }));
      case "reject-leg":
        return this.legCloses(effect.legId, (legId) => ({
          type: "leg-failed",
          legId,
          status: effect.status,
          q850: null,
        }));
      case "end-leg":
        return this.legCloses(effect.legId, (legId) => ({ type: "leg-ended", legId, how: "bye" }));
      default:
        return;
    }
  }

  /** What one end of a leg between offices did is news at the other end a little later. */
  private acrossFrom(legId: LegId, event: (legId: LegId) => UntimedEvent): void {
    const other = this.otherEnd.get(legId);
    if (other !== undefined) this.time.after(latencyMs, () => this.tell(other, event(other)));
  }

  private legCloses(legId: LegId, event: (legId: LegId) => UntimedEvent): void {
    this.acrossFrom(legId, event);
    this.time.after(0, () => this.tell(legId, { type: "leg-ended", legId, how: "closed" }));
  }

  private serve(office: Office): void {
    for (const waiting of inServingOrder(office.line.values())) {
      if (office.line.get(waiting.callId) !== waiting) continue;
      const operatorId = office.free.find((one) => !waiting.except.includes(one));
      if (operatorId === undefined && waiting.patience === "wait") continue;
      office.line.delete(waiting.callId);
      if (operatorId === undefined) {
        this.post(waiting.callId, { type: "no-operator" });
        continue;
      }
      office.free.splice(office.free.indexOf(operatorId), 1);
      const legs = [{ legId: this.id() as LegId, device: device(operatorId) }];
      this.post(waiting.callId, { type: "operator-assigned", operatorId, legs });
    }
  }

  private phoneRings(office: Office, legId: LegId): void {
    const answer = office.answers[office.rung % office.answers.length] ?? 1000;
    office.rung += 1;
    this.time.after(10, () => this.tell(legId, { type: "leg-progressed", legId }));
    if (answer !== "no-answer") this.time.after(answer, () => this.tell(legId, { type: "leg-answered", legId }));
  }

  private toOffice({ call: { callId }, talkMs }: Running, legId: LegId, to: LegDestination): void {
    const office = this.offices.find((one) => to.kind === "office" && one.officeId === to.officeId);
    if (to.kind !== "office" || office === undefined) throw new Error("a citizen's call went over a carrier");
    const topic = to.handover.topic ?? null;
    this.time.after(latencyMs, () => {
      const call = this.calls.get(callId)?.call;
      const state = call?.legs.find((one) => one.legId === legId)?.state.kind;
      // A CANCEL never overtakes its INVITE.
      if (call !== undefined && state === "trying") this.offerArrives(office, { call, legId, topic, talkMs });
    });
  }

  private offerArrives(
    office: Office,
    offer: { call: Call; legId: LegId; topic: string | null; talkMs: number },
  ): void {
    const { call, legId, topic, talkMs } = offer;
    const { officeId } = office;
    const ours = [...this.calls.values()].filter((one) => one.office === office && one.call.phase.kind !== "ended");
    const admission = admitShared(declarationOf(office), {
      taken: this.takenBy(officeId),
      isHere: ours.some((one) => one.call.contactId === call.contactId),
      topic,
      atMs: this.time.nowMs,
    });
    if (admission.kind === "refused") {
      const { status } = admission;
      this.time.after(latencyMs, () => this.tell(legId, { type: "leg-failed", legId, status, q850: null }));
      return;
    }
    const inLeg = this.id() as LegId;
    this.otherEnd.set(legId, inLeg);
    this.otherEnd.set(inLeg, legId);
    const unknown = { officeLabel: null, operatorId: null, transferId: null, waitedSeconds: 0 };
    const origin = { officeId: call.officeId, ...unknown, reason: "overflow", isOverflow: true } as const;
    const peer = { kind: "member", name: call.officeId } as const;
    this.begin(office, this.arrivalAt(office, inLeg, { peer, origin, contactId: call.contactId }), talkMs);
    this.mostTaken.set(officeId, Math.max(this.takenBy(officeId), this.mostTaken.get(officeId) ?? 0));
  }

  /** The citizen hangs up at the end of the conversation; a connection between two offices ends from the citizen's side. */
  private talkBegins({ call, talkMs }: Running): void {
    const citizen = call.legs[0];
    if (citizen?.peer.kind !== "trunk") return;
    const { legId } = citizen;
    this.time.after(talkMs, () => this.tell(legId, { type: "leg-ended", legId, how: "bye" }));
  }

  private look(): void {
    for (const office of this.offices) this.offerFrom(office);
    if (this.time.isMoreDue()) this.time.after(lookEveryMs, () => this.look());
  }

  private offerFrom(office: Office): void {
    const running = (callId: CallId): Call | undefined => this.calls.get(callId)?.call;
    const line = inServingOrder(office.line.values()).flatMap(({ callId, sinceMs }) => {
      const call = running(callId);
      if (call === undefined) return [];
      const offer = borrowerOf(call) !== null ? "offered" : mayBeOffered(call) ? "may-be-offered" : "stays";
      return [
        { callId, sinceMs, expectedMs: null, offer, asked: call.triedOffices.map((one) => one.officeId) } as const,
      ];
    });
    const others = this.offices
      .filter((one) => one !== office)
      .flatMap((one) => {
        const lent = [...this.calls.values()].filter(
          (each) => each.office === office && borrowerOf(each.call) === one.officeId,
        ).length;
        const declared = declarationOf(one);
        return declared === null ? [] : [{ ...declared, lent, restsUntilMs: 0 }];
      });
    const rules = {
      threshold: { waiting: office.whenWaiting, waitMs: null },
      need: { topic: null, language: "it" },
      nowMs: this.time.nowMs,
    };
    for (const { callId, officeId } of planOffers(line, others, rules)) {
      this.post(callId, {
        type: "overflow-offered",
        transferId: this.id() as TransferId,
        officeId,
        legId: leg(this.id()),
        route: { uri: `sip:urp@${officeId}`, nextHop: null },
        topic: null,
        answerMs,
      });
    }
  }
}
