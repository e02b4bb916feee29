import { describe, expect, test } from "vitest";
import {
  annaAnswers,
  arrival,
  brunoAssigned,
  callerLegId,
  leg,
  officeTransfer,
  operatorTransfer,
  play,
  toTalking,
} from "../../../testing/call-builders.ts";
import type { CallRecordView } from "../call/call-record.ts";
import { recordOf } from "../call/record-of.ts";
import type { TransferOrigin } from "../call/call-view.ts";
import { redactRecord } from "./redact-record.ts";

const origin = { officeId: "c_x", operatorId: "carla", transferId: null } as unknown as TransferOrigin;
const caller = { number: "+393331234567", displayName: "Mario Rossi", isWithheld: false };

/** Anna talks, hands the call to Bruno, and he to another office. */
const full: CallRecordView = recordOf(
  play(arrival({ caller, origin }), [
    ...toTalking,
    operatorTransfer(),
    { type: "leg-answered", legId: leg("bruno-x") },
    { ...officeTransfer({ operatorId: "bruno" as never, transferId: "X2" as never }) },
    { type: "leg-ended", legId: callerLegId, how: "bye" },
  ]).call,
);

describe("what is taken out of a record", () => {
  test("operators: who handed over to whom stays, who it was goes", () => {
    const less = redactRecord(full, "without-operators");
    expect(JSON.stringify(less)).not.toMatch(/anna"|bruno"|carla/);
    expect(less.operatorIds).toEqual(["operator-1", "operator-2"]);
    expect(less.transfers.map(({ requestedBy, target }) => [requestedBy, target])).toEqual([
      ["operator-1", { kind: "operator", operatorId: "operator-2" }],
      ["operator-2", { kind: "office", officeId: "c_b200" }],
    ]);
    expect(less.legs.map(({ peer }) => peer.name)).toEqual(["tim", "operator-1", "operator-2", "c_b200"]);
    expect(less).toMatchObject({ caller, transferredFrom: { operatorId: null } });
  });

  test("an operator who only rang is none of the others", () => {
    const missed = recordOf(
      play(arrival(), [
        brunoAssigned,
        { type: "leg-failed", legId: leg("bruno-1"), status: 603, q850: null },
        ...toTalking,
        annaAnswers,
      ]).call,
    );
    const less = redactRecord(missed, "without-operators");
    expect(less.operatorIds).toEqual(["operator-1"]);
    expect(less.legs.map(({ peer }) => peer.name)).toEqual(["tim", "operator-2", "operator-1"]);
  });

  test("numbers: the last four digits and the name, and of a call out the one who was called", () => {
    const less = redactRecord(full, "without-numbers");
    expect(less.caller).toEqual({ number: "+39333123****", displayName: null, isWithheld: false });
    expect(less.calledNumber).toBe("+390668888888");
    expect(redactRecord({ ...full, direction: "out" }, "without-numbers").calledNumber).toBe("+39066888****");
    expect(redactRecord({ ...full, direction: "out", calledNumber: null }, "without-numbers").calledNumber).toBeNull();
  });

  test.each(["full", "without-operators", "without-numbers"] as const)(
    "%s: times, legs and costs stay, and once is enough",
    (detail) => {
      const less = redactRecord(full, detail);
      const bare = ({ legs, startedAtMs, endedAtMs, queueWaitSeconds, endCause, end }: CallRecordView) => ({
        legs: legs.map(({ peer: _peer, ...rest }) => rest),
        startedAtMs,
        endedAtMs,
        queueWaitSeconds,
        endCause,
        end,
      });
      expect(bare(less)).toEqual(bare(full));
      expect(redactRecord(less, detail)).toEqual(less);
    },
  );
});
