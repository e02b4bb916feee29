/** What became of the tickets, read where they are kept: at the hub and in both offices' bridges. */
import { setTimeout as delay } from "node:timers/promises";
import { otherOffice } from "./chaos-office.ts";
import { becomes } from "./until.ts";
import type { TicketNetwork } from "../crm/ticket-network.ts";

export type TicketAudit = {
  /** Tickets that are not where their citizen is, or that somebody does not know (any more). */
  lost: number;
  /** Tickets that more than one office owns, that were accepted more than once, that an office has twice, or whose history is broken. */
  doubled: number;
};

/** `moved`: tickets of citizens who are in the other office; `stayed`: those of all others. Bridges catch up for a while after the last call. */
export async function auditTickets(
  tickets: Pick<TicketNetwork, "audit">,
  { moved, stayed }: { moved: readonly string[]; stayed: readonly string[] },
): Promise<TicketAudit> {
  const lost = (): string[] => {
    const now = tickets.audit();
    const isThere = (id: string): boolean =>
      now.ownerAtHub(id) === otherOffice && now.roleAt("one", id) === "watcher" && now.roleAt("two", id) === "owner";
    const isHere = (id: string): boolean => now.roleAt("one", id) === "owner" && now.roleAt("two", id) !== "owner";
    return [...moved.filter((id) => !isThere(id)), ...stayed.filter((id) => !isHere(id))];
  };
  await becomes(() => lost().length === 0, 30_000);
  // A late second delivery would come now.
  await delay(500);
  const now = tickets.audit();
  const doubled = [...moved, ...stayed].filter(
    (id) =>
      now.acceptances(id) > 1 ||
      !now.isHistoryIntact(id) ||
      (now.roleAt("one", id) === "owner" && now.roleAt("two", id) === "owner"),
  );
  return { lost: lost().length, doubled: doubled.length + now.surplus(moved.length + stayed.length) };
}
