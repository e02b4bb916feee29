/** A consultation whose endings cross on the wire. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anna, arrival, callerLegId, effectNames, leg, openLegsOf, play } from "../../../testing/call-builders.ts";
import {
  asked,
  brunoAnswers,
  cancel,
  complete,
  consulting,
  hangsUp,
  isLost,
  mediaFails,
  turn,
} from "../../../testing/consultation-scene.ts";
import { conversationOf } from "./conversation.ts";
import { musicLegOf } from "./settle.ts";

describe("what crosses on the wire", () => {
  test.each([
    ["complete, then the colleague's BYE", [complete, hangsUp("bruno-x")], "ended"],
    ["the colleague's BYE, then complete", [hangsUp("bruno-x"), complete], "talking"],
    ["complete, then cancel", [complete, cancel], "talking"],
    ["cancel, then complete", [cancel, complete], "talking"],
    ["complete, then the operator's own BYE", [complete, hangsUp("anna-1")], "talking"],
    ["the operator's BYE, then complete", [hangsUp("anna-1"), complete], "talking"],
    ["the citizen's BYE, then complete", [hangsUp(callerLegId), complete], "ended"],
    ["cancel, then the colleague's BYE", [cancel, hangsUp("bruno-x")], "talking"],
  ] as const)("%s", (_name, events, after) => {
    const step = play(arrival(), [...consulting, ...events]);
    expect(step.call.phase.kind).toBe(after);
    const pair = conversationOf(step.call);
    const open = openLegsOf(step.call).filter((one) => one.endsWith("answered"));
    expect(open).toHaveLength(pair === null ? 0 : 2);
  });

  test("cancelled while the colleague answers: the answer is hung up and the citizen stays with the operator", () => {
    const step = play(arrival(), [...asked, cancel, brunoAnswers]);
    expect(effectNames(step.effects)).toEqual(["end-leg bruno-x hung-up"]);
    expect(step.call.phase).toMatchObject({ kind: "talking", operatorId: anna });
  });

  test("in any order of endings the citizen is either with somebody, hears music, or has hung up", () => {
    const happening = fc.constantFrom(
      turn("caller"),
      turn("target"),
      turn("everybody"),
      { type: "conference-failed", legId: leg("bruno-x") } as const,
      complete,
      cancel,
      hangsUp("anna-1"),
      isLost("anna-1"),
      hangsUp("bruno-x"),
      mediaFails("bruno-x"),
      mediaFails("anna-1"),
      brunoAnswers,
    );
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 6 }), (events) => {
        const { call } = play(arrival(), [...asked, ...events]);
        const isTalking = conversationOf(call)?.includes(callerLegId) ?? false;
        const isHearingMusic = musicLegOf(call) === callerLegId;
        const hungUpByOperator = call.phase.kind === "ended" && call.phase.cause === "operator-hung-up";
        expect(isTalking || isHearingMusic || hungUpByOperator).toBe(true);
        expect(isTalking && isHearingMusic).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });
});
