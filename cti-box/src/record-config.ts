/** What an office sets about its records: how long they are kept, and the prices that reports reckon with. */
import { z } from "zod";
import type { RetentionRules } from "./domain/retention/retention-rules.ts";
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

const days = z.int().min(1).max(3_650);

/**
 * Days after the end of a call. The defaults are those that need no further ground: longer ones need a legal basis of the office (GDPR art. 5.1.e),
 * and for operators an agreement (Legge 300/1970, art. 4).
 */
export const retentionSchema = z
  .strictObject({
    /** Events of calls, in full: operators, numbers, hand-over notes. */
    journalDays: days.default(7),
    /** Until operators become `operator-1`, `operator-2` of each call. */
    operatorDays: days.default(7),
    /** Until the citizen's number loses its last four digits, and his name goes. */
    numberDays: days.default(30),
    /** Until the record is replaced by sums per month. */
    recordDays: days.default(365),
  })
  .prefault({});

type Retention = z.infer<typeof retentionSchema>;

export function retentionRulesFrom(retention: Retention): RetentionRules {
  const dayMs = 24 * 3_600_000;
  return {
    journalMs: retention.journalDays * dayMs,
    operatorMs: retention.operatorDays * dayMs,
    numberMs: retention.numberDays * dayMs,
    recordMs: retention.recordDays * dayMs,
  };
}

/** A rule that another one undoes: what is in the journal is not gone, and a record that is gone has no number. */
export function retentionProblems(retention: Retention | undefined): string[] {
  if (retention === undefined) return [];
  const { journalDays, operatorDays, numberDays, recordDays } = retention;
  const problems: string[] = [];
  const most = Math.min(operatorDays, numberDays, recordDays);
  if (journalDays > most)
    problems.push(`retention.journalDays: the journal holds operators and numbers in full, so at most ${most}`);
  if (operatorDays > numberDays) problems.push(`retention.operatorDays: at most numberDays, ${numberDays}`);
  if (numberDays > recordDays) problems.push(`retention.numberDays: at most recordDays, ${recordDays}`);
  return problems;
}
