/**
 * The operators of the office and the callers who wait for them: who is present, who is busy, who is rung next. Everything is in memory
 * and for routing only. Whenever somebody becomes free or joins the line, the line is served in its order.
 */
import { emptyEntry, presenceOf, ringableDevices } from "../domain/operator/operator-desk.ts";
import { withCall, withoutCall } from "../domain/operator/operator-desk.ts";
import { chooseOperators } from "../domain/queue/choose-operator.ts";
import { nothingRequired } from "../domain/queue/skills.ts";
import { expectedWait, usualCall } from "../domain/queue/announcement.ts";
import { inServingOrder, placeIn } from "../domain/queue/waiting-line.ts";
import type { Device } from "../domain/call/call.ts";
import type { CallId, OperatorId } from "../domain/call/ids.ts";
import type { DeskEntry, RegisteredDevice, Release } from "../domain/operator/operator-desk.ts";
import type { OperatorAvailability, OperatorPresence, OperatorProfile } from "../domain/operator/operator.ts";
import type { Distribution } from "../domain/queue/choose-operator.ts";
import type { RequiredSkills } from "../domain/queue/skills.ts";
import type { PlaceInLine } from "../domain/queue/announcement.ts";
import type { WaitingCall } from "../domain/queue/waiting-line.ts";
import type { Clock } from "./ports.ts";
import type { OperatorDesk } from "./use-cases.ts";

export type FoundOperator = { operatorId: OperatorId; devices: readonly Device[] };

/** What the room tells the calls. */
export type RoomListener = {
  /** One, or all who are free where the queue rings all; never none. */
  operatorsFound(callId: CallId, found: readonly FoundOperator[]): void;
  /** For a call that cannot wait. */
  nobodyFree(callId: CallId): void;
  /** These contacts of the operator cannot be reached any more. */
  devicesGone(operatorId: OperatorId, uris: readonly string[]): void;
};

/** How a queue finds its operator. */
export type QueueService = { distribution: Distribution; required: RequiredSkills };

const plainService: QueueService = { distribution: "longest-idle", required: nothingRequired };

export class OperatorRoom implements OperatorDesk {
  private readonly clock: Clock;
  private readonly entries = new Map<OperatorId, DeskEntry>();
  private readonly services: ReadonlyMap<string, QueueService>;
  private readonly line = new Map<CallId, WaitingCall>();
  /** Since when somebody talks in a call, and how long that usually takes in this office; null before the first one. */
  private readonly talkingSinceMs = new Map<CallId, number>();
  private usualCallMs: number | null = null;
  /** Who was rung last for each queue. */
  private readonly lastRung = new Map<string, OperatorId>();
  private readonly presenceListeners = new Set<(operatorId: OperatorId, presence: OperatorPresence) => void>();
  private readonly wrapUpTimers = new Map<OperatorId, () => void>();
  private listener: RoomListener | null = null;
  private serving: "idle" | "serving" | "serve-again" = "idle";

  constructor(
    office: { operators: Iterable<OperatorProfile>; services: ReadonlyMap<string, QueueService> },
    clock: Clock,
  ) {
    this.clock = clock;
    this.services = office.services;
    for (const profile of office.operators) this.entries.set(profile.operatorId, emptyEntry(profile));
  }

  listen(listener: RoomListener): void {
    this.listener = listener;
  }

  pageJoined(operatorId: OperatorId, pageId: string): void {
    this.change(operatorId, (entry) => ({ ...entry, page: { kind: "reachable", pageId } }));
  }

  pageReachable(operatorId: OperatorId, pageId: string, isReachable: boolean): void {
    this.change(operatorId, (entry) => {
      if (entry.page.kind === "absent" || entry.page.pageId !== pageId) return entry;
      return { ...entry, page: { kind: isReachable ? "reachable" : "silent", pageId } };
    });
  }

  pageLeft(operatorId: OperatorId, pageId: string): void {
    this.change(operatorId, (entry) => {
      if (entry.page.kind === "absent" || entry.page.pageId !== pageId) return entry;
      return { ...entry, page: { kind: "absent" } };
    });
  }

