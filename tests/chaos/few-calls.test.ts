/** The chaos suite in small (`chaos.long.test.ts` is the whole of it): nobody is cut off, nothing is lost. */
import { expect, test } from "vitest";
import { chaos } from "./chaos.ts";
import { enginesOfChaos } from "./engines.ts";

test.each(enginesOfChaos())("$name: 10 calls, 30 transfers, 3 kills of the box", async ({ engine }) => {
  const findings = await chaos({ calls: 10, transfers: 30, kills: 3, engine });
  const nothingLost = { callsLost: 0, recordsLost: 0, ticketsLost: 0, eventsDoubled: 0, hearing: 10, leftovers: 0 };
  expect(findings).toMatchObject(nothingLost);
  expect(findings.transfers.completed).toBeGreaterThan(20);
});
