/**
 * Session timers (RFC 4028): both sides of a call agree who sends a sign of life, and how often; a call without it is over.
 *
 *             agreed: ours ─▶ waiting ─half the interval─▶ refreshing ─2xx──────────────▶ waiting
 *                              ▲  │                          │  ▲  ├ 422, larger Min-SE ─▶ refreshing, with that
 *                              │  │ another re-INVITE        │  │  ├ 405, 501 to UPDATE ─▶ refreshing, with INVITE
 *      agreed anew, either way ┤  └──── is under way ─▶ pausing ─┘  └ 408, 481, others ───▶ over: BYE
 *                              │                         ▲ │ 491, 500 and 503 with Retry-After
 *             agreed: theirs ─▶└ waiting ────────────────┼─┼────────────────────────────▶ over: BYE
 *                                                        └─┴ nothing helped in time ────▶ over: BYE
 *
 * The BYE goes out shortly before the interval is over: 32 s or a third of it, whichever is less (RFC 4028 §10). A session on which the peer drops the timer
 * ends here ("off"), the call goes on without. Times are milliseconds of any clock that does not jump; one timer runs at most.
 */

export type Refresher = "us" | "them";
export type Agreement = { seconds: number; refresher: Refresher };
export type RefreshMethod = "UPDATE" | "INVITE";

/** `endsAtMs`: when a session without refresh is given up. */
type Running = { agreement: Agreement; endsAtMs: number };
/** What is asked for; `raised`: how often a 422 has raised it. */
type Asking = { seconds: number; method: RefreshMethod; raised: number };

export type SessionTimer =
  | ({ kind: "waiting" } & Running)
  | ({ kind: "refreshing"; asking: Asking } & Running)
  | ({ kind: "pausing" } & Running)
  | { kind: "off" }
  | { kind: "over" };

export type SessionEvent =
  /** A 2xx said so: of the refresh itself, or of another request of either side. `jitter` is between -1 and 1. */
  | { type: "agreed"; agreement: Agreement; by: "refresh" | "other"; jitter: number }
  /** A 2xx without a session timer. */
  | { type: "dropped" }
  /** The one timer. `isBusy`: another INVITE or UPDATE is under way in the dialog. */
  | { type: "timer"; isBusy: boolean; method: RefreshMethod }
  /** The refresh was not granted. `pauseMs`: how long a 491 makes wait (RFC 3261 §14.1). */
  | { type: "refused"; status: number; minSeconds: number; retryAfterSeconds: number | null; pauseMs: number }
  /** The dialog is over, for whatever reason. */
  | { type: "dialog-ended" };

export type SessionEffect =
  | { type: "set-timer"; afterMs: number }
  | { type: "stop-timer" }
  | { type: "send-refresh"; seconds: number; method: RefreshMethod }
  /** BYE, and tell the application. */
  | { type: "end-call" };

export type SessionStep = { timer: SessionTimer; effects: SessionEffect[] };
/** `secondMs`: milliseconds of a second of the session; 1,000 but in tests. */
export type SessionClock = { nowMs: number; secondMs: number };

/** RFC 4028 §4: nothing shorter may be agreed. Seconds. */
export const shortestSession = 90;
/** What a longer one is taken for: eleven days. Seconds. */
export const longestSession = 1_000_000;
const jitterSeconds = 5;
const largestRaises = 3;
const busyPauseSeconds = 2;

/** Pure: same input, same step. An event that does not apply changes nothing. */
export function applySessionEvent(timer: SessionTimer, event: SessionEvent, clock: SessionClock): SessionStep {
  if (timer.kind === "over") return unchanged(timer);
  switch (event.type) {
    case "agreed":
      return agreed(timer, event, clock);
    case "dropped":
      return timer.kind === "off" ? unchanged(timer) : { timer: { kind: "off" }, effects: [{ type: "stop-timer" }] };
    case "timer":
      return timerFired(timer, event, clock);
    case "refused":
      return timer.kind === "refreshing" ? refused(timer, event, clock) : unchanged(timer);
    case "dialog-ended":
      return { timer: { kind: "over" }, effects: [{ type: "stop-timer" }] };
  }
}

