/** Every state × event of client transactions (RFC 3261 §17.1, RFC 6026 §7.2). */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  applyClientEvent,
  clientMachine,
  type ClientEffect,
  type ClientEvent,
  type ClientMachine,
  type ClientState,
} from "./client-machine.ts";
import { timerValues } from "./timers.ts";

const timers = timerValues();

const events: Record<string, ClientEvent> = {
  "1xx": { type: "response", status: 180 },
  "2xx": { type: "response", status: 200 },
  "3xx-6xx": { type: "response", status: 486 },
  "timer A/E": { type: "timer", timer: "retransmit" },
  "timer B/F": { type: "timer", timer: "timeout" },
  "timer D/M": { type: "timer", timer: "linger" },
  "transport error": { type: "transport-failed" },
  "cancel sent": { type: "cancel-sent" },
};

/** Effects in one line: `send ack pass +linger=32000 -timeout`. */
function shown(effects: ClientEffect[]): string {
  return effects
    .map((effect) => {
      if (effect.type === "start-timer") return `+${effect.timer}=${effect.afterMs}`;
      if (effect.type === "stop-timer") return `-${effect.timer}`;
      return {
        "send-request": "send",
        "send-ack": "ack",
        "pass-response": "pass",
        "timed-out": "408",
        "not-sent": "503",
      }[effect.type];
    })
    .join(" ");
}

function step(machine: ClientMachine, event: string): string {
  const { machine: after, effects } = applyClientEvent(machine, events[event] as ClientEvent, timers);
  return `${after.state}: ${shown(effects)}`.trim();
}

const at = (isInvite: boolean, isReliable: boolean, state: ClientState): ClientMachine => ({
  ...clientMachine(isInvite, isReliable, timers),
  state,
});

const quiet = (state: ClientState): Record<string, string> =>
  Object.fromEntries(Object.keys(events).map((event) => [event, `${state}:`]));

const invite: Record<string, Record<string, string>> = {
  calling: {
    "1xx": "proceeding: -timeout -retransmit pass",
    "2xx": "accepted: -timeout -retransmit pass +linger=32000",
    "3xx-6xx": "completed: -timeout -retransmit ack pass +linger=32000",
    "timer A/E": "calling: send +retransmit=1000",
    "timer B/F": "terminated: -timeout -retransmit 408",
    "timer D/M": "calling:",
    "transport error": "terminated: -timeout -retransmit 503",
    "cancel sent": "calling:",
  },
  proceeding: {
    "1xx": "proceeding: pass",
    "2xx": "accepted: -timeout -retransmit pass +linger=32000",
    "3xx-6xx": "completed: -timeout -retransmit ack pass +linger=32000",
    "timer A/E": "proceeding:",
    "timer B/F": "terminated: -timeout -retransmit 408",
    "timer D/M": "proceeding:",
    "transport error": "terminated: -timeout -retransmit 503",
    // RFC 3261 §9.1: no final answer in 64·T1 after the CANCEL ends the INVITE.
    "cancel sent": "proceeding: +timeout=32000",
  },
  accepted: { ...quiet("accepted"), "2xx": "accepted: pass", "timer D/M": "terminated:" },
  completed: { ...quiet("completed"), "3xx-6xx": "completed: ack", "timer D/M": "terminated:" },
  terminated: quiet("terminated"),
};

const other: Record<string, Record<string, string>> = {
  trying: {
    "1xx": "proceeding: pass",
    "2xx": "terminated: -timeout -retransmit pass",
    "3xx-6xx": "terminated: -timeout -retransmit pass",
    "timer A/E": "trying: send +retransmit=1000",
    "timer B/F": "terminated: -timeout -retransmit 408",
    "timer D/M": "trying:",
    "transport error": "terminated: -timeout -retransmit 503",
    "cancel sent": "trying:",
  },
  proceeding: {
    "1xx": "proceeding: pass",
    "2xx": "terminated: -timeout -retransmit pass",
    "3xx-6xx": "terminated: -timeout -retransmit pass",
    "timer A/E": "proceeding: send +retransmit=4000",
    "timer B/F": "terminated: -timeout -retransmit 408",
    "timer D/M": "proceeding:",
    "transport error": "terminated: -timeout -retransmit 503",
    "cancel sent": "proceeding:",
  },
  terminated: quiet("terminated"),
};

const table = (states: typeof invite): [string, string, string][] =>
  Object.entries(states).flatMap(([state, row]) =>
    Object.entries(row).map(([event, after]): [string, string, string] => [state, event, after]),
  );

