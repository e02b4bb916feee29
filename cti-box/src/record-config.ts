/** What an office sets about its records: the prices that reports reckon with. */
import { z } from "zod";
import type { PriceList } from "./domain/cost/price-list.ts";

const price = {
  perMinute: z.number().min(0).max(1_000),
  /** Paid once for each answered call. */
  perCall: z.number().min(0).max(1_000).default(0),
  /** Time is charged in steps of this length: 1 by the second, 60 by whole minutes. */
  stepSeconds: z.int().min(1).max(600).default(1),
};

/** Prices of a carrier, without taxes, for the report on what transfers would have cost. Absent: it has minutes only. */
export const costsSchema = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, "is not a currency such as EUR")
    .default("EUR"),
  /** Of calls out, and of what stayed on-net if it had not. */
  usual: z.strictObject(price),
  /** Trunks with prices of their own. */
  trunks: z.array(z.strictObject({ trunkId: z.string().min(1).max(64), ...price })).default([]),
});

type Costs = z.infer<typeof costsSchema>;

export function priceListFrom(costs: Costs | undefined): PriceList | null {
  if (costs === undefined) return null;
  const { currency, usual, trunks } = costs;
  return { currency, usual, trunks: new Map(trunks.map(({ trunkId, ...own }) => [trunkId, own])) };
}

/** Prices of trunks that are not there. */
export function costProblems(costs: Costs | undefined, trunks: readonly { trunkId: string }[]): string[] {
  return (costs?.trunks ?? []).flatMap(({ trunkId }, index) =>
    trunks.some((trunk) => trunk.trunkId === trunkId)
      ? []
      : [`costs.trunks[${index}].trunkId: there is no trunk ${trunkId}`],
  );
}
