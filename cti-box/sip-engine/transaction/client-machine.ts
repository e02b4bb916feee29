/**
 * Client transactions (RFC 3261 §17.1, RFC 6026 §7.2), as pure machines.
 *
 *   INVITE      calling ─1xx─▶ proceeding ─2xx─▶ accepted ─timer M─▶ terminated
 *                  │  └────────────┬─3xx-6xx──▶ completed ─timer D─▶ terminated
 *                  └ timer B, transport error ─▶ terminated (408, 503 made here)
 *                                 proceeding, CANCEL sent, no final answer in 64·T1 ─▶ terminated (408 made here)
 *   non-INVITE  trying ─1xx─▶ proceeding ─final─▶ terminated
 *                  └──────────────┴ timer F, transport error ─▶ terminated
 *
 * `retransmit` is timer A or E. On a reliable transport nothing is repeated and D is zero.
 * Timer K is not run: a copy of an answer finds no transaction and is dropped, which is all that K is for. An accepted INVITE may end once its ACK went out:
 * what is left of it for timer M is its name (remnants.ts).
 */
import type { TimerValues } from "./timers.ts";

export type ClientState = "calling" | "trying" | "proceeding" | "accepted" | "completed" | "terminated";
export type ClientTimer = "retransmit" | "timeout" | "linger";

export type ClientEvent =
  | { type: "start" }
  | { type: "response"; status: number }
  | { type: "timer"; timer: ClientTimer }
  /** A CANCEL went out for this INVITE: from now on its final answer is not waited for without end (RFC 3261 §9.1). */
  | { type: "cancel-sent" }
  | { type: "transport-failed" };

export type ClientEffect =
  | { type: "send-request" }
  /** ACK of a 3xx-6xx; the ACK of a 2xx is the dialog's. */
  | { type: "send-ack" }
  | { type: "pass-response" }
  /** No answer came: a 408 is made here. */
  | { type: "timed-out" }
  /** The request could not be sent: a 503 is made here. */
  | { type: "not-sent" }
  | { type: "start-timer"; timer: ClientTimer; afterMs: number }
  | { type: "stop-timer"; timer: ClientTimer };

export type ClientMachine = { isInvite: boolean; isReliable: boolean; state: ClientState; intervalMs: number };
export type ClientStep = { machine: ClientMachine; effects: ClientEffect[] };

export function clientMachine(isInvite: boolean, isReliable: boolean, timers: TimerValues): ClientMachine {
  return { isInvite, isReliable, state: isInvite ? "calling" : "trying", intervalMs: timers.t1 };
}

/** One step. An event that does not belong to the state changes nothing. */
export function applyClientEvent(machine: ClientMachine, event: ClientEvent, timers: TimerValues): ClientStep {
  switch (event.type) {
    case "start":
      return started(machine, timers);
    case "response":
      return machine.isInvite ? inviteAnswered(machine, event.status, timers) : answered(machine, event.status);
    case "timer":
      return timerFired(machine, event.timer, timers);
    case "cancel-sent":
      return machine.isInvite && machine.state === "proceeding"
        ? { machine, effects: [{ type: "start-timer", timer: "timeout", afterMs: timers.timeout }] }
        : unchanged(machine);
    case "transport-failed":
      return isWaiting(machine.state) ? ended(machine, [{ type: "not-sent" }]) : unchanged(machine);
  }
}

function started(machine: ClientMachine, timers: TimerValues): ClientStep {
  const effects: ClientEffect[] = [
    { type: "send-request" },
    { type: "start-timer", timer: "timeout", afterMs: timers.timeout },
  ];
  if (!machine.isReliable) effects.push({ type: "start-timer", timer: "retransmit", afterMs: timers.t1 });
  return { machine, effects };
}

function inviteAnswered(machine: ClientMachine, status: number, timers: TimerValues): ClientStep {
  const { state } = machine;
  if (state === "accepted") {
    // Repeated 2xx, or the 2xx of another branch: both go up (RFC 6026 §7.2).
    return status >= 200 && status < 300 ? { machine, effects: [{ type: "pass-response" }] } : unchanged(machine);
  }
  if (state === "completed") return status >= 300 ? { machine, effects: [{ type: "send-ack" }] } : unchanged(machine);
  if (state !== "calling" && state !== "proceeding") return unchanged(machine);
  // A further provisional stops nothing: the timer that runs now, if any, is the one of a CANCEL.
  if (status < 200 && state === "proceeding") return { machine, effects: [{ type: "pass-response" }] };
  const stop = stopWaiting(machine);
  if (status < 200)
    return { machine: { ...machine, state: "proceeding" }, effects: [...stop, { type: "pass-response" }] };
  if (status < 300) {
    const effects: ClientEffect[] = [
      ...stop,
      { type: "pass-response" },
      { type: "start-timer", timer: "linger", afterMs: timers.timeout },
    ];
    return { machine: { ...machine, state: "accepted" }, effects };
  }
  const effects: ClientEffect[] = [...stop, { type: "send-ack" }, { type: "pass-response" }];
  if (machine.isReliable) return { machine: { ...machine, state: "terminated" }, effects };
  effects.push({ type: "start-timer", timer: "linger", afterMs: timers.d });
  return { machine: { ...machine, state: "completed" }, effects };
}

function answered(machine: ClientMachine, status: number): ClientStep {
  if (machine.state !== "trying" && machine.state !== "proceeding") return unchanged(machine);
  if (status < 200) return { machine: { ...machine, state: "proceeding" }, effects: [{ type: "pass-response" }] };
  return ended(machine, [{ type: "pass-response" }]);
}

function timerFired(machine: ClientMachine, timer: ClientTimer, timers: TimerValues): ClientStep {
  if (timer === "linger") {
    const lingers = machine.state === "accepted" || machine.state === "completed";
    return lingers ? { machine: { ...machine, state: "terminated" }, effects: [] } : unchanged(machine);
  }
  if (timer === "timeout")
    return isWaiting(machine.state) ? ended(machine, [{ type: "timed-out" }]) : unchanged(machine);
  const repeats =
    machine.state === "calling" || machine.state === "trying" || (!machine.isInvite && machine.state === "proceeding");
  if (!repeats) return unchanged(machine);
  const next = nextInterval(machine, timers);
  const effects: ClientEffect[] = [
    { type: "send-request" },
    { type: "start-timer", timer: "retransmit", afterMs: next },
  ];
  return { machine: { ...machine, intervalMs: next }, effects };
}

/** Timer A doubles without end; timer E doubles up to T2, and is T2 once a provisional came. */
function nextInterval(machine: ClientMachine, timers: TimerValues): number {
  if (machine.isInvite) return machine.intervalMs * 2;
  return machine.state === "proceeding" ? timers.t2 : Math.min(machine.intervalMs * 2, timers.t2);
}

/** An INVITE that rings has no timer B any more; its owner decides how long it may ring. */
function isWaiting(state: ClientState): boolean {
  return state === "calling" || state === "trying" || state === "proceeding";
}

function stopWaiting(machine: ClientMachine): ClientEffect[] {
  const effects: ClientEffect[] = [{ type: "stop-timer", timer: "timeout" }];
  if (!machine.isReliable) effects.push({ type: "stop-timer", timer: "retransmit" });
  return effects;
}

function ended(machine: ClientMachine, effects: ClientEffect[]): ClientStep {
  return { machine: { ...machine, state: "terminated" }, effects: [...stopWaiting(machine), ...effects] };
}

function unchanged(machine: ClientMachine): ClientStep {
  return { machine, effects: [] };
}
