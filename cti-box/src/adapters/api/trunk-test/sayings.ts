/** The shape of the words about what a trunk's test found: one saying per finding and language. */
import type { Finding } from "../../../domain/trunk/trunk-trial.ts";

/** What was found, and what to do about it; null: nothing. */
export type Said = readonly [message: string, advice: string | null];

type FindingOf<Code extends Finding["code"], F = Finding> = F extends { code: infer Codes }
  ? Code extends Codes
    ? F
    : never
  : never;

/** `settings`: section of the trunk that the tried URI stands in. */
export type Sayings = {
  [Code in Finding["code"]]: (finding: FindingOf<Code>, tried: { uri: string; settings: string }) => Said;
};

export function day(ms: number): string {
  return Number.isNaN(ms) ? "?" : new Date(ms).toISOString().slice(0, 10);
}

export function nameIn(uri: string): string {
  return /^sips?:(?:[^@]*@)?(\[[^\]]+\]|[^:;?]+)/i.exec(uri)?.[1] ?? uri;
}

export function forSeconds({ seconds }: { seconds: number | null }, word: string, unit: string): string {
  return seconds === null ? "" : `${word} ${seconds} ${unit}`;
}
