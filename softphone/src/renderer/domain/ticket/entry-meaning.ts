/** What a line of a ticket's history says beyond its type; the bridge writes codes and numbers, the screen shows words. */
import type { TransferFailure } from "../call/call.ts";
import type { Ticket, TicketEntry } from "./ticket.ts";

export type EntryMeaning =
  | { kind: "plain"; text: string | null }
  /** Written at the giving office: the other one has stored the ticket under its own number. */
  | { kind: "delivered-elsewhere"; theirNumber: string }
  /** The citizen's answer after the call: 1 satisfied, 2 neither, 3 not satisfied. */
  | { kind: "rated"; rating: "1" | "2" | "3" }
  /** The transfer ended because the call did. */
  | { kind: "call-failed"; cause: TransferFailure };

const causes: readonly TransferFailure[] = [
  "no-answer",
  "busy",
  "refused",
  "unknown-office",
  "no-on-net-route",
  "not-reachable",
  "cancelled",
  "caller-hung-up",
  "failed",
];
const endings: readonly string[] = [
  "transfer_refused",
  "transfer_withdrawn",
  "transfer_expired",
  "transfer_failed",
  "transfer_returned",
];

export function meaningOfEntry(
  entry: Pick<TicketEntry, "type" | "text">,
  ticket: Pick<Ticket, "transfers">,
): EntryMeaning {
  const { type, text } = entry;
  if (text !== null && type === "transfer_delivered") {
    const isTheirNumber = ticket.transfers.some((transfer) => transfer.targetLocalTicketId === text);
    if (isTheirNumber) return { kind: "delivered-elsewhere", theirNumber: text };
  }
  if (type === "rated" && (text === "1" || text === "2" || text === "3")) return { kind: "rated", rating: text };
  const cause = endings.includes(type) ? causes.find((known) => known === text) : undefined;
  return cause === undefined ? { kind: "plain", text } : { kind: "call-failed", cause };
}
