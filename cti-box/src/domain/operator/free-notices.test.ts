/** Who is told when a busy colleague is free again. */
import { expect, test } from "vitest";
import { applyFreeNoticeEvent, longestNoticeMs } from "./free-notices.ts";
import type { FreeNoticeEffect, FreeNoticeEvent, FreeNotices } from "./free-notices.ts";
import type { OperatorId } from "../call/ids.ts";

const anna = "anna" as OperatorId;
const bruno = "bruno" as OperatorId;
const carla = "carla" as OperatorId;
const pair = { askedBy: anna, colleague: bruno };
const notice = { ...pair, untilMs: 1000 + longestNoticeMs };
const other = { askedBy: carla, colleague: bruno, untilMs: 900 + longestNoticeMs };
const looked = (atMs: number, ...free: OperatorId[]): FreeNoticeEvent => ({
  type: "looked",
  atMs,
  free: new Set(free),
});
const tell = (askedBy: OperatorId): FreeNoticeEffect => ({ type: "tell-free", askedBy, colleague: bruno });

type Row = [string, FreeNotices, FreeNoticeEvent, FreeNotices, FreeNoticeEffect[]];

test.each<Row>([
  ["asked: half an hour", [], { type: "asked", atMs: 1000, ...pair }, [notice], []],
  [
    "asked again: one notice, the half hour begins anew",
    [notice, other],
    { type: "asked", atMs: 5000, ...pair },
    [other, { ...notice, untilMs: 5000 + longestNoticeMs }],
    [],
  ],
  ["nobody waits for himself", [], { type: "asked", atMs: 1, askedBy: anna, colleague: anna }, [], []],
  ["the colleague still talks", [notice], looked(2000, anna), [notice], []],
  ["who asked talks now", [notice], looked(2000, bruno), [notice], []],
  [
    "both free: told, and kept until somebody has heard it",
    [notice],
    looked(2000, anna, bruno),
    [notice],
    [tell(anna)],
  ],
  [
    "several who asked are told in their order",
    [other, notice],
    looked(2000, anna, bruno, carla),
    [other, notice],
    [tell(carla), tell(anna)],
  ],
  ["told: gone", [notice, other], { type: "told", ...pair }, [other], []],
  ["cancelled: gone", [notice, other], { type: "cancelled", ...pair }, [other], []],
  ["cancelled without having asked", [other], { type: "cancelled", ...pair }, [other], []],
  ["the last moment of the half hour", [notice], looked(notice.untilMs - 1, anna, bruno), [notice], [tell(anna)]],
  ["after half an hour nobody is told any more", [notice], looked(notice.untilMs, anna, bruno), [], []],
])("%s", (...row) => {
  const [, before, event, after, effects] = row;
  expect(applyFreeNoticeEvent(before, event)).toEqual({ notices: after, effects });
});