  /** Is there a page that the operator reads? */
  hasPage(operatorId: OperatorId): boolean {
    return this.entries.get(operatorId)?.page.kind === "reachable";
  }

  setAvailability(operatorId: OperatorId, availability: OperatorAvailability): void {
    this.change(operatorId, (entry) => {
      if (entry.availability === availability) return entry;
      return { ...entry, availability, idleSinceMs: this.clock.now() };
    });
  }

  setDisturbance(operatorId: OperatorId, disturbance: DeskEntry["disturbance"]): void {
    this.change(operatorId, (entry) => (entry.disturbance === disturbance ? entry : { ...entry, disturbance }));
  }

  presenceOf(operatorId: OperatorId): OperatorPresence {
    const entry = this.entries.get(operatorId);
    return entry === undefined ? "signed-out" : presenceOf(entry, this.clock.now());
  }

  onPresence(listener: (operatorId: OperatorId, presence: OperatorPresence) => void): () => void {
    this.presenceListeners.add(listener);
    return () => this.presenceListeners.delete(listener);
  }

  devicesChanged(operatorId: OperatorId, devices: readonly RegisteredDevice[]): void {
    this.change(operatorId, (entry) => ({ ...entry, devices }));
  }

  /** Calls that ring at the operator's or that the operator is in. */
  callsInHand(operatorId: OperatorId): number {
    return this.entries.get(operatorId)?.calls.size ?? 0;
  }

  /** Everything of the operator's that can be rung now, whether or not there is a call already. */
  devicesOf(operatorId: OperatorId): Device[] {
    const entry = this.entries.get(operatorId);
    return entry === undefined ? [] : ringableDevices(entry);
  }

  /** Phones that a call of the operator's own begins at: the page where there is one, else the phones on the desk. */
  devicesForDialling(operatorId: OperatorId): Device[] {
    const entry = this.entries.get(operatorId);
    if (entry === undefined) return [];
    const page = ringableDevices({ ...entry, devices: entry.devices.filter((one) => one.account === "session") });
    return page.length > 0 ? page : ringableDevices(entry);
  }

  engage(operatorId: OperatorId, callId: CallId, activity: "ringing" | "on-call"): void {
    if (activity === "on-call") this.talkingSinceMs.set(callId, this.clock.now());
    this.change(operatorId, (entry) => withCall(entry, callId, activity));
  }

  release(operatorId: OperatorId, release: Omit<Release, "nowMs">): void {
    const nowMs = this.clock.now();
    this.change(operatorId, (entry) =>
      entry.calls.has(release.callId) ? withoutCall(entry, { ...release, nowMs }) : entry,
    );
    const talkingSinceMs = this.talkingSinceMs.get(release.callId);
    this.talkingSinceMs.delete(release.callId);
    if (release.why === "talked" && talkingSinceMs !== undefined)
      this.usualCallMs = usualCall(this.usualCallMs, nowMs - talkingSinceMs);
    const wrapUpMs = (this.entries.get(operatorId)?.wrapUpUntilMs ?? 0) - nowMs;
    if (wrapUpMs > 0) this.wakeAfterWrapUp(operatorId, wrapUpMs);
  }

  joinLine(waiting: WaitingCall): void {
    this.line.set(waiting.callId, waiting);
    this.serve();
  }

  leaveLine(callId: CallId): void {
    this.line.delete(callId);
  }

  /** Callers in the line, for the end-of-call check. */
  isWaiting(callId: CallId): boolean {
    return this.line.has(callId);
  }

  /** Where a waiting caller stands, and how long it may still take; null: does not wait. */
  placeOf(callId: CallId): PlaceInLine | null {
    const place = placeIn(this.line.values(), callId);
    const queueId = this.line.get(callId)?.queueId;
    if (place === null || queueId === undefined) return null;
    const nowMs = this.clock.now();
    const operators = [...this.entries.values()].filter((entry) => serves(entry, queueId, nowMs)).length;
    return { place, expectedMs: expectedWait(place, { usualCallMs: this.usualCallMs, operators }) };
  }

  /** Callers who wait in a queue now. */
  waitingIn(queueId: string): number {
    return [...this.line.values()].filter((waiting) => waiting.queueId === queueId).length;
  }

