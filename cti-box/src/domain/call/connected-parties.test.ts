/** Who is told with whom he talks (RFC 4916): desk phones and other offices, never carriers. */
import { describe, expect, test } from "vitest";
import {
  anna,
  annaAnswers,
  annaAssigned,
  arrival,
  bruno,
  brunoAssigned,
  callerLegId,
  colleagueCall,
  device,
  leg,
  memberArrival,
  namedIn,
  numberTransfer,
  officeCall,
  officeTransfer,
  operatorTransfer,
  placement,
  play,
  toldIn,
  toTalking,
} from "../../../testing/call-builders.ts";
import { asked, brunoAnswers, cancel, complete, consulting, turn } from "../../../testing/consultation-scene.ts";
import { cardOf } from "./summary.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { CallBeginning } from "./call-event.ts";

const citizen = "+393331234567";
/** Carla's phone calls Anna's extension. */
const colleagueCalls = arrival({
  direction: "internal",
  peer: { kind: "operator", name: "carla" },
  caller: { number: null, displayName: "Carla", isWithheld: false },
  queue: null,
});
const answered = (legId: string): UntimedEvent => ({ type: "leg-answered", legId: leg(legId) });
const presented = (legId: string, displayName: string): UntimedEvent => ({
  type: "leg-presented",
  legId: leg(legId),
  presented: { number: null, displayName, isWithheld: false },
});
const consultsOffice: UntimedEvent = { ...officeTransfer(), mode: "attended" } as UntimedEvent;

type Row = [name: string, from: CallBeginning, before: readonly UntimedEvent[], event: UntimedEvent, told: string[]];

const rows: Row[] = [
  ["an operator answers a carrier's call: nobody", arrival(), [annaAssigned], annaAnswers, []],
  [
    "an operator answers another office's call",
    memberArrival(),
    [annaAssigned],
    annaAnswers,
    ["caller in the 200: c_a100"],
  ],
  ["a colleague answers", colleagueCalls, [annaAssigned], annaAnswers, ["caller in the 200: anna"]],
  [
    "somebody else answers than was called: picked up",
    colleagueCalls,
    [
      annaAssigned,
      { type: "call-picked-up", operatorId: bruno, legs: [{ legId: leg("bruno-1"), device: device("bruno") }] },
    ],
    answered("bruno-1"),
    ["caller in the 200: bruno"],
  ],
  [
    "another phone takes a citizen's ringing call",
    arrival(),
    [annaAssigned],
    { type: "leg-replaced", operatorId: anna, legId: leg("anna-2"), media: "rtp", replaces: leg("anna-1") },
    [`anna-2 in the 200: ${citizen}`],
  ],
  [
    "a citizen is transferred to a colleague: the INVITE has said it",
    arrival(),
    [...toTalking, operatorTransfer()],
    brunoAnswers,
    [],
  ],
  [
    "a colleague is transferred to another one",
    colleagueCalls,
    [...toTalking, operatorTransfer()],
    brunoAnswers,
    ["caller: bruno"],
  ],
  [
    "another office's citizen goes from one operator to the next: not their business",
    memberArrival(),
    [...toTalking, operatorTransfer()],
    brunoAnswers,
    [],
  ],
  [
    "another office's citizen goes on to a third",
    memberArrival(),
    [...toTalking, officeTransfer()],
    answered("office-1"),
    ["caller: c_b200"],
  ],
  ["a colleague is consulted", arrival(), asked, brunoAnswers, ["anna-1: bruno", "bruno-x: anna"]],
  ["the operator turns to the citizen", arrival(), consulting, turn("caller"), [`anna-1: ${citizen}`]],
  ["and back to the colleague", arrival(), [...consulting, turn("caller")], turn("target"), ["anna-1: bruno"]],
  [
    "a conference",
    arrival(),
    consulting,
    turn("everybody"),
    [`anna-1: ${citizen} + bruno`, `bruno-x: ${citizen} + anna`],
  ],
  ["the citizen is handed over", arrival(), consulting, complete, [`bruno-x: ${citizen}`]],
  ["the operator takes the citizen back", arrival(), consulting, cancel, [`anna-1: ${citizen}`]],
  [
    "a transfer fails that nobody answered: the operator never talked to anybody else",
    arrival(),
    [...toTalking, operatorTransfer()],
    cancel,
    [],
  ],
  [
    "another office is consulted",
    arrival(),
    [...toTalking, consultsOffice],
    answered("office-1"),
    ["anna-1: c_b200", "office-1: c_a100"],
  ],
  [
    "and gets the citizen",
    arrival(),
    [...toTalking, consultsOffice, answered("office-1")],
    complete,
    [`office-1: ${citizen}`],
  ],
  [
    "a number outside is consulted: the carrier is told nothing",
    arrival(),
    [...toTalking, { ...numberTransfer(), mode: "attended" } as UntimedEvent],
    answered("via-tim"),
    ["anna-1: +390655501234"],
  ],
  ["the citizen answers whom the operator called", placement(), [annaAnswers], answered("via-tim"), []],
  [
    "the office that is consulted names a third one",
    arrival(),
    [...toTalking, consultsOffice, answered("office-1")],
    presented("office-1", "Comune C"),
    ["anna-1: Comune C"],
  ],
  [
    "the office that the call came from names who is there",
    memberArrival(),
    toTalking,
    presented(callerLegId, "Comune B"),
    ["anna-1: Comune B"],
  ],
  ["a phone of the office or a carrier is not believed", arrival(), toTalking, presented(callerLegId, "Comune B"), []],
];

