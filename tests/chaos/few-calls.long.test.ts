/** The chaos suite in small (`chaos.long.test.ts` is the whole of it): nobody is cut off, nothing is lost. */
import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";
import { enginesOfChaos } from "./engines.ts";

test.each(enginesOfChaos())(
  "$name: 10 calls, 40 errands, 5 kills of the box",
  async ({ engine }) => {
    const findings = await chaos({ calls: 10, transfers: 40, kills: 5, engine });
    const nothing = { callsLost: 0, recordsLost: 0, ticketsLost: 0, ticketsDoubled: 0, eventsDoubled: 0, leftovers: 0 };
    expect(findings).toMatchObject({ ...nothing, hearing: 10, pageHungUp: true });
    const completed = Object.values(findings.errands).map((one) => one.completed);
    expect(completed.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(25);
  },
  300_000,
);
