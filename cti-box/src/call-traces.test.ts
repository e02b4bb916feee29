import { describe, expect, it } from "vitest";
import type { TraceAnswer, TraceQuery, TracedCall } from "../sip-engine/engine.ts";
import { LegBook } from "./adapters/sip/leg/leg-book.ts";
import { createCallTraces } from "./call-traces.ts";
import type { CallRecordView } from "./domain/call/call-record.ts";
import type { LegId } from "./domain/call/ids.ts";

const record = (callId: string, legs: [string, "trunk" | "operator", string][]): CallRecordView =>
  ({
    callId,
    startedAtMs: 5,
    legs: legs.map(([legId, kind, name]) => ({ legId, peer: { kind, name } })),
  }) as unknown as CallRecordView;
const traced = (callId: string): TracedCall => ({
  callId,
  leftOut: 0,
  messages: [{ atUs: 7_000, direction: "sent", protocol: "udp", local: "a:1", remote: "b:2", text: callId }],
});

/** Two calls; of the second one the operator's leg is not kept any more. The engine also knows a registration. */
function office(state: "on" | "off" = "on") {
  const records = [
    record("01B2", [
      ["L3", "trunk", "t"],
      ["L4", "operator", "anna"],
    ]),
    record("01A1", [
      ["L1", "trunk", "t"],
      ["L2", "operator", "anna"],
    ]),
  ];
  const legBook = new LegBook();
  for (const [legId, sipCallId] of [
    ["L1", "a@x"],
    ["L2", "b@y"],
    ["L3", "c@x"],
    ["L4", "d@y"],
  ] as const)
    legBook.remember(legId as LegId, sipCallId);
  const kept = ["a@x", "b@y", "c@x", "register"];
  const asked: TraceQuery[] = [];
  const trace = (query: TraceQuery): Promise<TraceAnswer> => {
    asked.push(query);
    if (state === "off") return Promise.resolve({ state });
    const callIds =
      query.find === "calls"
        ? query.callIds
        : query.find === "prefix"
          ? kept.filter((one) => one.startsWith(query.prefix))
          : [];
    return Promise.resolve({ state, calls: callIds.filter((one) => kept.includes(one)).map(traced) });
  };
  const latestRecords = async ({
    callIdPrefix,
    limit,
  }: {
    callIdPrefix: string;
    limit: number;
  }): Promise<CallRecordView[]> => records.filter(({ callId }) => callId.startsWith(callIdPrefix)).slice(0, limit);
  const nameOf = ({ name }: { name: string }): string => (name === "anna" ? "Anna Verdi" : "Carrier");
  const traces = createCallTraces({ queries: { latestRecords }, legBook, trace, nameOf });
  const legsOf = async (call: string | null): Promise<unknown> => {
    const found = await traces.find({ call, numbers: "masked" });
    return found.state === "off"
      ? "off"
      : found.calls.map(({ callId, legs }) => [
          callId,
          ...legs.map(({ sipCallId, peer }) => `${sipCallId} ${peer?.name}`),
        ]);
  };
  return { legsOf, traces, asked };
}

describe("the trace of a call", () => {
  it.each([
    ["by its id", "01A1", [["01A1", "a@x Carrier", "b@y Anna Verdi"]]],
    ["by how its id begins, in any case", "01a", [["01A1", "a@x Carrier", "b@y Anna Verdi"]]],
    ["by the Call-ID of any of its legs", "b@y", [["01A1", "a@x Carrier", "b@y Anna Verdi"]]],
    ["by how that begins", "b", [["01A1", "a@x Carrier", "b@y Anna Verdi"]]],
    ["is what is left of it", "01B2", [["01B2", "c@x Carrier"]]],
    ["of several calls is their ids", "01", [["01B2"], ["01A1"]]],
    ["of SIP without a call has its Call-ID alone", "reg", [[null, "register undefined"]]],
    ["of nothing that is known is empty", "zz", []],
    ["that is the latest one needs no id", null, [["01B2", "c@x Carrier"]]],
  ])("%s", async (_words, call, expected) => {
    expect(await office().legsOf(call)).toEqual(expected);
  });

  it("is off where nothing is kept, whatever is asked", async () => {
    for (const call of [null, "01A1", "01", "zz"]) expect(await office("off").legsOf(call)).toBe("off");
  });

  it("asks for numbers as the question does", async () => {
    const { traces, asked } = office();
    await traces.find({ call: "01A1", numbers: "shown" });
    expect(asked).toEqual([{ find: "calls", callIds: ["a@x", "b@y"], numbers: "shown" }]);
  });
});
