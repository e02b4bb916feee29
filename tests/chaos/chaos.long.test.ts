/**
 * 200 calls up, 500 transfers, the box killed at random moments of them. `LA2_CHAOS_CALLS`, `LA2_CHAOS_TRANSFERS` and `LA2_CHAOS_KILLS` ask for less or more; what was seen last stands in
 * docs/reliability.md.
 */
import { describe, expect, test } from "vitest";
import { chaos } from "./chaos.ts";
import { enginesOfChaos } from "./engines.ts";

const wanted = (name: string, usual: number): number => Number(process.env[`LA2_CHAOS_${name}`] ?? usual);
const calls = wanted("CALLS", 200);

describe.each(enginesOfChaos())("$name", ({ engine }) => {
  test("a box that is killed among many calls", async () => {
    const order = { calls, transfers: wanted("TRANSFERS", 500), kills: wanted("KILLS", 25), engine };
    const findings = await chaos(order);
    process.stdout.write(`${JSON.stringify(findings)}\n`);
    const nothing = { callsLost: 0, recordsLost: 0, ticketsLost: 0, ticketsDoubled: 0, eventsDoubled: 0, leftovers: 0 };
    expect(findings).toMatchObject({ ...nothing, pageHungUp: true });
    expect(findings.hearing).toBe(calls);
    expect(findings.controlBackSeconds.worst).toBeLessThan(3);
  });
});
