/** Random lives of a desk: whatever comes in whatever order, the screen stays sound. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { boxCard } from "../../../testing/fake-ports.ts";
import { applyPhoneEvent, initialPhoneState } from "./phone-state.ts";
import { isLive } from "./call/call.ts";
import type { MyPart, TransferProgress } from "./call/call.ts";
import type { PhoneEvent, PhoneState } from "./phone-state.ts";

const callId = fc.constantFrom("a", "b", "c");
const progress: fc.Arbitrary<TransferProgress> = fc.constantFrom(
  { phase: "calling" as const, transferId: "x", target: { kind: "office" as const, officeId: "x_test2" } },
  { phase: "ringing" as const, transferId: "x", target: { kind: "office" as const, officeId: "x_test2" } },
);
const part: fc.Arbitrary<MyPart> = fc.oneof(
  fc.constantFrom<MyPart>({ kind: "ringing" }, { kind: "talking" }, { kind: "holding" }),
  progress.map((each): MyPart => ({ kind: "transferring", progress: each })),
  fc
    .constantFrom("answered-elsewhere", "no-answer", "caller-gave-up", "transferred", "ended")
    .map((why): MyPart => ({ kind: "gone", why: why as "ended" })),
);
const caller = { number: null, displayName: null, isWithheld: true };
const event: fc.Arbitrary<PhoneEvent> = fc.oneof(
  fc.tuple(callId, part).map(([id, my]): PhoneEvent => ({ type: "box-card", card: boxCard(id, my), nowMs: 1 })),
  fc.tuple(callId, part).map(([id, my]): PhoneEvent => ({ type: "box-snapshot", cards: [boxCard(id, my)], nowMs: 1 })),
  callId.map((id): PhoneEvent => ({ type: "line-ringing", callId: id, caller, nowMs: 1 })),
  callId.map((id): PhoneEvent => ({ type: "line-open", callId: id, nowMs: 1 })),
  fc
    .tuple(callId, fc.constantFrom("over" as const, "elsewhere" as const))
    .map(([id, how]): PhoneEvent => ({ type: "line-ended", callId: id, how, nowMs: 1 })),
  callId.map((id): PhoneEvent => ({ type: "call-selected", callId: id })),
  callId.map((id): PhoneEvent => ({ type: "call-dismissed", callId: id })),
  callId.map((id): PhoneEvent => ({ type: "transfer-opened", callId: id })),
  fc.constant<PhoneEvent>({ type: "transfer-cancel-asked" }),
);

function selectedLive(state: PhoneState): string | null {
  const entry = state.calls.find((each) => each.callId === state.selectedCallId);
  return entry !== undefined && isLive(entry) ? entry.callId : null;
}

test("the selected call is one of the list, notices are bounded, a transfer belongs to a call that is there", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const state = events.reduce(applyPhoneEvent, initialPhoneState);
      const ids = state.calls.map((entry) => entry.callId);
      expect(new Set(ids).size).toBe(ids.length);
      if (state.selectedCallId !== null) expect(ids).toContain(state.selectedCallId);
      expect(state.notices.length).toBeLessThanOrEqual(5);
      expect(state.followUps.length).toBeLessThanOrEqual(8);
    }),
    { numRuns: 500 },
  );
});

test("a live call that the operator works in stays selected, whatever happens to the others", () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), event, (events, last) => {
      const before = events.reduce(applyPhoneEvent, initialPhoneState);
      const selected = selectedLive(before);
      fc.pre(selected !== null && last.type !== "call-selected");
      const after = applyPhoneEvent(before, last);
      const still = after.calls.find((entry) => entry.callId === selected);
      fc.pre(still !== undefined && isLive(still));
      expect(after.selectedCallId).toBe(selected);
    }),
    { numRuns: 500 },
  );
});
