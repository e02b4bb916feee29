/** How long what is known of a call is kept after its end. Each rule takes away more than the one before. */

export type RetentionRules = {
  /** Journal and public events: they hold everything in full. */
  journalMs: number;
  /** Which operator it was. */
  operatorMs: number;
  /** The citizen's whole number and his name. */
  numberMs: number;
  /** The record itself; sums per month stay. */
  recordMs: number;
};

/** What a record still holds. */
export type RecordDetail = "full" | "without-operators" | "without-numbers";

/** Before these times a call must have ended for each rule to apply. */
export type Cutoffs = { [Rule in keyof RetentionRules]: number };

export function cutoffsAt(nowMs: number, rules: RetentionRules): Cutoffs {
  return {
    journalMs: nowMs - rules.journalMs,
    operatorMs: nowMs - rules.operatorMs,
    numberMs: nowMs - rules.numberMs,
    recordMs: nowMs - rules.recordMs,
  };
}
