/**
 * What an office has declared to the network for peaks of the others: how many of their callers it takes at the same time, about what, and when.
 * The declaration is part of the office's entry in the network's directory, of which every office has a copy. The office that declared is the
 * one that keeps to it: an old copy elsewhere leads to a refusal at once, never to a caller too many.
 */
import { openStateAt } from "../routing/open-state.ts";
import type { OpeningHours } from "../routing/open-state.ts";

export type SharingDeclaration = {
  officeId: string;
  /** Callers of other offices at the same time, ringing and talking. */
  capacity: number;
  /** Codes of the 24 subjects; empty: all. */
  topics: readonly string[];
  /** BCP 47 language codes. */
  languages: readonly string[];
  /** Null: always. */
  hours: OpeningHours | null;
};

/** What a caller in a queue needs. `topic` null: anything may come up, so that only an office for all subjects will do. */
export type SharingNeed = { topic: string | null; language: string };

export function isCompetent(declared: SharingDeclaration, { topic, language }: SharingNeed): boolean {
  return knowsTopic(declared, topic) && declared.languages.includes(language);
}

export function knowsTopic({ topics }: SharingDeclaration, topic: string | null): boolean {
  return topics.length === 0 || (topic !== null && topics.includes(topic));
}

/** Hours that cannot be read keep nobody out. */
export function isTakingCalls(declared: SharingDeclaration, atMs: number): boolean {
  return openStateAt(declared.hours, atMs) !== "closed";
}
