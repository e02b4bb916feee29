import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { CallRecordView, LegRecordView } from "../call/call-record.ts";
import { addRecord, emptyTally, reportOf } from "./cost-report.ts";
import { costOf, type PriceList } from "./price-list.ts";

const bySecond = { perMinute: 0.06, perCall: 0, stepSeconds: 1 };
const prices: PriceList = {
  currency: "EUR",
  usual: bySecond,
  trunks: new Map([["dear", { perMinute: 1, perCall: 0.5, stepSeconds: 60 }]]),
};

type LegChange = Partial<Omit<LegRecordView, "peer">> & { seconds?: number | null; peer: string };

/** A leg answered for so many seconds; `peer` is `kind:name`. */
function leg({ peer, seconds = 60, ...change }: LegChange): LegRecordView {
  const [kind = "", name = ""] = peer.split(":");
  return {
    legId: "leg" as LegRecordView["legId"],
    role: "office",
    peer: { kind: kind as LegRecordView["peer"]["kind"], name },
    tariff: kind === "trunk" ? "pstn" : "on-net",
    direction: "out",
    startedAtMs: 0,
    answeredAtMs: seconds === null ? null : 5_000,
    endedAtMs: 5_000 + (seconds ?? 0) * 1_000,
    talkSeconds: 1,
    end: null,
    ...change,
  };
}

function report(legs: readonly LegRecordView[], priceList: PriceList | null = prices) {
  const tally = emptyTally(priceList);
  for (const one of legs) addRecord(tally, { legs: [one] } as unknown as CallRecordView);
  return reportOf(tally);
}

describe("what a carrier charges", () => {
  test.each([
    [60_000, bySecond, 0.06],
    [1, bySecond, 0.001],
    [0, bySecond, 0],
    [1, { perMinute: 0.6, perCall: 0.1, stepSeconds: 60 }, 0.7],
    [60_001, { perMinute: 0.6, perCall: 0.1, stepSeconds: 60 }, 1.3],
  ])("%i ms at %j", (ms, price, cost) => {
    expect(costOf(ms, price)).toBeCloseTo(cost, 9);
  });
});

describe("the report", () => {
  test("counts each way of travel by itself", () => {
    const found = report([
      leg({ peer: "member:c_b200", seconds: 90 }),
      leg({ peer: "member:c_c300", seconds: 120 }),
      leg({ peer: "member:c_b200", seconds: 90 }),
      leg({ peer: "member:c_b200", direction: "in", role: "caller", seconds: 30 }),
      leg({ peer: "trunk:cheap", direction: "in", role: "caller", seconds: 600 }),
      leg({ peer: "trunk:dear", seconds: 61 }),
      leg({ peer: "operator:anna", role: "operator" }),
    ]);
    expect(found).toEqual({
      onNet: { calls: 3, minutes: 5, cost: 0.3 },
      toOffices: [
        { officeId: "c_b200", calls: 2, minutes: 3, cost: 0.18 },
        { officeId: "c_c300", calls: 1, minutes: 2, cost: 0.12 },
      ],
      fromOffices: { calls: 1, minutes: 0.5, cost: null },
      pstnIn: { calls: 1, minutes: 10, cost: null },
      pstnOut: { calls: 1, minutes: 1.02, cost: 2.5 },
      paidTransfers: 1,
    });
  });

  test("without prices there are minutes only", () => {
    expect(report([leg({ peer: "member:c_b200" })], null).onNet).toEqual({ calls: 1, minutes: 1, cost: null });
  });

  test("a leg that was not answered, or is still up, costs nothing yet", () => {
    const found = report([leg({ peer: "member:b", seconds: null }), leg({ peer: "member:b", endedAtMs: null })]);
    expect(found.onNet).toEqual({ calls: 0, minutes: 0, cost: 0 });
  });

  test("the offices' minutes add up to all of them, whatever the order", () => {
    const someLeg = fc.record({ peer: fc.constantFrom("member:a", "member:b", "member:c"), seconds: fc.nat(7_200) });
    fc.assert(
      fc.property(fc.array(someLeg, { maxLength: 30 }), (legs) => {
        const found = report(legs.map(leg));
        const sum = found.toOffices.reduce((minutes, office) => minutes + office.minutes, 0);
        expect(sum).toBeCloseTo(found.onNet.minutes, 1);
        expect(report(legs.toReversed().map(leg))).toEqual(found);
      }),
    );
  });
});
