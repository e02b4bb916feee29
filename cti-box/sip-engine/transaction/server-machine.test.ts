/** Every state × event of server transactions (RFC 3261 §17.2, RFC 6026 §7.1). */
import { describe, expect, it } from "vitest";
import {
  applyServerEvent,
  serverMachine,
  type ServerEffect,
  type ServerEvent,
  type ServerMachine,
  type ServerState,
} from "./server-machine.ts";
import { timerValues } from "./timers.ts";

const timers = timerValues();

const events: Record<string, ServerEvent> = {
  "request again": { type: "request-again" },
  ACK: { type: "ack" },
  "answer 1xx": { type: "respond", status: 180 },
  "answer 2xx": { type: "respond", status: 200 },
  "answer 3xx-6xx": { type: "respond", status: 486 },
  "timer G": { type: "timer", timer: "retransmit" },
  "timer H/I/J/L": { type: "timer", timer: "linger" },
  "application silent": { type: "timer", timer: "abandon" },
  "a minute of ringing": { type: "timer", timer: "ringing" },
};

function shown(effects: ServerEffect[]): string {
  return effects
    .map((effect) => {
      if (effect.type === "start-timer") return `+${effect.timer}=${effect.afterMs}`;
      if (effect.type === "stop-timer") return `-${effect.timer}`;
      return {
        "send-response": "send",
        "repeat-response": "repeat",
        refuse: "refuse",
        "application-silent": "504",
        "keep-answer": "keep",
        "still-ringing": "ring",
      }[effect.type];
    })
    .join(" ");
}

const at = (isInvite: boolean, isReliable: boolean, state: ServerState): ServerMachine => ({
  ...serverMachine(isInvite, isReliable, timers),
  state,
});

function step(machine: ServerMachine, event: string): string {
  const { machine: after, effects } = applyServerEvent(machine, events[event] as ServerEvent, timers);
  return `${after.state}: ${shown(effects)}`.trim();
}

/** A state in which nothing happens but that answers are refused. */
const quiet = (state: ServerState): Record<string, string> =>
  Object.fromEntries(
    Object.keys(events).map((event) => [event, event.startsWith("answer") ? `${state}: refuse` : `${state}:`]),
  );

const invite: Record<string, Record<string, string>> = {
  proceeding: {
    "request again": "proceeding: repeat",
    ACK: "proceeding:",
    "answer 1xx": "proceeding: send -abandon +ringing=60000",
    "answer 2xx": "accepted: -abandon -ringing send +linger=32000",
    "answer 3xx-6xx": "completed: -abandon -ringing send +linger=32000 +retransmit=500",
    "timer G": "proceeding:",
    "timer H/I/J/L": "proceeding:",
    "application silent": "proceeding: 504",
    "a minute of ringing": "proceeding: ring +ringing=60000",
  },
  completed: {
    ...quiet("completed"),
    "request again": "completed: repeat",
    ACK: "confirmed: -retransmit +linger=5000",
    "timer G": "completed: repeat +retransmit=1000",
    "timer H/I/J/L": "terminated:",
  },
  accepted: { ...quiet("accepted"), "timer H/I/J/L": "terminated:" },
  confirmed: { ...quiet("confirmed"), "timer H/I/J/L": "terminated:" },
  terminated: quiet("terminated"),
};

const other: Record<string, Record<string, string>> = {
  trying: {
    "request again": "trying:",
    ACK: "trying:",
    "answer 1xx": "proceeding: send",
    "answer 2xx": "terminated: -abandon send keep",
    "answer 3xx-6xx": "terminated: -abandon send keep",
    "timer G": "trying:",
    "timer H/I/J/L": "trying:",
    "application silent": "terminated:",
    "a minute of ringing": "trying:",
  },
  proceeding: {
    "request again": "proceeding: repeat",
    ACK: "proceeding:",
    "answer 1xx": "proceeding: send",
    "answer 2xx": "terminated: -abandon send keep",
    "answer 3xx-6xx": "terminated: -abandon send keep",
    "timer G": "proceeding:",
    "timer H/I/J/L": "proceeding:",
    "application silent": "terminated:",
    "a minute of ringing": "proceeding:",
  },
  terminated: quiet("terminated"),
};

const table = (states: typeof invite): [string, string, string][] =>
  Object.entries(states).flatMap(([state, row]) =>
    Object.entries(row).map(([event, after]): [string, string, string] => [state, event, after]),
  );

describe("an INVITE over UDP", () => {
  it.each(table(invite))("%s, %s → %s", (state, event, after) => {
    expect(step(at(true, false, state as ServerState), event)).toBe(after);
  });

  it("timer G doubles up to T2", () => {
    let machine = at(true, false, "completed");
    const found: number[] = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const next = applyServerEvent(machine, { type: "timer", timer: "retransmit" }, timers);
      const started = next.effects.find((effect) => effect.type === "start-timer");
      if (started?.type === "start-timer") found.push(started.afterMs);
      machine = next.machine;
    }
    expect(found).toEqual([1_000, 2_000, 4_000, 4_000, 4_000]);
  });
});

describe("any other request over UDP", () => {
  it.each(table(other))("%s, %s → %s", (state, event, after) => {
    expect(step(at(false, false, state as ServerState), event)).toBe(after);
  });

  it("an application that says nothing for 64 s is not waited for; the 100 of the engine is not a word of its", () => {
    for (const isInvite of [true, false]) {
      const { effects } = applyServerEvent(serverMachine(isInvite, false, timers), { type: "start" }, timers);
      expect(shown(effects)).toBe("+abandon=64000");
    }
    const trying = applyServerEvent(at(true, false, "proceeding"), { type: "respond", status: 100 }, timers);
    expect(shown(trying.effects)).toBe("send");
  });
});

describe("over a connection", () => {
  it.each([
    [true, "proceeding", "answer 3xx-6xx", "completed: -abandon -ringing send +linger=32000"],
    [true, "completed", "ACK", "terminated: -retransmit -linger"],
    [true, "proceeding", "answer 2xx", "accepted: -abandon -ringing send +linger=32000"],
    [false, "trying", "answer 2xx", "terminated: -abandon send"],
  ] as const)("timers G, I and J are zero (INVITE: %s, %s, %s)", (...[isInvite, state, event, after]) => {
    expect(step(at(isInvite, true, state), event)).toBe(after);
  });
});
