/**
 * The screen on the wall: numbers of the office, and how old they are.
 *   connecting ─numbers─▶ shown (line up) ⇄ shown (line lost: numbers stand still)          key refused ─▶ refused
 */
export type OperatorCounts = { free: number; busy: number; absent: number };

export type QueueNumbers = {
  queueId: string;
  label: string;
  waiting: number;
  /** By the box's clock; null: nobody waits. */
  waitingSinceMs: number | null;
  talking: number;
  /** Still to be called back; null: the queue offers no call back. */
  callbacks: number | null;
  answered: number;
  abandoned: number;
  turnedAway: number;
  averageWaitSeconds: number | null;
  operators: OperatorCounts | null;
};

export type WallboardNumbers = {
  /** By the box's clock. */
  atMs: number;
  officeLabel: string;
  operators: OperatorCounts | null;
  queues: readonly QueueNumbers[];
};

export type WallboardState =
  | { kind: "connecting" }
  | { kind: "shown"; numbers: WallboardNumbers; heardAtMs: number; line: "up" | "lost" }
  | { kind: "refused" };

export type WallboardEvent =
  | { type: "numbers"; numbers: WallboardNumbers; atMs: number }
  | { type: "line-lost" }
  | { type: "refused" };

export function applyWallboardEvent(state: WallboardState, event: WallboardEvent): WallboardState {
  switch (event.type) {
    case "numbers":
      return { kind: "shown", numbers: event.numbers, heardAtMs: event.atMs, line: "up" };
    case "line-lost":
      return state.kind === "shown" ? { ...state, line: "lost" } : state;
    case "refused":
      return { kind: "refused" };
  }
}

/** How long the oldest caller has waited, by the screen's own clock; clocks may differ. */
export function longestWaitMs(
  { waitingSinceMs }: Pick<QueueNumbers, "waitingSinceMs">,
  { numbers, heardAtMs, line }: Extract<WallboardState, { kind: "shown" }>,
  nowMs: number,
): number | null {
  if (waitingSinceMs === null) return null;
  const sinceHeardMs = line === "up" ? Math.max(0, nowMs - heardAtMs) : 0;
  return Math.max(0, numbers.atMs - waitingSinceMs + sinceHeardMs);
}

/** A screen reader is told of a changed line of callers, but not more often than once a minute. */
export const quietMs = 60_000;

export type Spoken = { text: string; atMs: number };

export function nextSpoken(spoken: Spoken | null, text: string, nowMs: number): Spoken {
  if (spoken === null) return { text, atMs: nowMs };
  return spoken.text === text || nowMs - spoken.atMs < quietMs ? spoken : { text, atMs: nowMs };
}