/** Bruno, of another office, calls. */
const officeCalls = memberArrival({
  caller: { number: null, displayName: "Comune B", isWithheld: false },
  callingOfficeId: "c_b200",
});
const toNumber: UntimedEvent = numberTransfer();

describe("whom an INVITE names as the caller", () => {
  test.each<Row>([
    ["a citizen's call rings", arrival(), [], annaAssigned, [`anna-1: ${citizen}`]],
    ["a colleague's call rings", colleagueCalls, [], annaAssigned, ["anna-1: carla"]],
    ["a colleague's call goes to another colleague", colleagueCalls, toTalking, operatorTransfer(), ["bruno-x: carla"]],
    ["and to another office: no person is named", colleagueCalls, toTalking, officeTransfer(), ["office-1: c_a100"]],
    ["which is consulted first", colleagueCalls, toTalking, consultsOffice, ["office-1: c_a100"]],
    ["and to a number outside", colleagueCalls, toTalking, toNumber, ["via-tim: c_a100"]],
    ["a citizen's call goes to another office", arrival(), toTalking, officeTransfer(), [`office-1: ${citizen}`]],
    ["another office's call rings", officeCalls, [], annaAssigned, ["anna-1: c_b200"]],
    ["and goes to a third office", officeCalls, toTalking, officeTransfer(), ["office-1: c_b200"]],
    ["a colleague is called from the page", colleagueCall(), [], annaAnswers, []],
    ["and rings", colleagueCall(), [annaAnswers], brunoAssigned, ["bruno-1: anna"]],
    ["another office is called", officeCall(), [], annaAnswers, ["office-b: c_a100"]],
  ])("%s", (...[, from, before, event, named]) => {
    expect(namedIn(play(from, [...before, event]).effects)).toEqual(named);
  });

  test("the own phone shows who is called", () => {
    expect(namedIn(play(colleagueCall(), []).all)).toEqual(["anna-1: bruno"]);
    expect(namedIn(play(officeCall(), []).all)).toEqual(["anna-1: c_b200"]);
    expect(namedIn(play(placement(), []).all)).toEqual([`anna-1: ${citizen}`]);
  });

  test("whoever was named is not told again when it answers", () => {
    expect(toldIn(play(officeCall(), [annaAnswers, answered("office-b")]).all)).toEqual([]);
    expect(toldIn(play(colleagueCall(), [annaAnswers, brunoAssigned, answered("bruno-1")]).all)).toEqual([]);
    expect(toldIn(play(officeCalls, toTalking).all)).toEqual(["caller in the 200: c_a100"]);
  });
});

describe("who is told", () => {
  test.each(rows)("%s", (...[, from, before, event, told]) => {
    expect(toldIn(play(from, [...before, event]).effects)).toEqual(told);
  });

  test("what is known already is not told again, also after music", () => {
    const { all } = play(memberArrival(), [
      ...toTalking,
      presented(callerLegId, "Comune B"),
      presented(callerLegId, "Comune B"),
    ]);
    expect(toldIn(all)).toEqual(["caller in the 200: c_a100", "anna-1: Comune B"]);
    const held: UntimedEvent[] = [
      { type: "hold-requested", operatorId: anna },
      { type: "resume-requested", operatorId: anna },
    ];
    expect(toldIn(play(colleagueCalls, [...toTalking, ...held]).all)).toEqual(["caller in the 200: anna"]);
    expect(toldIn(play(arrival(), [annaAssigned, brunoAssigned, annaAnswers]).all)).toEqual([]);
  });

  test("the card says whom the other office names, as long as it is not the citizen", () => {
    const named = play(memberArrival(), [...toTalking, presented(callerLegId, "Comune B")]).call;
    expect(cardOf(named, anna)?.onTheLine).toMatchObject({ displayName: "Comune B" });
    const isCitizen: UntimedEvent = { type: "leg-presented", legId: callerLegId, presented: named.caller };
    const back = play(memberArrival(), [...toTalking, presented(callerLegId, "Comune B"), isCitizen]);
    expect(cardOf(back.call, anna)?.onTheLine).toBeNull();
    expect(toldIn(back.effects)).toEqual([`anna-1: ${citizen}`]);
  });
});
