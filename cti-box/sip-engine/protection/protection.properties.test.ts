import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answer, register, scene } from "../testing/protection-scene.ts";
import { SilentFlow } from "../testing/silent-flow.ts";

describe("whatever strangers do", () => {
  it("what is remembered of them stays within its limits, and so does the log", () => {
    const limits = { largestSources: 32, largestBans: 16, connections: 8, open: 20 };
    const deed = fc.constantFrom(
      "malformed",
      "scanned",
      "guess",
      "name",
      "open",
      "release",
      "connect",
      "good",
      "stray",
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(100), deed, fc.nat(5_000)), { maxLength: 1_000 }), (events) => {
        const { protection, clock, logged } = scene({ ...limits, refusals: 3 });
        const open: SilentFlow[] = [];
        for (const [host, what, passed] of events) {
          clock.nowMs += passed;
          const flow = new SilentFlow(`198.51.100.${host}`, host % 3 === 0 ? "tcp" : "udp");
          if (what === "malformed") protection.malformed(flow);
          else if (what === "scanned") protection.scanned(flow);
          else if (what === "guess") protection.answered(register("n"), answer(403), flow);
          else if (what === "name") protection.answered(register(null), answer(404), flow);
          else if (what === "good") protection.good(flow);
          else if (what === "stray") protection.stray(flow);
          else if (what === "connect") protection.admitConnection(flow.remoteAddress, () => undefined);
          else if (what === "release") {
            const over = open.pop();
            if (over !== undefined) protection.released(over);
          } else if (protection.admit(flow) === "admitted") {
            protection.opened(flow);
            open.push(flow);
          }
          const now = protection.snapshot();
          expect(now.sources).toBeLessThanOrEqual(32);
          expect(now.bans.length).toBeLessThanOrEqual(16);
          expect(now.connections).toBeLessThanOrEqual(8);
          expect(now.open).toBe(open.length);
          expect(now.open).toBeLessThanOrEqual(20);
        }
        // One line per kind and second of real time.
        expect(logged.length).toBeLessThanOrEqual(6);
      }),
      { numRuns: 50 },
    );
  });
});
