/** The hash chain of a ticket's history: a line changed or left out later is found. SHA-256 over RFC 8785 canonical JSON. */
import { createHash } from "node:crypto";
import type { TupaEvent } from "./objects.ts";

export const firstHash = "0".repeat(64);

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** RFC 8785 for what events hold: strings, finite numbers, booleans, null, arrays, objects. Keys in UTF-16 order, no spaces. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.keys(value)
    .toSorted((one, other) => (one < other ? -1 : 1))
    .map((name) => `${JSON.stringify(name)}:${canonicalJson(value[name] ?? null)}`);
  return `{${members.join(",")}}`;
}

export function hashOf(event: Omit<TupaEvent, "hash">): string {
  return createHash("sha256").update(canonicalJson(event)).digest("hex");
}

/** Sequence without gaps, every line's hash right, every line tied to the one before. */
export function isIntact(events: readonly TupaEvent[]): boolean {
  return events.every((event, index) => {
    const { hash, ...rest } = event;
    const previous = events[index - 1]?.hash ?? firstHash;
    return event.seq === index + 1 && event.prevHash === previous && hashOf(rest) === hash;
  });
}
