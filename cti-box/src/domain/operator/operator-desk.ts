/**
 * Who can be rung. Presence is put together from what the operator chose, the page, the registered devices and the calls in hand.
 *   signed-out ─page or phone─▶ available ⇄ away
 *   available ─ring─▶ ringing ─answer─▶ on-call ─end─▶ wrap-up ─time─▶ available        page silent: unreachable
 * In memory only; never written anywhere.
 */
import type { CallId } from "../call/ids.ts";
import type { Device } from "../call/call.ts";
import type { OperatorAvailability, OperatorPresence, OperatorProfile } from "./operator.ts";

export type PageState = { kind: "absent" } | { kind: "reachable"; pageId: string } | { kind: "silent"; pageId: string };

/** A registered contact; `account` says whether it belongs to a page's session or to a phone of its own. */
export type RegisteredDevice = { device: Device; account: "session" | "phone" };

/** What of an operator decides who is rung. */
type RungProfile = Pick<OperatorProfile, "operatorId" | "queueIds" | "skills" | "priority">;

export type DeskEntry = RungProfile & {
  availability: OperatorAvailability;
  /** `none`: the operator does not want to be called. */
  disturbance: "any" | "none";
  page: PageState;
  devices: readonly RegisteredDevice[];
  calls: ReadonlyMap<CallId, "ringing" | "on-call">;
  /** When the operator last became idle. */
  idleSinceMs: number;
  wrapUpUntilMs: number;
};

export function emptyEntry({ operatorId, queueIds, skills, priority }: RungProfile): DeskEntry {
  return {
    operatorId,
    queueIds,
    skills,
    priority,
    availability: "available",
    disturbance: "any",
    page: { kind: "absent" },
    devices: [],
    calls: new Map(),
    idleSinceMs: 0,
    wrapUpUntilMs: 0,
  };
}

/** Devices that may be rung now: a page's phone only while the page's own code answers, other phones always. */
export function ringableDevices(entry: DeskEntry): Device[] {
  return entry.devices
    .filter((one) => one.account === "phone" || entry.page.kind === "reachable")
    .map((one) => one.device);
}

export function presenceOf(entry: DeskEntry, nowMs: number): OperatorPresence {
  const activities = [...entry.calls.values()];
  if (activities.includes("on-call")) return "on-call";
  if (activities.includes("ringing")) return "ringing";
  if (entry.page.kind === "absent" && entry.devices.length === 0) return "signed-out";
  if (entry.disturbance === "none") return "do-not-disturb";
  if (entry.availability === "away") return "away";
  if (ringableDevices(entry).length === 0) return "unreachable";
  return nowMs < entry.wrapUpUntilMs ? "wrap-up" : "available";
}

export function withCall(entry: DeskEntry, callId: CallId, activity: "ringing" | "on-call"): DeskEntry {
  return { ...entry, calls: new Map([...entry.calls, [callId, activity]]) };
}

export type Release = {
  callId: CallId;
  why: "talked" | "not-answered" | "ring-withdrawn";
  wrapUpMs: number;
  nowMs: number;
};

/** A call lets the operator go. Who talked or did not answer goes to the end of the idle line; a withdrawn ring costs no place. */
export function withoutCall(entry: DeskEntry, release: Release): DeskEntry {
  const calls = new Map([...entry.calls].filter(([callId]) => callId !== release.callId));
  if (release.why === "ring-withdrawn") return { ...entry, calls };
  const wrapUpUntilMs = release.why === "talked" ? release.nowMs + release.wrapUpMs : entry.wrapUpUntilMs;
  return { ...entry, calls, idleSinceMs: release.nowMs, wrapUpUntilMs };
}
