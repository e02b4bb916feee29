/** A new line of a ticket's history, tied to the one before it. */
import { ulid } from "ulid";
import { firstHash, hashOf } from "../contract/history.ts";
import type { TupaEvent, TupaEventType } from "../contract/objects.ts";

/** What happened, and by which office; `hub` for the hub's own doing. */
export type Line = { type: TupaEventType; officeId: string; operatorRef?: string | null; data?: TupaEvent["data"] };

/** `last`: the line before, null for the first. `at`: RFC 3339 UTC. */
export function lineAfter(last: TupaEvent | null, line: Line, when: { ticketId: string; at: string }): TupaEvent {
  const event: Omit<TupaEvent, "hash"> = {
    eventId: ulid(),
    ticketId: when.ticketId,
    seq: (last?.seq ?? 0) + 1,
    at: when.at,
    type: line.type,
    actor: {
      officeId: line.officeId,
      role: line.officeId === "hub" ? "system" : "fo",
      operatorRef: line.operatorRef ?? null,
    },
    visibility: "shared",
    data: line.data ?? {},
    prevHash: last?.hash ?? firstHash,
  };
  return { ...event, hash: hashOf(event) };
}
