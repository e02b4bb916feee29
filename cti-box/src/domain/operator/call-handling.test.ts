import * as fc from "fast-check";
import { expect, test } from "vitest";
import { directionsFrom, directionsTo, mostForwards, plainHandling } from "./call-handling.ts";
import type { CallHandling, Destination, Operators, Situation } from "./call-handling.ts";
import type { OperatorId } from "../call/ids.ts";

const [anna, bruno, carla, dario] = ["anna", "bruno", "carla", "dario"] as OperatorId[] as [
  OperatorId,
  OperatorId,
  OperatorId,
  OperatorId,
];
const to = (operatorId: OperatorId) => ({ kind: "operator", operatorId }) as const;
const urp = { kind: "queue", queueId: "urp" } as const;

function operators(
  handlings: Record<string, Partial<CallHandling>>,
  situations: Record<string, Situation> = {},
): Operators {
  return {
    handlingOf: (operatorId) => ({ ...plainHandling, ...handlings[operatorId] }),
    situationOf: (operatorId) => situations[operatorId] ?? "free",
  };
}

const ringsAt = (operatorId: OperatorId, ringSeconds: number | null = null) =>
  ({ kind: "ring", operatorId, ringSeconds }) as const;
const nobody = (why: "busy" | "absent") => ({ kind: "nobody", why }) as const;
const late = { noAnswer: { target: urp, afterSeconds: 12 } };
type Row = { when: string; set?: Partial<CallHandling>; is: Situation; by?: string; goes: Destination };

const table: Row[] = [
  { when: "nothing is set", is: "free", goes: ringsAt(bruno) },
  { when: "nothing is set, busy", is: "busy", goes: nobody("busy") },
  { when: "nothing is set, away", is: "absent", goes: nobody("absent") },
  { when: "nothing is set, not to be disturbed", is: "undisturbed", goes: nobody("busy") },
  { when: "always", set: { always: to(carla) }, is: "free", by: "always", goes: ringsAt(carla) },
  { when: "always to a queue", set: { always: urp }, is: "free", by: "always", goes: urp },
  { when: "busy", set: { busy: to(carla) }, is: "busy", by: "busy", goes: ringsAt(carla) },
  { when: "busy, not to be disturbed", set: { busy: urp }, is: "undisturbed", by: "do-not-disturb", goes: urp },
  { when: "busy, but free", set: { busy: to(carla) }, is: "free", goes: ringsAt(bruno) },
  { when: "no answer", set: late, is: "free", goes: ringsAt(bruno, 12) },
  { when: "no answer, away", set: late, is: "absent", by: "no-answer", goes: urp },
];

test.each(table)("$when", ({ set = {}, is, by, goes }) => {
  const found = directionsTo(bruno, operators({ bruno: set }, { bruno: is }), [anna]);
  expect(found.forwards.map(({ cause }) => cause)).toEqual(by === undefined ? [] : [by]);
  expect(found.destination).toEqual(goes);
});

test("a call that was not taken goes on by the rule for that, if there is one", () => {
  const handling = { busy: urp, noAnswer: { target: to(carla), afterSeconds: 10 } };
  const all = operators({ bruno: handling });
  expect(directionsFrom({ operatorId: bruno, why: "busy" }, all, [anna])?.destination).toEqual(urp);
  expect(directionsFrom({ operatorId: bruno, why: "no-answer" }, all, [anna])?.destination).toMatchObject({
    kind: "ring",
    operatorId: carla,
  });
  expect(directionsFrom({ operatorId: bruno, why: "busy" }, operators({}), [anna])).toBe(null);
});

test.each([
  ["to each other", { bruno: { always: to(carla) }, carla: { always: to(bruno) } }],
  ["to the caller", { bruno: { always: to(anna) } }],
])("forwards %s end with nobody", (_what, handlings) => {
  expect(directionsTo(bruno, operators(handlings), [anna]).destination).toEqual({ kind: "nobody", why: "loop" });
});

test("whatever is set: an end within the bound, nobody is visited twice, and only free operators ring", () => {
  const login = fc.constantFrom(anna, bruno, carla, dario, ..."efghijk".split("").map((one) => one as OperatorId));
  const target = fc.option(fc.oneof({ weight: 8, arbitrary: login.map(to) }, fc.constant(urp)));
  const handling = fc.record({
    doNotDisturb: fc.boolean(),
    callWaiting: fc.boolean(),
    always: target,
    busy: target,
    noAnswer: target.map((one) => (one === null ? null : { target: one, afterSeconds: 10 })),
  });
  const situation = fc.constantFrom<Situation[]>("free", "busy", "undisturbed", "absent");
  const entries = fc.array(fc.tuple(login, handling, situation), { maxLength: 12 });
  fc.assert(
    fc.property(entries, login, (list, callee) => {
      const handlings = Object.fromEntries(list.map(([name, one]) => [name, one]));
      const situations = Object.fromEntries(list.map(([name, , one]) => [name, one]));
      const { forwards, destination } = directionsTo(callee, operators(handlings, situations), [anna]);
      expect(forwards.length).toBeLessThanOrEqual(mostForwards + 1);
      const visited = forwards.map(({ from }) => from);
      expect(new Set(visited).size).toBe(visited.length);
      if (destination.kind !== "ring") return;
      expect(visited).not.toContain(destination.operatorId);
      expect(situations[destination.operatorId] ?? "free").toBe("free");
    }),
    { numRuns: 500 },
  );
});
