import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { emptyEntry, presenceOf } from "../operator/operator-desk.ts";
import { chooseOperators } from "./choose-operator.ts";
import { hasSkills, nothingRequired } from "./skills.ts";
import type { OperatorId } from "../call/ids.ts";
import type { DeskEntry } from "../operator/operator-desk.ts";
import type { OperatorWanted } from "./choose-operator.ts";
import type { OperatorSkills } from "./skills.ts";

const italian: OperatorSkills = { topics: [], languages: ["it"], needs: [] };
const device = { uri: "sip:x@192.0.2.7", nextHop: null, media: "rtp" } as const;

function operator(name: string, change: Partial<DeskEntry> = {}): DeskEntry {
  const profile = { operatorId: name as OperatorId, queueIds: ["urp"], skills: italian, priority: 5 };
  return { ...emptyEntry(profile), devices: [{ device, account: "phone" }], ...change };
}

function wanted(change: Partial<OperatorWanted> = {}): OperatorWanted {
  const basis = { queueId: "urp", distribution: "longest-idle", required: nothingRequired } as const;
  return { ...basis, except: [], lastRung: null, nowMs: 1000, ...change };
}

const anna = operator("anna", { idleSinceMs: 30, priority: 2 });
const bruno = operator("bruno", { idleSinceMs: 10, priority: 3 });
const carla = operator("carla", { idleSinceMs: 20, priority: 2, skills: { ...italian, languages: ["it", "en"] } });
const dario = operator("dario", {
  skills: { ...italian, topics: ["casa"], needs: ["deaf"] },
  idleSinceMs: 40,
  priority: 9,
});
const all = [anna, bruno, carla, dario];
const id = (name: string): OperatorId => name as OperatorId;

describe("the operator who is rung", () => {
  it.each([
    ["the longest idle one", wanted(), ["bruno"]],
    ["the next longest idle one when one did not take it", wanted({ except: [id("bruno")] }), ["carla"]],
    ["the lowest priority number, the longer idle among equals", wanted({ distribution: "priority" }), ["carla"]],
    ["the first in turn when nobody was rung yet", wanted({ distribution: "round-robin" }), ["anna"]],
    ["the next in turn", wanted({ distribution: "round-robin", lastRung: id("anna") }), ["bruno"]],
    ["the first again after the last", wanted({ distribution: "round-robin", lastRung: id("dario") }), ["anna"]],
    ["who speaks the language", wanted({ required: { ...nothingRequired, language: "en" } }), ["carla"]],
    ["who is trained for the need", wanted({ required: { ...nothingRequired, need: "deaf" } }), ["dario"]],
    [
      "who knows the subject or all of them",
      wanted({ required: { ...nothingRequired, topic: "tasse" }, except: [id("bruno")] }),
      ["carla"],
    ],
    [
      "all who are free, where the queue rings all",
      wanted({ distribution: "ring-all" }),
      ["bruno", "carla", "anna", "dario"],
    ],
    [
      "all but who did not take it",
      wanted({ distribution: "ring-all", except: [id("carla")] }),
      ["bruno", "anna", "dario"],
    ],
    ["one for a call back, also there", wanted({ distribution: "ring-all", rings: "one" }), ["bruno"]],
    ["nobody without the skill", wanted({ required: { ...nothingRequired, language: "de" } }), []],
    ["nobody of another queue", wanted({ queueId: "tributi" }), []],
  ])("%s", (_name, order, expected) => {
    expect(chooseOperators(all, order).map((one) => one.operatorId)).toEqual(expected);
  });

  const entryOf = fc.record({
    idleSinceMs: fc.nat(5),
    priority: fc.integer({ min: 1, max: 3 }),
    availability: fc.constantFrom("available", "away"),
    queueIds: fc.subarray(["urp", "tributi"]),
    skills: fc.record({
      topics: fc.subarray(["casa", "tasse"]),
      languages: fc.subarray(["it", "en"]),
      needs: fc.subarray(["deaf", "blind"] as const),
    }),
  });
  const order = fc.record({
    queueId: fc.constantFrom("urp", "tributi"),
    distribution: fc.constantFrom("longest-idle", "round-robin", "priority", "ring-all"),
    required: fc.record({
      topic: fc.constantFrom(null, "casa"),
      language: fc.constantFrom(null, "en"),
      need: fc.constantFrom(null, "deaf"),
    }),
    except: fc.subarray(["0", "1"] as OperatorId[]),
    lastRung: fc.constantFrom(null, "0" as OperatorId, "3" as OperatorId),
  });

  it("is somebody whenever somebody is free, serves the queue and has the skills, and nobody else", () => {
    fc.assert(
      fc.property(fc.array(entryOf, { maxLength: 8 }), order, (given, asked) => {
        const entries = given.map((change, index) => operator(String(index), change));
        const fit = entries.filter(
          (entry) =>
            entry.queueIds.includes(asked.queueId) &&
            presenceOf(entry, 1000) === "available" &&
            hasSkills(entry.skills, asked.required) &&
            !asked.except.includes(entry.operatorId),
        );
        const chosen = chooseOperators(entries, { ...asked, nowMs: 1000 });
        const expected = asked.distribution === "ring-all" ? fit.length : Math.min(1, fit.length);
        expect(chosen).toHaveLength(expected);
        for (const one of chosen) expect(fit).toContain(one);
      }),
    );
  });

  it("round robin gives everybody the same number of calls, whoever is idle how long", () => {
    fc.assert(
      fc.property(
        fc.array(entryOf, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 5 }),
        (given, rounds) => {
          const free = { availability: "available", queueIds: ["urp"], skills: italian } as const;
          const entries = given.map((change, index) => operator(String(index), { ...change, ...free }));
          const calls = new Map<string, number>();
          let lastRung: OperatorId | null = null;
          for (let call = 0; call < rounds * entries.length; call += 1) {
            lastRung =
              chooseOperators(entries, wanted({ distribution: "round-robin", lastRung }))[0]?.operatorId ?? null;
            calls.set(String(lastRung), (calls.get(String(lastRung)) ?? 0) + 1);
          }
          expect([...calls.values()]).toEqual(entries.map(() => rounds));
        },
      ),
    );
  });
});