describe("an INVITE over UDP", () => {
  it.each(table(invite))("%s, %s → %s", (state, event, after) => {
    expect(step(at(true, false, state as ClientState), event)).toBe(after);
  });
});

describe("any other request over UDP", () => {
  it.each(table(other))("%s, %s → %s", (state, event, after) => {
    expect(step(at(false, false, state as ClientState), event)).toBe(after);
  });
});

describe("over a connection", () => {
  const start = (isInvite: boolean): string =>
    shown(applyClientEvent(clientMachine(isInvite, true, timers), { type: "start" }, timers).effects);
  it("nothing is repeated", () => {
    expect(start(true)).toBe("send +timeout=32000");
    expect(start(false)).toBe("send +timeout=32000");
  });
  it.each([
    [true, "calling", "3xx-6xx", "terminated: -timeout ack pass"],
    [true, "proceeding", "2xx", "accepted: -timeout pass +linger=32000"],
    [false, "trying", "2xx", "terminated: -timeout pass"],
    [false, "proceeding", "3xx-6xx", "terminated: -timeout pass"],
  ] as const)("timers D and K are zero (INVITE: %s, %s, %s)", (...[isInvite, state, event, after]) => {
    expect(step(at(isInvite, true, state), event)).toBe(after);
  });
});

describe("timers", () => {
  function intervals(machine: ClientMachine, count: number): number[] {
    const found: number[] = [];
    let now = machine;
    for (let turn = 0; turn < count; turn += 1) {
      const next = applyClientEvent(now, { type: "timer", timer: "retransmit" }, timers);
      const started = next.effects.find((effect) => effect.type === "start-timer");
      if (started?.type === "start-timer") found.push(started.afterMs);
      now = next.machine;
    }
    return found;
  }

  it("the values of RFC 3261 table 4", () => {
    expect(timers).toMatchObject({ t1: 500, t2: 4_000, t4: 5_000, timeout: 32_000 });
    // Timer D: "greater than 32 s".
    expect(timers.d).toBeGreaterThanOrEqual(32_000);
  });
  it("A starts at T1 and doubles without end; E doubles up to T2, and is T2 after a provisional", () => {
    const start = (isInvite: boolean): string =>
      shown(applyClientEvent(clientMachine(isInvite, false, timers), { type: "start" }, timers).effects);
    expect(start(true)).toBe("send +timeout=32000 +retransmit=500");
    expect(start(false)).toBe("send +timeout=32000 +retransmit=500");
    expect(intervals(at(true, false, "calling"), 5)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
    expect(intervals(at(false, false, "trying"), 5)).toEqual([1_000, 2_000, 4_000, 4_000, 4_000]);
    expect(intervals(at(false, false, "proceeding"), 2)).toEqual([4_000, 4_000]);
  });
});

describe("random sequences", () => {
  it("terminated is final, every waiting state has a timer or a word to end it, and only one final answer is passed", () => {
    const event = fc.constantFrom(...Object.values(events));
    fc.assert(
      fc.property(fc.boolean(), fc.boolean(), fc.array(event, { maxLength: 30 }), (isInvite, isReliable, sequence) => {
        let { machine, effects } = applyClientEvent(
          clientMachine(isInvite, isReliable, timers),
          { type: "start" },
          timers,
        );
        const running = new Set<string>();
        let outcomes = 0;
        const note = (done: ClientEffect[]): void => {
          for (const effect of done) {
            if (effect.type === "start-timer") running.add(effect.timer);
            if (effect.type === "stop-timer") running.delete(effect.timer);
            if (effect.type === "timed-out" || effect.type === "not-sent") outcomes += 1;
          }
        };
        note(effects);
        for (const each of sequence) {
          if (each.type === "timer" && !running.delete(each.timer)) continue;
          const before = machine.state;
          ({ machine, effects } = applyClientEvent(machine, each, timers));
          note(effects);
          if (before === "terminated") expect(effects).toEqual([]);
          if (effects.some(({ type }) => type === "pass-response") && each.type === "response" && each.status >= 300)
            outcomes += 1;
          if (machine.state === "calling" || machine.state === "trying") expect(running).toContain("timeout");
          if (machine.state === "accepted" || machine.state === "completed") expect([...running]).toEqual(["linger"]);
        }
        expect(outcomes).toBeLessThanOrEqual(1);
      }),
    );
  });
});
