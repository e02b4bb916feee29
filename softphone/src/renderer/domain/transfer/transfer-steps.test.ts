/** The operator's way through a transfer: forward, back, and out again from every step. */
import { describe, expect, test } from "vitest";
import { afterProgress, applyTransferEvent, transferPhaseOf } from "./transfer-steps.ts";
import type { TransferEvent, TransferSteps } from "./transfer-steps.ts";

const destination = {
  target: { kind: "office", officeId: "x_test2" } as const,
  label: "Ambiente",
  tariff: "free" as const,
};
const explanation = { reason: "competence" as const, message: "" };
const way: TransferEvent[] = [
  { type: "transfer-opened", callId: "a" },
  { type: "destination-chosen", destination },
  { type: "transfer-explained", explanation },
  { type: "transfer-confirmed", transferId: "x" },
  { type: "transfer-accepted", transferId: "x" },
];

function after(count: number): TransferSteps {
  return way.slice(0, count).reduce(applyTransferEvent, { step: "closed" } as TransferSteps);
}

describe("transfer steps", () => {
  test("forward", () => {
    expect(way.map((_event, index) => after(index + 1).step)).toEqual([
      "choosing",
      "explaining",
      "confirming",
      "sending",
      "sent",
    ]);
  });

  test.each([1, 2, 3, 4, 5])("cancel is there after %i steps and names what has to be cancelled", (count) => {
    const steps = applyTransferEvent(after(count), { type: "transfer-cancel-asked" });
    expect(steps).toMatchObject({ step: "cancelling", callId: "a", transferId: count >= 4 ? "x" : null });
  });

  test("back keeps what was chosen; there is no way back from a request that is out", () => {
    const back = applyTransferEvent(after(3), { type: "transfer-back" });
    expect(back).toMatchObject({ step: "explaining", destination, explanation });
    const sending = after(4);
    expect(applyTransferEvent(sending, { type: "transfer-back" })).toBe(sending);
  });

  test("a refusal returns to the confirmation with its reason; a late one of another request changes nothing", () => {
    const refused: TransferEvent = {
      type: "transfer-refused",
      transferId: "x",
      problem: "transfer.refusal.wrong-state",
    };
    expect(applyTransferEvent(after(4), refused)).toMatchObject({ step: "confirming", problem: refused.problem });
    const late = { ...refused, transferId: "other" };
    const sending = after(4);
    expect(applyTransferEvent(sending, late)).toBe(sending);
  });

  test("a second transfer cannot be opened over the first", () => {
    const first = after(2);
    expect(applyTransferEvent(first, { type: "transfer-opened", callId: "b" })).toBe(first);
  });

  test("the end of the call or of this transfer closes it, that of an older one does not", () => {
    const target = destination.target;
    const seen = (transferId: string) => ({
      callId: "a",
      isGone: false,
      lastTransfer: { phase: "returned", transferId, target, cause: "refused" } as const,
    });
    const sent = after(5);
    expect(afterProgress(sent, seen("older"))).toBe(sent);
    expect(afterProgress(sent, seen("x"))).toEqual({ step: "closed" });
    expect(afterProgress(sent, { callId: "a", isGone: true, lastTransfer: null })).toEqual({ step: "closed" });
    expect(afterProgress(sent, { callId: "b", isGone: true, lastTransfer: null })).toBe(sent);
  });

  test("what is shown: the box's word where it has one, the operator's step before", () => {
    const underWay = { phase: "ringing", transferId: "x", target: destination.target } as const;
    expect(transferPhaseOf("a", after(5), { underWay, last: null })).toBe("ringing");
    expect(transferPhaseOf("a", after(5), { underWay: null, last: null })).toBe("sending");
    expect(transferPhaseOf("a", after(3), { underWay: null, last: null })).toBe("confirming");
    expect(transferPhaseOf("b", after(3), { underWay: null, last: null })).toBe("none");
  });
});
