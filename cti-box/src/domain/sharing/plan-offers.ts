/**
 * Peak sharing: which waiting callers of a queue are offered to which office now.
 *   over the threshold? ─ so many callers wait, or so long (as waited already, or as expected) ─▶ from the head of the line:
 *   each caller to the office with most capacity left that was not asked for him yet
 */
import { isCompetent, isTakingCalls } from "./declaration.ts";
import type { CallId } from "../call/ids.ts";
import type { SharingDeclaration, SharingNeed } from "./declaration.ts";

/** Either null: that threshold is none. */
export type SharingThreshold = {
  /** More callers than this may not wait. */
  waiting: number | null;
  /** Milliseconds from joining the line to the expected answer. */
  waitMs: number | null;
};

/** A caller in the line. */
export type WaitingCaller = {
  callId: CallId;
  sinceMs: number;
  /** How long it may still take; null: not known. */
  expectedMs: number | null;
  /** `stays`: may not be offered, because he came from another office or came back from one. */
  offer: "may-be-offered" | "offered" | "stays";
  /** Offices that have refused him. */
  asked: readonly string[];
};

/** An office of the network as seen from here. */
export type LendingOffice = SharingDeclaration & {
  /** Our callers who are there or offered to it now. */
  lent: number;
  /** It has refused somebody lately: not to be asked before. */
  restsUntilMs: number;
};

export type PlannedOffer = { callId: CallId; officeId: string };

/** `line`: the callers of one queue in serving order. */
export function planOffers(
  line: readonly WaitingCaller[],
  offices: readonly LendingOffice[],
  rules: { threshold: SharingThreshold; need: SharingNeed; nowMs: number },
): PlannedOffer[] {
  const { threshold, need, nowMs } = rules;
  const underOffer = line.filter(({ offer }) => offer === "offered").length;
  const wanted = peakOf(line, threshold, nowMs) - underOffer;
  const able = offices.filter(
    (office) => isCompetent(office, need) && isTakingCalls(office, nowMs) && office.restsUntilMs <= nowMs,
  );
  const planned: PlannedOffer[] = [];
  for (const caller of line) {
    if (planned.length >= wanted) break;
    if (caller.offer !== "may-be-offered") continue;
    const office = bestFor(caller, able, planned);
    if (office !== null) planned.push({ callId: caller.callId, officeId: office.officeId });
  }
  return planned;
}

/** Callers who are too many, or wait too long. */
function peakOf(line: readonly WaitingCaller[], { waiting, waitMs }: SharingThreshold, nowMs: number): number {
  const tooMany = waiting === null ? 0 : line.length - waiting;
  const tooLong =
    waitMs === null
      ? 0
      : line.filter(({ sinceMs, expectedMs }) => nowMs - sinceMs + (expectedMs ?? 0) >= waitMs).length;
  return Math.max(tooMany, tooLong);
}

/** Who declared the subject goes before who takes everything; then who has most left; the names decide among equals. */
function bestFor(
  { asked }: WaitingCaller,
  offices: readonly LendingOffice[],
  planned: readonly PlannedOffer[],
): LendingOffice | null {
  const left = (office: LendingOffice): number =>
    office.capacity - office.lent - planned.filter(({ officeId }) => officeId === office.officeId).length;
  const general = (office: LendingOffice): number => Number(office.topics.length === 0);
  const [best] = offices
    .filter((office) => !asked.includes(office.officeId) && left(office) > 0)
    .toSorted(
      (one, other) =>
        general(one) - general(other) ||
        left(other) - left(one) ||
        (one.officeId < other.officeId ? -1 : Number(one.officeId > other.officeId)),
    );
  return best ?? null;
}
