/**
 * Limits against toll fraud: a stolen password calls far away, often, and at night. Calls of a minute beyond the usual stop the trunk for a
 * while; calls of a day, and those abroad and to premium numbers, end with the day. Emergency calls always pass.
 *   open ─one call too many in a minute─▶ stopped ─pause─▶ open        open ─day's calls used up─▶ open for emergencies only, until midnight
 */
import type { NumberKind } from "../routing/dialled-number.ts";

/** Null: no limit. `costlyPerDay`: international, premium and shared-cost numbers. `spendPerDay`: in the currency of the price list. */
export type TollLimits = {
  perMinute: number | null;
  perDay: number | null;
  costlyPerDay: number | null;
  spendPerDay: number | null;
};
/** Calls that went out. `day`: local date that the counts are of. */
export type TollTally = {
  recentMs: readonly number[];
  day: string;
  calls: number;
  costly: number;
  /** Of calls that have ended; millionths of the currency, whole. */
  spentMillionths: number;
  stoppedUntilMs: number;
};

export type TollRefusal = "burst" | "day" | "costly-day" | "spend-day";

/** A trunk that was stopped takes calls again after this. */
export const burstPauseMs = 600_000;
const minuteMs = 60_000;
const dayFormat = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Rome" });

export const noCallsYet: TollTally = {
  recentMs: [],
  day: "",
  calls: 0,
  costly: 0,
  spentMillionths: 0,
  stoppedUntilMs: 0,
};

/** Why this call may not go out now; null: it may. `runningMillionths`: what the calls that are up have cost so far. */
export function refusalOf(
  tally: TollTally,
  limits: TollLimits,
  call: { kind: NumberKind; nowMs: number; runningMillionths: number },
): TollRefusal | null {
  if (call.kind === "emergency") return null;
  const { recentMs, calls, costly, spentMillionths, stoppedUntilMs } = today(tally, call.nowMs);
  if (stoppedUntilMs > call.nowMs) return "burst";
  if (limits.perMinute !== null && recentMs.length >= limits.perMinute) return "burst";
  if (limits.perDay !== null && calls >= limits.perDay) return "day";
  const spent = spentMillionths + call.runningMillionths;
  if (limits.spendPerDay !== null && spent >= limits.spendPerDay * 1_000_000) return "spend-day";
  return limits.costlyPerDay !== null && isCostly(call.kind) && costly >= limits.costlyPerDay ? "costly-day" : null;
}

/** A call went out. */
export function withCall(tally: TollTally, { kind, nowMs }: { kind: NumberKind; nowMs: number }): TollTally {
  const now = today(tally, nowMs);
  return {
    ...now,
    recentMs: [...now.recentMs, nowMs],
    calls: now.calls + 1,
    costly: now.costly + (isCostly(kind) ? 1 : 0),
  };
}

/** A call over the trunk has ended and cost this. */
export function withSpend(tally: TollTally, { millionths, nowMs }: { millionths: number; nowMs: number }): TollTally {
  const now = today(tally, nowMs);
  return { ...now, spentMillionths: now.spentMillionths + millionths };
}

/** Too many at once: the trunk rests. */
export function stopped(tally: TollTally, nowMs: number): TollTally {
  return tally.stoppedUntilMs > nowMs ? tally : { ...tally, stoppedUntilMs: nowMs + burstPauseMs };
}

/** The counts as they are on this day. */
export function today(tally: TollTally, nowMs: number): TollTally {
  const day = dayFormat.format(nowMs);
  const recentMs = tally.recentMs.filter((atMs) => atMs > nowMs - minuteMs);
  return tally.day === day
    ? { ...tally, recentMs }
    : { ...tally, recentMs, day, calls: 0, costly: 0, spentMillionths: 0 };
}

function isCostly(kind: NumberKind): boolean {
  return kind === "international" || kind === "premium" || kind === "shared-cost";
}
