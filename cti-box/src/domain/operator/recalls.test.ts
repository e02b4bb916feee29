/** Who is called back when a busy colleague is free again, and in which order. */
import { expect, test } from "vitest";
import { applyRecallEvent, longestRecallMs } from "./recalls.ts";
import type { Recall, RecallEffect, RecallEvent, Recalls } from "./recalls.ts";
import type { OperatorId } from "../call/ids.ts";

const anna = "anna" as OperatorId;
const bruno = "bruno" as OperatorId;
const carla = "carla" as OperatorId;
const dora = "dora" as OperatorId;
const pair = { askedBy: anna, colleague: bruno };
const annas: Recall = { ...pair, untilMs: 1000 + longestRecallMs, stage: "waiting" };
const carlas: Recall = { askedBy: carla, colleague: bruno, untilMs: 900 + longestRecallMs, stage: "waiting" };
const doras: Recall = { askedBy: dora, colleague: carla, untilMs: 900 + longestRecallMs, stage: "waiting" };
const ringing = (recall: Recall): Recall => ({ ...recall, stage: "recalling" });
const looked = (atMs: number, ...free: OperatorId[]): RecallEvent => ({ type: "looked", atMs, free: new Set(free) });
const recall = ({ askedBy, colleague }: Recall): RecallEffect => ({ type: "recall", askedBy, colleague });

type Row = [string, Recalls, RecallEvent, Recalls, RecallEffect[]];

test.each<Row>([
  ["asked: half an hour", [], { type: "asked", atMs: 1000, ...pair }, [annas], []],
  [
    "asked again: the place is kept, the half hour begins anew",
    [annas, carlas],
    { type: "asked", atMs: 5000, ...pair },
    [{ ...annas, untilMs: 5000 + longestRecallMs }, carlas],
    [],
  ],
  ["nobody waits for himself", [], { type: "asked", atMs: 1, askedBy: anna, colleague: anna }, [], []],
  ["the colleague still talks", [annas], looked(2000, anna), [annas], []],
  ["who asked talks now", [annas], looked(2000, bruno), [annas], []],
  ["both free: called back", [annas], looked(2000, anna, bruno), [ringing(annas)], [recall(annas)]],
  [
    "of several who asked, the first: one recall at a time",
    [carlas, annas],
    looked(2000, anna, bruno, carla),
    [ringing(carlas), annas],
    [recall(carlas)],
  ],
  [
    "the first is not free: the next one has the turn",
    [carlas, annas],
    looked(2000, anna, bruno),
    [carlas, ringing(annas)],
    [recall(annas)],
  ],
  [
    "while one is called back, nobody else is for that colleague",
    [ringing(carlas), annas],
    looked(2000, anna, bruno),
    [ringing(carlas), annas],
    [],
  ],
  [
    "who is called back is not called at the same time",
    [ringing(carlas), doras],
    looked(2000, dora, carla),
    [ringing(carlas), doras],
    [],
  ],
  ["called back: gone", [ringing(annas), carlas], { type: "recalled", outcome: "done", ...pair }, [carlas], []],
  [
    "the colleague busy again: the place is kept",
    [ringing(annas), carlas],
    { type: "recalled", outcome: "busy", ...pair },
    [annas, carlas],
    [],
  ],
  ["cancelled: gone", [annas, carlas], { type: "cancelled", ...pair }, [carlas], []],
  ["cancelled without having asked", [carlas], { type: "cancelled", ...pair }, [carlas], []],
  ["half an hour over: gone", [annas], looked(1000 + longestRecallMs, anna, bruno), [], []],
  [
    "half an hour over while the phone rings: the call goes on",
    [ringing(annas)],
    looked(1000 + longestRecallMs),
    [ringing(annas)],
    [],
  ],
])("%s", (...row) => {
  const [, before, event, after, effects] = row;
  expect(applyRecallEvent(before, event)).toEqual({ recalls: after, effects });
});