  /** The calls that wait in a queue now, in the order they are served. */
  lineOf(queueId: string): CallId[] {
    return inServingOrder(this.line.values())
      .filter((waiting) => waiting.queueId === queueId)
      .map(({ callId }) => callId);
  }

  close(): void {
    for (const stop of this.wrapUpTimers.values()) stop();
    this.wrapUpTimers.clear();
    this.line.clear();
    this.presenceListeners.clear();
    this.listener = null;
  }

  /** One place where an entry changes: tells presence, lost devices, and serves the line. */
  private change(operatorId: OperatorId, how: (entry: DeskEntry) => DeskEntry): void {
    const before = this.entries.get(operatorId);
    if (before === undefined) return;
    const changed = how(before);
    if (changed === before) return;
    const nowMs = this.clock.now();
    const presenceBefore = presenceOf(before, nowMs);
    // Idleness counts from the arrival: who comes to work does not jump the queue of those who wait for a call.
    const arrives = presenceBefore === "signed-out" && presenceOf(changed, nowMs) !== "signed-out";
    const after = arrives ? { ...changed, idleSinceMs: nowMs } : changed;
    this.entries.set(operatorId, after);
    const kept = new Set(ringableDevices(after).map((device) => device.uri));
    const gone = ringableDevices(before).filter((device) => !kept.has(device.uri));
    const presence = presenceOf(after, nowMs);
    if (presence !== presenceBefore) this.tellPresence(operatorId, presence);
    if (gone.length > 0)
      this.listener?.devicesGone(
        operatorId,
        gone.map((device) => device.uri),
      );
    this.serve();
  }

  private tellPresence(operatorId: OperatorId, presence: OperatorPresence): void {
    for (const listener of this.presenceListeners) listener(operatorId, presence);
  }

  /** Serving one caller changes the room; the changes are seen in the next round, not in the middle of this one. */
  private serve(): void {
    if (this.serving !== "idle") {
      this.serving = "serve-again";
      return;
    }
    do {
      this.serving = "serving";
      for (const waiting of inServingOrder(this.line.values())) this.serveOne(waiting);
    } while (this.isServingAgain());
    this.serving = "idle";
  }

  private isServingAgain(): boolean {
    return this.serving === "serve-again";
  }

  private serveOne(waiting: WaitingCall): void {
    if (this.line.get(waiting.callId) !== waiting) return;
    const { callId, queueId } = waiting;
    const found = chooseOperators(this.entries.values(), {
      ...waiting,
      ...(this.services.get(queueId) ?? plainService),
      lastRung: this.lastRung.get(queueId) ?? null,
      nowMs: this.clock.now(),
    });
    const [first] = found;
    if (first === undefined) {
      if (waiting.patience === "wait") return;
      this.line.delete(callId);
      this.listener?.nobodyFree(callId);
      return;
    }
    this.line.delete(callId);
    this.lastRung.set(queueId, first.operatorId);
    for (const entry of found) {
      this.entries.set(entry.operatorId, withCall(entry, callId, "ringing"));
      this.tellPresence(entry.operatorId, "ringing");
    }
    this.listener?.operatorsFound(
      callId,
      found.map((entry) => ({ operatorId: entry.operatorId, devices: ringableDevices(entry) })),
    );
  }

  private wakeAfterWrapUp(operatorId: OperatorId, wrapUpMs: number): void {
    this.wrapUpTimers.get(operatorId)?.();
    const stop = this.clock.after(wrapUpMs, () => {
      this.wrapUpTimers.delete(operatorId);
      this.tellPresence(operatorId, this.presenceOf(operatorId));
      this.serve();
    });
    this.wrapUpTimers.set(operatorId, stop);
  }
}

/** At work for the queue, be it in a call. */
function serves(entry: DeskEntry, queueId: string, nowMs: number): boolean {
  const presence = presenceOf(entry, nowMs);
  const isAtWork = !["signed-out", "away", "do-not-disturb", "unreachable"].includes(presence);
  return entry.queueIds.includes(queueId) && isAtWork;
}
