/**
 * Calls back citizens who kept their place. What is pending follows from the calls and their records (callback-book.ts). A pending one whose time has come
 * stands in the line of its queue like a caller; the operator it is served by is rung, and then the citizen is called over the trunks.
 */
import { openStateAt } from "../domain/routing/open-state.ts";
import { readDialled } from "../domain/routing/dialled-number.ts";
import { afterCall, callbackKey, longestCallbackMs } from "../domain/queue/callback-book.ts";
import { mayDial } from "../domain/trunk/dial-permissions.ts";
import { planTrunkLegs } from "./plan-trunk-legs.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallPlacement } from "../domain/call/call-event.ts";
import type { CallRecordView } from "../domain/call/call-record.ts";
import type { PublicCallEvent } from "../domain/call/call-view.ts";
import type { CallId, OperatorId } from "../domain/call/ids.ts";
import type { CallbackBook, CallbackRules, CallOutcome, PendingCallback } from "../domain/queue/callback-book.ts";
import type { DialledNumber, NumberKind } from "../domain/routing/dialled-number.ts";
import type { CallRunner } from "./call-runner.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { FoundOperator, OperatorRoom } from "./operator-room.ts";
import type { Clock, Ids, Log, RecordFilter } from "./ports.ts";
import type { TrunkBook } from "./trunk-book.ts";
import type { CallbackView } from "./use-cases.ts";

export type CallbacksParts = {
  office: Office;
  room: Pick<OperatorRoom, "joinLine" | "leaveLine" | "release">;
  calls: Pick<CallsInProgress, "begin" | "index" | "onEvent">;
  trunks: Pick<TrunkBook, "routesTo">;
  ids: Pick<Ids, "callId" | "legId">;
  clock: Clock;
  log: Log;
};

/** Called back are numbers of people in Italy: a caller's number is easily forged, and nobody is to make the office call a costly one. */
const calledBack: readonly NumberKind[] = ["geographic", "mobile", "nomadic"];
/** Between two looks at whose time has come. */
const lookEveryMs = 5_000;
/** Pause when no trunk could take the call. */
const noTrunkPauseMs = 60_000;

export class Callbacks {
  private readonly parts: CallbacksParts;
  private book: CallbackBook = new Map();
  /** Whose turn it is to come, by the id that the call will have. */
  private readonly inLine = new Map<CallId, string>();
  /** Whose call is under way. */
  private readonly calling = new Map<CallId, string>();
  private readonly listeners = new Set<() => void>();
  /** As last told to the listeners. */
  private told = "[]";
  private stopTimer: () => void = () => undefined;
  private stopListening: () => void = () => undefined;

  constructor(parts: CallbacksParts) {
    this.parts = parts;
  }

  /** Before the first call: who was waiting when the box stopped. */
  async recover(pages: (filter: Pick<RecordFilter, "fromMs">) => AsyncIterable<CallRecordView[]>): Promise<void> {
    if (this.parts.office.callbackRules.size === 0) return;
    const records: CallRecordView[] = [];
    for await (const page of pages({ fromMs: this.parts.clock.now() - longestCallbackMs }))
      records.push(...page.filter(({ queueId, endedAtMs }) => queueId !== null && endedAtMs !== null));
    const byEnd = records.toSorted((one, other) => (one.endedAtMs ?? 0) - (other.endedAtMs ?? 0));
    for (const record of byEnd)
      this.note({ ...record, number: record.caller.number, atMs: record.endedAtMs ?? record.startedAtMs });
  }

