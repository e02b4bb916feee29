/** Who called a colleague transfers that colleague: the two trade places, and the transfer is one like any other. */
import { describe, expect, test } from "vitest";
import {
  anna,
  annaAnswers,
  bruno,
  brunoAssigned,
  colleagueCall,
  device,
  effectNames,
  leg,
  namedIn,
  play,
  toldIn,
  transferId,
} from "../../../testing/call-builders.ts";
import { mayHold, mayTransfer } from "./command-guards.ts";
import { recordOf } from "./record-of.ts";
import { cardOf, engagementsOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { OperatorId, TransferId } from "./ids.ts";

const carla = "carla" as OperatorId;
const answered = (legId: string): UntimedEvent => ({ type: "leg-answered", legId: leg(legId) });
const hangsUp = (legId: string): UntimedEvent => ({ type: "leg-ended", legId: leg(legId), how: "bye" });
const talking: readonly UntimedEvent[] = [annaAnswers, brunoAssigned, answered("bruno-1")];
/** Anna, who called Bruno, wants him to speak with Carla. */
const toCarla = (mode: "blind" | "attended" = "blind"): UntimedEvent => ({
  type: "transfer-requested",
  operatorId: anna,
  transferId,
  mode,
  plan: { target: { kind: "operator", operatorId: carla }, legs: [{ legId: leg("carla-1"), device: device("carla") }] },
  ticketId: null,
  reason: "other",
  message: "",
  referrerLegId: null,
  trading: { caller: "Anna Bianchi", inCharge: "Bruno Verdi" },
});
const step = (events: readonly UntimedEvent[]) => play(colleagueCall(), events);
const part = (events: readonly UntimedEvent[], who: OperatorId) => cardOf(step(events).call, who)?.myState.kind;

test("the colleague hears music, and the third one rings with the colleague's name", () => {
  const asked = step([...talking, toCarla()]);
  expect(namedIn(asked.effects)).toEqual(["carla-1: bruno"]);
  expect(effectNames(asked.effects)).toEqual(
    expect.arrayContaining(["disconnect-media anna-1+bruno-1", "start-music bruno-1"]),
  );
  expect(asked.call).toMatchObject({
    phase: { kind: "transferring", operator: { kind: "waiting", legId: "anna-1" } },
    legs: [{ legId: "bruno-1", role: "caller" }, { legId: "anna-1", role: "operator" }, { legId: "carla-1" }],
  });
  expect(engagementsOf(asked.call)).toEqual(
    new Map([
      [bruno, "on-call"],
      [carla, "ringing"],
      [anna, "on-call"],
    ]),
  );
});

test("each goes on seeing the other on the card", () => {
  const { call } = step([...talking, toCarla()]);
  expect(cardOf(call, anna)).toMatchObject({ myState: { kind: "transferring" }, called: { label: "Bruno Verdi" } });
  expect(cardOf(call, bruno)).toMatchObject({ myState: { kind: "talking" }, called: { label: "Anna Bianchi" } });
  expect(cardOf(call, carla)).toMatchObject({
    myState: { kind: "ringing" },
    called: null,
    call: { caller: { displayName: "Bruno Verdi" }, transferredFrom: { operatorId: anna } },
  });
});

test("the third one answers: who called is free, and the other two talk", () => {
  const after = step([...talking, toCarla(), answered("carla-1")]);
  expect(effectNames(after.effects)).toEqual(
    expect.arrayContaining(["end-leg anna-1 transferred", "connect-media bruno-1+carla-1"]),
  );
  expect(toldIn(after.effects)).toEqual(["bruno-1: carla"]);
  expect(part([...talking, toCarla(), answered("carla-1")], anna)).toBe("gone");
  const { call } = step([...talking, toCarla(), answered("carla-1"), hangsUp("anna-1"), hangsUp("carla-1")]);
  expect(call.phase).toMatchObject({ kind: "ended", cause: "operator-hung-up" });
  expect(recordOf(call).transfers).toMatchObject([{ requestedBy: anna, outcome: "transferred", tariff: "on-net" }]);
});

describe("the third one does not take it", () => {
  const back = [
    ...talking,
    toCarla(),
    { type: "leg-failed", legId: leg("carla-1"), status: 603, q850: null },
  ] as const satisfies readonly UntimedEvent[];

  test("the two talk again, and either may hold or transfer", () => {
    const { call, effects } = step(back);
    expect(effectNames(effects)).toContain("connect-media bruno-1+anna-1");
    expect([part(back, anna), part(back, bruno)]).toEqual(["talking", "talking"]);
    const again = "01KAQZ000000000000000000X9" as TransferId;
    for (const who of [anna, bruno]) {
      expect(mayHold(call, who)).toEqual({ kind: "go" });
      expect(mayTransfer(call, who, again)).toEqual({ kind: "go" });
    }
  });

  test("who called had hung up: the call is over", () => {
    const gone = step([...talking, toCarla(), hangsUp("anna-1"), back.at(-1) as UntimedEvent]);
    expect(gone.call.phase).toMatchObject({ kind: "ended" });
    expect(effectNames(gone.effects)).toContain("end-leg bruno-1 hung-up");
  });
});

test("the third one is consulted first, and the colleague is put through", () => {
  const consulting = [...talking, toCarla("attended"), answered("carla-1")];
  expect(effectNames(step(consulting).effects)).toContain("connect-media anna-1+carla-1");
  const done = step([...consulting, { type: "transfer-completed", operatorId: anna, transferId }]);
  expect(effectNames(done.effects)).toContain("connect-media bruno-1+carla-1");
});

test("while it is under way nobody else transfers", () => {
  const { call } = step([...talking, toCarla()]);
  const other = "01KAQZ000000000000000000X9" as TransferId;
  expect(mayTransfer(call, bruno, other)).toEqual({ kind: "refused", reason: "transfer-pending" });
});

test("a hold of who called goes along, and is over when the call comes back", () => {
  const held = step([...talking, { type: "hold-requested", operatorId: anna }, toCarla()]);
  expect(effectNames(held.effects).filter((name) => name.includes("music"))).toEqual([]);
  expect(part([...talking, { type: "hold-requested", operatorId: anna }, toCarla()], anna)).toBe("transferring");
});

test("whoever was called transfers as before: the caller stays the caller", () => {
  const byBruno = { ...toCarla(), operatorId: bruno, trading: undefined } as UntimedEvent;
  const { call, effects } = step([...talking, byBruno]);
  expect(namedIn(effects)).toEqual(["carla-1: anna"]);
  expect(call.legs[0]).toMatchObject({ legId: "anna-1", role: "caller" });
});
