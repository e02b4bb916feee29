/** Every state × event of reliable provisional responses (RFC 3262 §3), and whatever comes in whatever order. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { timerValues } from "../transaction/timers.ts";
import {
  applyReliableEvent,
  largestWaiting,
  reliableProvisionals,
  type ReliableEffect,
  type ReliableEvent,
  type ReliableProvisionals,
} from "./reliable-provisionals.ts";

const timers = timerValues();
type Machine = ReliableProvisionals<string>;
type Event = ReliableEvent<string>;

const events: Record<string, Event> = {
  provisional: { type: "provisional", order: "p" },
  "2xx": { type: "answer", order: "a" },
  "PRACK 7": { type: "prack", rseq: 7 },
  "PRACK 8": { type: "prack", rseq: 8 },
  "PRACK answered": { type: "prack-answered" },
  "T1 later": { type: "timer", timer: "repeat" },
  "64·T1 later": { type: "timer", timer: "give-up" },
  ended: { type: "ended" },
};

function shown(effect: ReliableEffect<string>): string {
  if (effect.type === "start-timer") return `+${effect.timer}=${effect.afterMs}`;
  if (effect.type === "stop-timer") return `-${effect.timer}`;
  if (effect.type === "send-provisional") return `send ${effect.order} ${effect.rseq}`;
  return "order" in effect ? `${effect.type} ${effect.order}` : effect.type;
}

function run(machine: Machine, list: Event[]): { machine: Machine; effects: ReliableEffect<string>[] } {
  const effects: ReliableEffect<string>[] = [];
  let current = machine;
  for (const event of list) {
    const step = applyReliableEvent(current, event, timers);
    current = step.machine;
    effects.push(...step.effects);
  }
  return { machine: current, effects };
}

const fresh = reliableProvisionals<string>(7);
const first: Event = { type: "provisional", order: "first" };
const states: Record<string, Event[]> = {
  idle: [],
  awaiting: [first],
  "awaiting, a 183 waits": [first, { type: "provisional", order: "183" }],
  "awaiting, the 2xx waits": [first, { type: "answer", order: "200" }],
  acknowledged: [first, { type: "prack", rseq: 7 }],
  "acknowledged, the 2xx waits": [first, { type: "answer", order: "200" }, { type: "prack", rseq: 7 }],
  "closed by a refusal, one outstanding": [first, { type: "ended" }],
  "closed by the 2xx": [{ type: "answer", order: "200" }],
};

const stop = "-repeat -give-up";
const send = (order: string, rseq: number): string => `awaiting: send ${order} ${rseq} +repeat=500 +give-up=32000`;
const same = (state: string, more: Record<string, string> = {}): Record<string, string> => ({
  provisional: `${state}:`,
  "2xx": `${state}:`,
  "PRACK 7": `${state}: refuse-prack`,
  "PRACK 8": `${state}: refuse-prack`,
  "PRACK answered": `${state}:`,
  "T1 later": `${state}:`,
  "64·T1 later": `${state}:`,
  ended: "closed:",
  ...more,
});
const closed = same("closed", { provisional: "closed: refuse-order p", "2xx": "closed: refuse-order a" });
const outstanding = {
  "PRACK 7": `acknowledged: ${stop} accept-prack`,
  "T1 later": "awaiting: repeat +repeat=1000",
  "64·T1 later": `closed: ${stop} give-up`,
  ended: `closed: ${stop}`,
};
const table: Record<string, Record<string, string>> = {
  idle: same("idle", { provisional: send("p", 7), "2xx": "closed: send-answer a" }),
  awaiting: same("awaiting", outstanding),
  "awaiting, a 183 waits": same("awaiting", {
    ...outstanding,
    "64·T1 later": `closed: ${stop} give-up refuse-order 183`,
    ended: `closed: ${stop} refuse-order 183`,
  }),
  "awaiting, the 2xx waits": same("awaiting", {
    ...outstanding,
    provisional: "awaiting: refuse-order p",
    "2xx": "awaiting: refuse-order a",
    "64·T1 later": `closed: ${stop} give-up refuse-order 200`,
    ended: `closed: ${stop} refuse-order 200`,
  }),
  acknowledged: same("acknowledged", { "PRACK answered": "idle:" }),
  "acknowledged, the 2xx waits": same("acknowledged", {
    provisional: "acknowledged: refuse-order p",
    "2xx": "acknowledged: refuse-order a",
    "PRACK answered": "closed: send-answer 200",
    ended: "closed: refuse-order 200",
  }),
  "closed by a refusal, one outstanding": { ...closed, "PRACK 7": "closed: accept-prack" },
  "closed by the 2xx": closed,
};

describe("reliable provisional responses", () => {
  it.each(
    Object.entries(table).flatMap(([state, row]) => Object.entries(row).map(([event, after]) => [state, event, after])),
  )("%s, %s → %s", (state = "", event = "", after = "") => {
    const before = run(fresh, states[state] ?? []).machine;
    const step = run(before, [events[event] as Event]);
    expect(`${step.machine.state}: ${step.effects.map(shown).join(" ")}`.trim()).toBe(after);
  });

  it("each has the number after the one before, and is sent when that one is acknowledged and its PRACK answered", () => {
    const done = run(fresh, [
      first,
      { type: "provisional", order: "second" },
      { type: "answer", order: "200" },
      { type: "prack", rseq: 7 },
      { type: "prack-answered" },
      { type: "prack", rseq: 8 },
      { type: "prack-answered" },
    ]);
    const sent = done.effects.filter(({ type }) => type.startsWith("send")).map(shown);
    expect(sent).toEqual(["send first 7", "send second 8", "send-answer 200"]);
  });

  it("is repeated at T1 and doubling, beyond T2", () => {
    let { machine } = run(fresh, [first]);
    const gaps: number[] = [];
    for (let turn = 0; turn < 6; turn += 1) {
      const step = applyReliableEvent(machine, { type: "timer", timer: "repeat" }, timers);
      machine = step.machine;
      for (const effect of step.effects) if (effect.type === "start-timer") gaps.push(effect.afterMs);
    }
    expect(gaps).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000]);
  });

  it("a PRACK is good once, also after a refusal", () => {
    const crossed = run(fresh, [first, { type: "ended" }, { type: "prack", rseq: 7 }, { type: "prack", rseq: 7 }]);
    expect(crossed.effects.map(shown).slice(-2)).toEqual(["accept-prack", "refuse-prack"]);
  });
});

describe("whatever happens in whatever order", () => {
  const event = fc.oneof(
    fc.nat(99).map((n): Event => ({ type: "provisional", order: `p${n}` })),
    fc.nat(99).map((n): Event => ({ type: "answer", order: `a${n}` })),
    fc.integer({ min: 1, max: 12 }).map((rseq): Event => ({ type: "prack", rseq })),
    fc.constantFrom<Event>(
      { type: "prack-answered" },
      { type: "timer", timer: "repeat" },
      { type: "timer", timer: "give-up" },
      { type: "ended" },
    ),
  );

  it("every order is sent or refused once, one is outstanding at most, nothing is sent after the 2xx, and the end stops both timers", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 120 }), (list) => {
        let machine = reliableProvisionals<string>(1);
        const running = new Set<string>();
        let settled = 0;
        let given = 0;
        let isAnswered = false;
        for (const next of [...list, { type: "ended" } as const]) {
          const step = applyReliableEvent(machine, next, timers);
          if ("order" in next) given += 1;
          for (const effect of step.effects) {
            if ("order" in effect) settled += 1;
            if (effect.type === "send-provisional") {
              expect(isAnswered).toBe(false);
              expect(machine.outstanding).toBeNull();
            }
            if (effect.type === "send-answer") isAnswered = true;
            if (effect.type === "start-timer") running.add(effect.timer);
            if (effect.type === "stop-timer") running.delete(effect.timer);
          }
          machine = step.machine;
          expect(machine.waiting.length).toBeLessThanOrEqual(largestWaiting);
        }
        expect(settled).toBe(given);
        expect([...running]).toEqual([]);
        expect(machine.state).toBe("closed");
      }),
      { numRuns: 2_000 },
    );
  });
});
