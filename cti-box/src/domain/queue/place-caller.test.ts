import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { placeCaller } from "./place-caller.ts";
import type { QueueRules } from "./place-caller.ts";

const mondayAtTen = Date.parse("2026-11-23T09:00:00Z");
const weekdays = {
  timeZone: "Europe/Rome",
  weekly: { "1": ["08:30-13:00"] },
  holidays: "italian",
  patronDay: null,
  closures: [],
} as const;
const never = { ...weekdays, weekly: {} };

function rules(change: Partial<QueueRules> = {}): QueueRules {
  return { hours: null, closedQueueId: null, maxLength: null, overflowQueueId: null, ...change };
}

function place(queues: Record<string, Partial<QueueRules>>, waiting: Record<string, number> = {}) {
  const map = new Map(Object.entries(queues).map(([queueId, change]) => [queueId, rules(change)]));
  return placeCaller(map, "urp", { atMs: mondayAtTen, waitingIn: (queueId) => waiting[queueId] ?? 0 });
}

describe("a new caller", () => {
  it.each([
    ["joins a queue without rules", place({}), { kind: "queue", queueId: "urp" }],
    ["joins an open queue", place({ urp: { hours: weekdays } }), { kind: "queue", queueId: "urp" }],
    [
      "is turned away when closed",
      place({ urp: { hours: never } }),
      { kind: "turned-away", queueId: "urp", why: "out-of-hours" },
    ],
    [
      "goes to the queue that stands in for a closed one",
      place({ urp: { hours: never, closedQueueId: "centralino" }, centralino: {} }),
      { kind: "queue", queueId: "centralino" },
    ],
    ["joins while there is room", place({ urp: { maxLength: 2 } }, { urp: 1 }), { kind: "queue", queueId: "urp" }],
    [
      "is turned away when full",
      place({ urp: { maxLength: 2 } }, { urp: 2 }),
      { kind: "turned-away", queueId: "urp", why: "queue-full" },
    ],
    [
      "goes to the overflow queue of a full one",
      place({ urp: { maxLength: 2, overflowQueueId: "back" }, back: {} }, { urp: 2 }),
      { kind: "queue", queueId: "back" },
    ],
    [
      "is turned away by a full overflow queue",
      place({ urp: { maxLength: 2, overflowQueueId: "back" }, back: { maxLength: 1 } }, { urp: 2, back: 1 }),
      { kind: "turned-away", queueId: "back", why: "queue-full" },
    ],
    [
      "is turned away by queues that overflow into each other",
      place(
        { urp: { maxLength: 1, overflowQueueId: "back" }, back: { maxLength: 1, overflowQueueId: "urp" } },
        { urp: 1, back: 1 },
      ),
      { kind: "turned-away", queueId: "back", why: "queue-full" },
    ],
  ])("%s", (_name, placement, expected) => {
    expect(placement).toEqual(expected);
  });

  it("never joins a queue that is closed or full, and is turned away only when no queue on the way has room", () => {
    const id = fc.constantFrom("a", "b", "c", "d");
    const rule = fc.record({
      hours: fc.constantFrom(null, weekdays, never),
      closedQueueId: fc.option(id),
      maxLength: fc.option(fc.integer({ min: 1, max: 3 })),
      overflowQueueId: fc.option(id),
    });
    const waiting = fc.record({ a: fc.nat(4), b: fc.nat(4), c: fc.nat(4), d: fc.nat(4) });
    const queues = fc.record({ a: rule, b: rule, c: rule, d: rule });
    fc.assert(
      fc.property(queues, waiting, id, (given, lengths, dialled) => {
        const map = new Map<string, QueueRules>(Object.entries(given));
        const waitingIn = (queueId: string): number => lengths[queueId as "a"];
        const placement = placeCaller(map, dialled, { atMs: mondayAtTen, waitingIn });
        const { hours = null, maxLength = null } = map.get(placement.queueId) ?? {};
        const isClosed = hours === never;
        const isFull = maxLength !== null && waitingIn(placement.queueId) >= maxLength;
        expect(placement.kind === "turned-away").toBe(isClosed || isFull);
        if (placement.kind === "turned-away") expect(placement.why).toBe(isClosed ? "out-of-hours" : "queue-full");
      }),
    );
  });
});