function agreed(
  timer: SessionTimer,
  { agreement, by, jitter }: Extract<SessionEvent, { type: "agreed" }>,
  clock: SessionClock,
): SessionStep {
  const { seconds, refresher } = agreement;
  const lead = Math.min(32, seconds / 3);
  const endsAtMs = clock.nowMs + (seconds - lead) * clock.secondMs;
  // Our own refresh is still to be answered: nothing else may begin before that.
  if (timer.kind === "refreshing" && by === "other")
    return { timer: { ...timer, agreement, endsAtMs }, effects: [setTimer(endsAtMs - clock.nowMs)] };
  const halfMs = (seconds / 2 + jitter * jitterSeconds) * clock.secondMs;
  const effects = [setTimer(refresher === "us" ? halfMs : endsAtMs - clock.nowMs)];
  return { timer: { kind: "waiting", agreement, endsAtMs }, effects };
}

function timerFired(
  timer: SessionTimer,
  { isBusy, method }: Extract<SessionEvent, { type: "timer" }>,
  clock: SessionClock,
): SessionStep {
  if (timer.kind === "off" || timer.kind === "over") return unchanged(timer);
  const { agreement, endsAtMs } = timer;
  const isOurs = timer.kind !== "waiting" || agreement.refresher === "us";
  if (!isOurs || timer.kind === "refreshing" || clock.nowMs >= endsAtMs) return expired();
  const running = { agreement, endsAtMs };
  if (isBusy) return pausing(running, busyPauseSeconds * clock.secondMs, clock);
  return refreshing(running, { seconds: agreement.seconds, method, raised: 0 }, clock);
}

function refused(
  timer: Extract<SessionTimer, { kind: "refreshing" }>,
  refusal: Extract<SessionEvent, { type: "refused" }>,
  clock: SessionClock,
): SessionStep {
  const { agreement, endsAtMs, asking } = timer;
  const { status, minSeconds, retryAfterSeconds } = refusal;
  const running = { agreement, endsAtMs };
  if (status === 491) return pausing(running, refusal.pauseMs, clock);
  // A re-INVITE or UPDATE of the peer's that met ours (RFC 3261 §14.2, RFC 3311 §5.2), or a busy server.
  const retryMs = retryAfterSeconds === null ? Number.POSITIVE_INFINITY : retryAfterSeconds * clock.secondMs;
  if ((status === 500 || status === 503) && retryMs < endsAtMs - clock.nowMs)
    return pausing(running, Math.max(retryMs, refusal.pauseMs), clock);
  if (status === 422 && minSeconds > asking.seconds && asking.raised < largestRaises)
    return refreshing(running, { ...asking, seconds: minSeconds, raised: asking.raised + 1 }, clock);
  if ((status === 405 || status === 501) && asking.method === "UPDATE")
    return refreshing(running, { ...asking, method: "INVITE" }, clock);
  return expired();
}

function refreshing(running: Running, asking: Asking, clock: SessionClock): SessionStep {
  const { seconds, method } = asking;
  return {
    timer: { kind: "refreshing", ...running, asking },
    effects: [setTimer(running.endsAtMs - clock.nowMs), { type: "send-refresh", seconds, method }],
  };
}

function pausing(running: Running, pauseMs: number, clock: SessionClock): SessionStep {
  const leftMs = Math.max(0, running.endsAtMs - clock.nowMs);
  return { timer: { kind: "pausing", ...running }, effects: [setTimer(Math.min(pauseMs, leftMs))] };
}

function expired(): SessionStep {
  return { timer: { kind: "over" }, effects: [{ type: "stop-timer" }, { type: "end-call" }] };
}

function setTimer(afterMs: number): SessionEffect {
  return { type: "set-timer", afterMs };
}

function unchanged(timer: SessionTimer): SessionStep {
  return { timer, effects: [] };
}
