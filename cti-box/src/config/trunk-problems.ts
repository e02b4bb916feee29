/** Faults of the trunks that only a look at the whole configuration shows. */
import { isInRange } from "../domain/trunk/trunk.ts";
import type { OfficeConfig } from "../config.ts";

export function trunkProblems({ trunks = [], numbers }: Partial<OfficeConfig>): string[] {
  if (numbers === undefined) return [];
  return trunks.flatMap((trunk, index) =>
    trunk.numbers
      .filter((own) => !numbers.some(({ number }) => isInRange(own, number)))
      .map((own) => `trunks[${index}].numbers: ${own} leads to no queue (section numbers)`),
  );
}
