/** What becomes of an application's work when it is gone: unanswered requests at once, answered calls where nobody will come back for them. */
import { acknowledgeAlone } from "./acknowledge-alone.ts";
import { ownResponse } from "./build-message.ts";
import { cancelInvitesOf, endDialog } from "./cancel.ts";
import type { Context } from "./context.ts";
import type { Dialog } from "../dialog/dialog.ts";

/**
 * Callers that wait for its answer hear 503, what rings for it is cancelled. `delivered`: only requests that reached it with a frame up to that one, `but` those;
 * the others wait for whoever comes next.
 */
export function endTransactionsOf(
  context: Context,
  owner: string,
  delivered: { upTo: number; but: ReadonlySet<number> } = { upTo: Number.POSITIVE_INFINITY, but: new Set() },
): void {
  for (const [id, use] of context.serverUses) {
    const transaction = context.serversById.get(id);
    const told = use.told ?? 0;
    if (use.application !== owner || told > delivered.upTo || delivered.but.has(told) || !transaction?.isOpen) continue;
    context.records?.failed(transaction);
    transaction.respond(ownResponse(transaction.request, [503, "Service Unavailable"], transaction.localTag));
  }
  // Nobody is left who would take the answers, not even under the same name: what still rings is cancelled, and a 200 that crosses is hung up.
  cancelInvitesOf(context, owner);
  for (const use of context.clientUses.values()) if (use.application === owner) use.application = "";
}

/**
 * Hangs up the calls of an owner, or those alone whose 2xx it has left without its ACK; where somebody goes on in its place, of these only the ones that nobody can go on with (`unfinished`).
 * Every such 2xx gets an ACK: the peer would repeat it, and give up after 64·T1.
 */
export function endDialogsOf(
  context: Context,
  owner: string,
  order: { reason: string; which: "all" | "unacknowledged" | "unfinished" },
): void {
  for (const dialog of context.dialogs.ofOwner(owner)) {
    const ends = { all: true, unacknowledged: isUnacknowledged(dialog), unfinished: isBegun(dialog) }[order.which];
    if (isUnacknowledged(dialog)) acknowledgeAlone(context, dialog);
    if (ends) void endDialog(context, dialog, order.reason);
  }
}

function isUnacknowledged({ kind, acknowledgedCseq, answeredCseq }: Dialog): boolean {
  return kind === "invite" && acknowledgedCseq !== answeredCseq;
}

/** Nobody has ever spoken in it, or the peer's offer waits for an answer in the ACK. A re-INVITE that was agreed on needs its ACK and nothing else. */
function isBegun(dialog: Dialog): boolean {
  return isUnacknowledged(dialog) && (dialog.acknowledgedCseq === null || dialog.offer !== null);
}

/** Is there anything that an absent owner could come back for? */
export function hasWork(context: Context, owner: string): boolean {
  if (context.dialogs.ofOwner(owner).length > 0) return true;
  for (const use of context.serverUses.values()) if (use.application === owner) return true;
  for (const use of context.clientUses.values()) if (use.application === owner) return true;
  return false;
}
