/**
 * Reliable provisional responses to one INVITE (RFC 3262 §3), as a pure machine of the called party.
 *
 *   idle ─provisional─▶ awaiting ─PRACK─▶ acknowledged ─PRACK answered─▶ idle; what waited is taken: the next provisional ─▶ awaiting, or the 2xx ─▶ closed
 *     │                   │ again after T1, 2·T1, 4·T1 … (T2 is no limit here)
 *     │                   │ a provisional or a 2xx of the application: it waits
 *     │                   └─64·T1─▶ closed: 504
 *     └──2xx───────────────▶ closed ◀─ another final answer, the caller left (also from awaiting and acknowledged; what waited is refused)
 *
 * One response is outstanding at a time. Closed with an outstanding one: a PRACK that crossed the final answer is still good, once.
 * The 2xx waits for the PRACK of every reliable response, not only of those with a session description, and for the answer to that PRACK: decision record 0008.
 */
import type { TimerValues } from "../transaction/timers.ts";

export type ReliableState = "idle" | "awaiting" | "acknowledged" | "closed";

/** `Order`: a response of the application, with what its reply needs. */
export type ReliableProvisionals<Order> = {
  state: ReliableState;
  /** RSeq of the next reliable response, 1 to 2³² - 1. */
  nextRSeq: number;
  /** RSeq that a PRACK may name now. */
  outstanding: number | null;
  intervalMs: number;
  waiting: readonly Waiting<Order>[];
};

export type Waiting<Order> = { kind: "provisional" | "answer"; order: Order };

export type ReliableEvent<Order> =
  | { type: "provisional"; order: Order }
  /** The 2xx. */
  | { type: "answer"; order: Order }
  | { type: "prack"; rseq: number }
  /** The application answered the PRACK, or never will. */
  | { type: "prack-answered" }
  | { type: "timer"; timer: ReliableTimer }
  /** The INVITE was answered with something else than a 2xx, or the caller is gone. */
  | { type: "ended" };

export type ReliableTimer = "repeat" | "give-up";

export type ReliableEffect<Order> =
  | { type: "send-provisional"; order: Order; rseq: number }
  | { type: "send-answer"; order: Order }
  | { type: "refuse-order"; order: Order }
  | { type: "repeat" }
  | { type: "accept-prack" }
  | { type: "refuse-prack" }
  | { type: "give-up" }
  | { type: "start-timer"; timer: ReliableTimer; afterMs: number }
  | { type: "stop-timer"; timer: ReliableTimer };

export type ReliableStep<Order> = { machine: ReliableProvisionals<Order>; effects: ReliableEffect<Order>[] };

/** More than any ringing phone says while one PRACK is on its way. */
export const largestWaiting = 32;

/** `firstRSeq`: drawn between 1 and 2³¹ - 1, so that the numbers cannot be foreseen (RFC 3262 §3). */
export function reliableProvisionals<Order>(firstRSeq: number): ReliableProvisionals<Order> {
  return { state: "idle", nextRSeq: firstRSeq, outstanding: null, intervalMs: 0, waiting: [] };
}

/** One step. An event that does not belong to the state changes nothing; an order is refused rather than forgotten. */
export function applyReliableEvent<Order>(
  machine: ReliableProvisionals<Order>,
  event: ReliableEvent<Order>,
  timers: TimerValues,
): ReliableStep<Order> {
  switch (event.type) {
    case "provisional":
    case "answer":
      return ordered(machine, { kind: event.type, order: event.order }, timers);
    case "prack":
      return acknowledged(machine, event.rseq);
    case "prack-answered":
      return machine.state === "acknowledged" ? nextWaiting(machine, timers) : { machine, effects: [] };
    case "timer":
      return timerFired(machine, event.timer);
    case "ended":
      return ended(machine, []);
  }
}

function ordered<Order>(
  machine: ReliableProvisionals<Order>,
  wanted: Waiting<Order>,
  timers: TimerValues,
): ReliableStep<Order> {
  if (machine.state === "idle") return nextWaiting({ ...machine, waiting: [wanted] }, timers);
  const { waiting } = machine;
  // Nothing may follow the 2xx, not even while it waits.
  const isLate = machine.state === "closed" || waiting.at(-1)?.kind === "answer";
  if (isLate || waiting.length >= largestWaiting)
    return { machine, effects: [{ type: "refuse-order", order: wanted.order }] };
  return { machine: { ...machine, waiting: [...waiting, wanted] }, effects: [] };
}

function nextWaiting<Order>(machine: ReliableProvisionals<Order>, timers: TimerValues): ReliableStep<Order> {
  const [next, ...waiting] = machine.waiting;
  if (next === undefined) return { machine: { ...machine, state: "idle" }, effects: [] };
  if (next.kind === "answer")
    return {
      machine: { ...machine, state: "closed", waiting },
      effects: [{ type: "send-answer", order: next.order }],
    };
  const rseq = machine.nextRSeq;
  return {
    machine: { state: "awaiting", nextRSeq: rseq + 1, outstanding: rseq, intervalMs: timers.t1, waiting },
    effects: [
      { type: "send-provisional", order: next.order, rseq },
      { type: "start-timer", timer: "repeat", afterMs: timers.t1 },
      { type: "start-timer", timer: "give-up", afterMs: timers.timeout },
    ],
  };
}

function acknowledged<Order>(machine: ReliableProvisionals<Order>, rseq: number): ReliableStep<Order> {
  if (machine.outstanding !== rseq) return { machine, effects: [{ type: "refuse-prack" }] };
  const taken = { ...machine, outstanding: null };
  if (machine.state === "closed") return { machine: taken, effects: [{ type: "accept-prack" }] };
  return {
    machine: { ...taken, state: "acknowledged" },
    effects: [...stopTimers<Order>(), { type: "accept-prack" }],
  };
}

function timerFired<Order>(machine: ReliableProvisionals<Order>, timer: ReliableTimer): ReliableStep<Order> {
  if (machine.state !== "awaiting") return { machine, effects: [] };
  if (timer === "give-up") return ended(machine, [{ type: "give-up" }]);
  const intervalMs = machine.intervalMs * 2;
  return {
    machine: { ...machine, intervalMs },
    effects: [{ type: "repeat" }, { type: "start-timer", timer: "repeat", afterMs: intervalMs }],
  };
}

function ended<Order>(machine: ReliableProvisionals<Order>, more: ReliableEffect<Order>[]): ReliableStep<Order> {
  if (machine.state === "closed") return { machine, effects: [] };
  const stops = machine.state === "awaiting" ? stopTimers<Order>() : [];
  const refused = machine.waiting.map(({ order }): ReliableEffect<Order> => ({ type: "refuse-order", order }));
  return { machine: { ...machine, state: "closed", waiting: [] }, effects: [...stops, ...more, ...refused] };
}

function stopTimers<Order>(): ReliableEffect<Order>[] {
  return [
    { type: "stop-timer", timer: "repeat" },
    { type: "stop-timer", timer: "give-up" },
  ];
}
