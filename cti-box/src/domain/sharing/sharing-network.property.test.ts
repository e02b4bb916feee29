/** Random networks of up to 50 offices in virtual time: nobody is lost, nobody is sent round, nobody takes more than was declared. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { SharingNetwork } from "../../../testing/sharing-network.ts";
import type { SimulatedCitizen, SimulatedOffice } from "../../../testing/simulated-office.ts";

const office: fc.Arbitrary<SimulatedOffice> = fc.record({
  operators: fc.nat(2),
  capacity: fc.nat(3),
  whenWaiting: fc.nat(2),
  // Somebody answers at last: an office where nobody ever does keeps its callers waiting for ever.
  answers: fc
    .array(fc.oneof(fc.integer({ min: 100, max: 30_000 }), fc.constant("no-answer" as const)), { maxLength: 5 })
    .map((some) => [...some, 900]),
});
const citizen: fc.Arbitrary<SimulatedCitizen> = fc.record({
  office: fc.nat(49),
  atMs: fc.nat(60_000),
  talkMs: fc.integer({ min: 10_000, max: 300_000 }),
  hangsUpAfterMs: fc.option(fc.nat(200_000), { freq: 4 }),
});
/** The first office has operators, so that the network comes to rest; most calls are for few offices: those have the peaks. */
const networks = fc.record({
  offices: fc
    .array(office, { minLength: 1, maxLength: 50 })
    .map((list) => list.map((one) => ({ ...one, operators: one.operators + 1 }))),
  citizens: fc.array(citizen, { minLength: 20, maxLength: 60 }),
  crowded: fc.integer({ min: 1, max: 6 }),
});

test("no call is lost, none comes back twice, no office takes more than it declared", () => {
  let taken = 0;
  let cameBack = 0;
  fc.assert(
    fc.property(networks, ({ offices, citizens, crowded }) => {
      const crowd = citizens.map((one) => ({ ...one, office: one.office % crowded }));
      const network = new SharingNetwork(offices, crowd);
      network.run();
      const all = [...network.calls.values()].map(({ call }) => call);
      const own = all.filter((call) => call.origin === null);
      expect(own).toHaveLength(citizens.length);
      for (const call of own) {
        // Whoever had the patience was talked to, here or there, and ended the call himself.
        expect(call.phase).toMatchObject({
          kind: "ended",
          cause: call.answeredAtMs === null ? "caller-gave-up" : "caller-hung-up",
        });
        expect(call.triedOffices.filter(({ outcome }) => outcome === "came-back").length).toBeLessThanOrEqual(1);
        expect(new Set(call.triedOffices.map(({ officeId }) => officeId)).size).toBe(call.triedOffices.length);
        expect(call.transfers.filter(({ outcome }) => outcome === "transferred").length).toBeLessThanOrEqual(1);
        expect(call.legs.every(({ state }) => state.kind === "gone")).toBe(true);
        cameBack += call.triedOffices.filter(({ outcome }) => outcome === "came-back").length;
      }
      for (const call of all.filter(({ origin }) => origin !== null)) {
        // A caller of another office goes to operators of this one, or back.
        expect(call.legs.filter(({ role }) => role === "office")).toEqual([]);
        expect(call.phase.kind).toBe("ended");
        taken += call.answeredAtMs === null ? 0 : 1;
      }
      for (const { officeId, capacity, operators, free, line } of network.offices) {
        expect(network.mostTaken.get(officeId) ?? 0).toBeLessThanOrEqual(capacity);
        expect(free).toHaveLength(operators);
        expect(line.size).toBe(0);
      }
    }),
    { numRuns: 150 },
  );
  // The networks do share: else nothing of the above would mean anything.
  expect(taken).toBeGreaterThan(100);
  expect(cameBack).toBeGreaterThan(10);
});
