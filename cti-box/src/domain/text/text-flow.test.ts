/** Text goes where the voice goes, and waits where nobody listens. */
import { describe, expect, test } from "vitest";
import { anna, arrival, callerLegId, leg, officeTransfer, play, toTalking } from "../../../testing/call-builders.ts";
import {
  asked,
  cancel,
  complete,
  consulting,
  hangsUp,
  inConference,
  turn,
} from "../../../testing/consultation-scene.ts";
import { conversationMoved, emptyFlow, readersOf, textWritten } from "./text-flow.ts";
import type { UntimedEvent } from "../../../testing/call-builders.ts";
import type { TextFlow } from "./text-flow.ts";

const held: UntimedEvent = { type: "hold-requested", operatorId: anna };
const after = (events: readonly UntimedEvent[]) => play(arrival(), events).call;
const written = (events: readonly UntimedEvent[], text: string, flow: TextFlow = emptyFlow) =>
  textWritten(after(events), flow, { from: leg(callerLegId), text });

describe("who reads whom", () => {
  type Row = [name: string, events: readonly UntimedEvent[], from: string, readers: readonly string[] | null];
  const rows: Row[] = [
    ["talking: the citizen is read by the operator", toTalking, callerLegId, ["anna-1"]],
    ["talking: the operator is read by the citizen", toTalking, leg("anna-1"), [callerLegId]],
    ["on hold nobody reads the citizen", [...toTalking, held], callerLegId, null],
    ["while the colleague rings nobody reads the citizen", asked, callerLegId, null],
    ["consulting: the colleague is read by the operator alone", consulting, leg("bruno-x"), ["anna-1"]],
    ["consulting: the citizen is not read", consulting, callerLegId, null],
    ["back at the citizen: the colleague is not read", [...consulting, turn("caller")], leg("bruno-x"), null],
    ["conference: everybody reads everybody", inConference, leg("anna-1"), [callerLegId, "bruno-x"]],
    ["handed over: the colleague reads", [...consulting, complete], callerLegId, ["bruno-x"]],
    ["handed over: the first operator does not", [...consulting, complete], leg("anna-1"), null],
    ["brought back", [...consulting, cancel], callerLegId, ["anna-1"]],
    [
      "transferred to another office",
      [...toTalking, officeTransfer(), { type: "leg-answered", legId: leg("office-1") } as const],
      callerLegId,
      ["office-1"],
    ],
    ["after the end nobody", [...toTalking, hangsUp(callerLegId)], callerLegId, null],
  ];
  test.each(rows)("%s", (...[, events, from, readers]) => {
    expect(readersOf(after(events), leg(from))).toEqual(readers);
  });
});

describe("text without a reader", () => {
  test("waits, is told to wait once, and is read by whoever talks next", () => {
    const first = written([...toTalking, held], "pron");
    expect(first.effects).toEqual([{ type: "say-waiting", to: callerLegId }]);
    const second = written([...toTalking, held], "tu\b\bto?", first.flow);
    expect(second.effects).toEqual([]);
    const resumed = conversationMoved(
      after([...toTalking, held, { type: "resume-requested", operatorId: anna }]),
      second.flow,
    );
    expect(resumed.effects).toEqual([{ type: "pass-text", from: callerLegId, to: ["anna-1"], text: "pronto?" }]);
    expect(resumed.flow.waiting.size).toBe(0);
  });

  test("stays where it is while nobody reads, and is read by the colleague after the handover", () => {
    const { flow } = written(consulting, "c'è qualcuno?");
    expect(conversationMoved(after([...consulting, turn("caller"), turn("target")]), flow).effects).toEqual([]);
    expect(conversationMoved(after([...consulting, complete]), flow).effects).toMatchObject([{ to: ["bruno-x"] }]);
  });

  test("keeps the newest 2000 characters and says that there were more", () => {
    const { flow } = written([...toTalking, held], "a".repeat(1_500));
    const more = written([...toTalking, held], "b".repeat(1_000), flow).flow.waiting.get(callerLegId);
    expect(more).toHaveLength(2_000);
    expect(more?.startsWith("\uFFFDa")).toBe(true);
    expect(more?.endsWith("b".repeat(1_000))).toBe(true);
  });

  test("of a call that is over, or of a leg that has no part in it, goes nowhere", () => {
    const ended = [...toTalking, hangsUp(callerLegId)];
    expect(written(ended, "ciao")).toEqual({ flow: emptyFlow, effects: [] });
    const { flow } = written([...toTalking, held], "ciao");
    expect(conversationMoved(after(ended), flow)).toEqual({ flow: emptyFlow, effects: [] });
    const gone = textWritten(after([...consulting, complete]), emptyFlow, { from: leg("anna-1"), text: "ancora" });
    expect(gone.effects).toEqual([]);
  });
});