  start(): void {
    if (this.parts.office.callbackRules.size === 0) return;
    this.stopListening = this.parts.calls.onEvent((event) => this.heard(event));
    this.lookLater();
    this.look();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  close(): void {
    this.stopTimer();
    this.stopListening();
    for (const callId of this.inLine.keys()) this.parts.room.leaveLine(callId);
  }

  /** A waiting caller pressed the key for it. */
  asked(runner: CallRunner): void {
    const { call } = runner;
    const kind = call.caller.number === null ? null : readDialled(call.caller.number)?.kind;
    const mayBeCalled = kind !== null && kind !== undefined && calledBack.includes(kind);
    if (!mayBeCalled) this.parts.log.info({ callId: call.callId, numberKind: kind ?? null }, "nobody to call back");
    runner.post({ type: mayBeCalled ? "callback-requested" : "callback-refused" });
  }

  list(): CallbackView[] {
    return [...this.book.values()]
      .toSorted((one, other) => one.sinceMs - other.sinceMs)
      .map((pending) => ({ ...pending, state: this.stateOf(callbackKey(pending)) }));
  }

  /** The room has found an operator; false: that is no call back. */
  operatorFound(callId: CallId, [found]: readonly FoundOperator[]): boolean {
    const key = this.inLine.get(callId);
    if (key === undefined || found === undefined) return false;
    const { operatorId } = found;
    this.inLine.delete(callId);
    const pending = this.book.get(key);
    const placement = pending === undefined ? null : this.placementFor(pending, { callId, ...found });
    if (pending === undefined || placement === null) {
      this.parts.room.release(operatorId, { callId, why: "ring-withdrawn", wrapUpMs: 0 });
      if (pending !== undefined) this.later(pending, noTrunkPauseMs);
      this.tellIfChanged();
      return true;
    }
    this.calling.set(callId, key);
    this.parts.calls.begin(placement);
    this.parts.log.info({ callId, operatorId, attempt: pending.attempts + 1 }, "a citizen is called back");
    this.tellIfChanged();
    return true;
  }

  private heard(event: PublicCallEvent): void {
    if (event.type === "call-offered") this.look();
    if (event.type !== "call-answered" && event.type !== "call-ended") return;
    const { call, atMs } = event;
    if (event.type === "call-ended") this.calling.delete(call.callId);
    const endCause = event.type === "call-ended" ? event.endCause : null;
    this.note({ ...call, number: call.caller.number, queueId: call.queue?.queueId ?? null, endCause, atMs });
    this.look();
  }

  private note(outcome: CallOutcome): void {
    this.book = afterCall(this.book, outcome, (queueId) => this.rulesOf(queueId));
    for (const [callId, key] of this.inLine) if (!this.book.has(key)) this.leave(callId);
  }

  private tellIfChanged(): void {
    const now = JSON.stringify(this.list());
    if (now === this.told) return;
    this.told = now;
    for (const listener of this.listeners) listener();
  }

  private rulesOf(queueId: string): CallbackRules | null {
    return this.parts.office.callbackRules.get(queueId) ?? null;
  }

  private lookLater(): void {
    this.stopTimer = this.parts.clock.after(lookEveryMs, () => {
      this.look();
      this.lookLater();
    });
  }

  private look(): void {
    const nowMs = this.parts.clock.now();
    for (const [key, pending] of this.book) {
      if (nowMs - pending.sinceMs > longestCallbackMs) this.forget(key, pending);
      else if (!this.isOpen(pending.queueId, nowMs) || this.isOnTheLine(pending)) this.leaveAll(key);
      else if (pending.notBeforeMs <= nowMs && this.stateOf(key) === "waiting") this.join(key, pending);
    }
    this.tellIfChanged();
  }

  /** The place counts from the call in which it was asked for. */
  private join(key: string, { queueId, sinceMs }: PendingCallback): void {
    const callId = this.parts.ids.callId();
    this.inLine.set(callId, key);
    this.parts.room.joinLine({ callId, queueId, sinceMs, priority: "new", patience: "wait", except: [], rings: "one" });
  }

  private leaveAll(key: string): void {
    for (const [callId, one] of this.inLine) if (one === key) this.leave(callId);
  }

  private leave(callId: CallId): void {
    this.inLine.delete(callId);
    this.parts.room.leaveLine(callId);
  }

  private later(pending: PendingCallback, pauseMs: number): void {
    const notBeforeMs = this.parts.clock.now() + pauseMs;
    this.book = new Map(this.book).set(callbackKey(pending), { ...pending, notBeforeMs });
  }

  private forget(key: string, { callId, queueId }: PendingCallback): void {
    this.parts.log.warn({ callId, queueId }, "a citizen who asked to be called back has waited too long: given up");
    this.leaveAll(key);
    const kept = new Map(this.book);
    kept.delete(key);
    this.book = kept;
  }

  /** The citizen calls, or is being called: a call back would find him busy. */
  private isOnTheLine({ number }: PendingCallback): boolean {
    return this.parts.calls.index.count(({ caller }) => caller.number === number) > 0;
  }

  private isOpen(queueId: string, nowMs: number): boolean {
    return openStateAt(this.parts.office.queueRules.get(queueId)?.hours ?? null, nowMs) !== "closed";
  }

  private stateOf(key: string): CallbackView["state"] {
    if ([...this.calling.values()].includes(key)) return "calling";
    return [...this.inLine.values()].includes(key) ? "in-line" : "waiting";
  }

  private placementFor(pending: PendingCallback, served: { callId: CallId } & FoundOperator): CallPlacement | null {
    const { office, clock, ids, log } = this.parts;
    const { callId, operatorId, devices } = served;
    const { contactId, number, queueId } = pending;
    const dialled = readDialled(number);
    const routes = dialled === null || !this.mayCall(operatorId, dialled) ? [] : planTrunkLegs(this.parts, dialled);
    if (routes.length === 0) {
      log.warn(
        { callId, operatorId, queueId },
        "a citizen cannot be called back now: no trunk, or not by this operator",
      );
      return null;
    }
    const caller: Call["caller"] = { number, displayName: null, isWithheld: false };
    return {
      type: "call-placed",
      atMs: clock.now(),
      callId,
      contactId,
      officeId: office.officeId,
      officeLabel: office.label,
      operatorId,
      legs: devices.map((device) => ({ legId: ids.legId(), device })),
      routes,
      caller,
      calledNumber: number,
      queue: office.queues.get(queueId) ?? null,
      transferTimeoutMs: office.transferTimeoutMs,
      ticket: null,
    };
  }

  private mayCall(operatorId: OperatorId, { kind }: DialledNumber): boolean {
    const roles = this.parts.office.operators.get(operatorId)?.roles ?? [];
    return mayDial(this.parts.office.dialPermissions, roles, kind);
  }
}
