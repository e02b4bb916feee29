/**
 * Server transactions (RFC 3261 §17.2, RFC 6026 §7.1), as pure machines.
 *
 *   INVITE      proceeding ─2xx─▶ accepted ─timer L─▶ terminated
 *                   └──3xx-6xx─▶ completed ─ACK─▶ confirmed ─timer I─▶ terminated
 *                   │                └──── timer H ────────────────▶ terminated
 *                   └ the application never says a word ─▶ 504 is made here, as its answer
 *   non-INVITE  trying ─1xx─▶ proceeding ─final─▶ terminated, and the answer kept for timer J
 *                  └──────────────┴ abandoned (the application never answers) ─▶ terminated
 *
 * An INVITE that rings is told to the caller again every minute: `ringing` (RFC 3261 §13.3.1.1).
 * An accepted INVITE whose ACK came may end at once as well: what is left of it for timer L is its name (remnants.ts). `retransmit` is timer G. The 2xx of an INVITE is repeated by the dialog, not here. A request that arrives again gets the last answer again.
 */
import type { TimerValues } from "./timers.ts";

export type ServerState = "trying" | "proceeding" | "accepted" | "completed" | "confirmed" | "terminated";
export type ServerTimer = "retransmit" | "linger" | "abandon" | "ringing";

export type ServerEvent =
  | { type: "start" }
  | { type: "request-again" }
  | { type: "ack" }
  | { type: "respond"; status: number }
  /** Somebody with timers of its own answers it from now on (a proxied request). */
  | { type: "taken-over" }
  | { type: "timer"; timer: ServerTimer };

export type ServerEffect =
  /** Send the answer just given. */
  | { type: "send-response" }
  /** Send the last answer once more. */
  | { type: "repeat-response" }
  /** Copies of the request may still come: they get the same answer (timer J). */
  | { type: "keep-answer" }
  | { type: "refuse" }
  /** An INVITE that the application did not react to at all: somebody has to answer it. */
  | { type: "application-silent" }
  /** A minute without a word: the caller, and proxies with a timer C, are told again. */
  | { type: "still-ringing" }
  | { type: "start-timer"; timer: ServerTimer; afterMs: number }
  | { type: "stop-timer"; timer: ServerTimer };

export type ServerMachine = { isInvite: boolean; isReliable: boolean; state: ServerState; intervalMs: number };
export type ServerStep = { machine: ServerMachine; effects: ServerEffect[] };

export function serverMachine(isInvite: boolean, isReliable: boolean, timers: TimerValues): ServerMachine {
  return { isInvite, isReliable, state: isInvite ? "proceeding" : "trying", intervalMs: timers.t1 };
}

export function applyServerEvent(machine: ServerMachine, event: ServerEvent, timers: TimerValues): ServerStep {
  switch (event.type) {
    case "start":
      return { machine, effects: [{ type: "start-timer", timer: "abandon", afterMs: timers.timeout * 2 }] };
    case "request-again":
      return requestAgain(machine);
    case "ack":
      return acknowledged(machine, timers);
    case "respond":
      return responded(machine, event.status, timers);
    case "taken-over":
      return { machine, effects: isOpen(machine) ? [{ type: "stop-timer", timer: "abandon" }] : [] };
    case "timer":
      return timerFired(machine, event.timer, timers);
  }
}

function requestAgain(machine: ServerMachine): ServerStep {
  // Accepted: the dialog repeats the 2xx itself (RFC 6026 §7.1). Confirmed: a late copy.
  const repeats = machine.state === "proceeding" || machine.state === "completed";
  return { machine, effects: repeats ? [{ type: "repeat-response" }] : [] };
}

function acknowledged(machine: ServerMachine, timers: TimerValues): ServerStep {
  if (!machine.isInvite || machine.state !== "completed") return unchanged(machine);
  const stop: ServerEffect = { type: "stop-timer", timer: "retransmit" };
  if (machine.isReliable)
    return { machine: { ...machine, state: "terminated" }, effects: [stop, { type: "stop-timer", timer: "linger" }] };
  return {
    machine: { ...machine, state: "confirmed" },
    effects: [stop, { type: "start-timer", timer: "linger", afterMs: timers.t4 }],
  };
}

function responded(machine: ServerMachine, status: number, timers: TimerValues): ServerStep {
  if (machine.state !== "trying" && machine.state !== "proceeding") return { machine, effects: [{ type: "refuse" }] };
  if (status < 200) {
    const effects: ServerEffect[] = [{ type: "send-response" }];
    // An INVITE may ring for long once somebody cares for it; its end is then the application's or the caller's business.
    if (machine.isInvite && status > 100)
      effects.push(
        { type: "stop-timer", timer: "abandon" },
        { type: "start-timer", timer: "ringing", afterMs: timers.ringing },
      );
    return { machine: { ...machine, state: "proceeding" }, effects };
  }
  return machine.isInvite ? inviteEnds(machine, status, timers) : requestEnds(machine);
}

function inviteEnds(machine: ServerMachine, status: number, timers: TimerValues): ServerStep {
  const effects: ServerEffect[] = [
    { type: "stop-timer", timer: "abandon" },
    { type: "stop-timer", timer: "ringing" },
    { type: "send-response" },
    { type: "start-timer", timer: "linger", afterMs: timers.timeout },
  ];
  if (status < 300) return { machine: { ...machine, state: "accepted" }, effects };
  if (!machine.isReliable) effects.push({ type: "start-timer", timer: "retransmit", afterMs: timers.t1 });
  return { machine: { ...machine, state: "completed" }, effects };
}

function requestEnds(machine: ServerMachine): ServerStep {
  const effects: ServerEffect[] = [{ type: "stop-timer", timer: "abandon" }, { type: "send-response" }];
  if (!machine.isReliable) effects.push({ type: "keep-answer" });
  return { machine: { ...machine, state: "terminated" }, effects };
}

function isOpen({ state }: ServerMachine): boolean {
  return state === "trying" || state === "proceeding";
}

function timerFired(machine: ServerMachine, timer: ServerTimer, timers: TimerValues): ServerStep {
  if (timer === "ringing") {
    const again: ServerEffect = { type: "start-timer", timer: "ringing", afterMs: timers.ringing };
    return {
      machine,
      effects: machine.isInvite && machine.state === "proceeding" ? [{ type: "still-ringing" }, again] : [],
    };
  }
  if (timer === "abandon" && machine.isInvite && isOpen(machine))
    return { machine, effects: [{ type: "application-silent" }] };
  if (timer !== "retransmit") {
    const ends = timer === "abandon" ? isOpen(machine) : !isOpen(machine) && machine.state !== "terminated";
    return ends ? { machine: { ...machine, state: "terminated" }, effects: [] } : unchanged(machine);
  }
  if (machine.state !== "completed" || !machine.isInvite) return unchanged(machine);
  const next = Math.min(machine.intervalMs * 2, timers.t2);
  const effects: ServerEffect[] = [
    { type: "repeat-response" },
    { type: "start-timer", timer: "retransmit", afterMs: next },
  ];
  return { machine: { ...machine, intervalMs: next }, effects };
}

function unchanged(machine: ServerMachine): ServerStep {
  return { machine, effects: [] };
}
