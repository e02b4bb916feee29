/**
 * Server transactions from their first message to the last copy of it: opened here, known by key and by id while they are at work, and kept as a remnant
 * (a key, and the answer where copies have to be answered) once their work is done.
 */
import { randomUUID } from "node:crypto";
import type { SipRequest } from "../message/sip-message.ts";
import { tagOf } from "../message/sip-uri.ts";
import type { Via } from "../message/via.ts";
import { bytesOf } from "../message/write-message.ts";
import { LimitedFlow } from "../protection/limited-flow.ts";
import { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Flow } from "../transport/flow.ts";
import { ownResponse } from "./build-message.ts";
import type { Context } from "./context.ts";
import { endEarlyDialog, settleOffer } from "./early-dialogs.ts";
import { reliableKey } from "./reliable-answers.ts";
import { ringAgain } from "./ringing.ts";
import { sharedKey, transactionKey } from "./request-keys.ts";

export function openTransaction(
  context: Context,
  request: SipRequest,
  way: { source: Flow; back: Flow; via: Via },
): ServerTransaction {
  const transaction = new ServerTransaction({
    id: randomUUID(),
    key: transactionKey(request, way.via, request.method),
    request,
    source: way.source,
    back: way.back,
    timers: context.timers,
    counters: context.counters,
    silent: (waiting) => {
      context.log.write("warn", "application did not answer an INVITE", { from: waiting.source.remoteAddress });
      context.records?.failed(waiting);
      waiting.respond(ownResponse(waiting.request, [504, "Server Time-out"], waiting.localTag));
    },
    refused: (over) => endEarlyDialog(context, over),
    stillRinging: (ringing) => ringAgain(context, ringing),
    answered: (over, answer) => context.answered.add(over.key, bytesOf(answer), over.back),
    released: (over) => forget(context, over),
  });
  context.protection.opened(way.source);
  context.servers.set(transaction.key, transaction);
  context.serversById.set(transaction.id, transaction);
  return transaction;
}

/** A copy of a request that was seen before: answered again where that is due. False: it is none. */
export function takeCopy(context: Context, key: string, source: Flow): boolean {
  const transaction = context.servers.get(key);
  if (transaction !== undefined) {
    context.counters.copiesAbsorbed += 1;
    addBudget(transaction.back, source);
    transaction.requestAgain();
    return true;
  }
  const remnant = context.answered.get(key);
  if (remnant === undefined) return false;
  context.counters.copiesAbsorbed += 1;
  const { content: answer, way: back } = remnant;
  // The 2xx of an INVITE is the dialog's to repeat: its copies are taken in without a word.
  if (back === null) return true;
  addBudget(back, source);
  back.send(answer);
  return true;
}

/** What a stranger's copy brings pays for the answers to the first one. */
function addBudget(back: Flow, copy: Flow): void {
  if (back instanceof LimitedFlow && copy instanceof LimitedFlow) back.stranger.budget.addFrom(copy.stranger.budget);
}

/** The 2xx of an INVITE was acknowledged: nothing but copies of the INVITE can come (RFC 6026 §7.1). */
export function retireInvite(context: Context, invite: ServerTransaction): void {
  if (invite.state !== "accepted") return;
  context.answered.add(invite.key);
  context.answered.add(sharedKey(invite.request));
  invite.retire();
}

/** The same INVITE came on another way and was answered, or is about to be (RFC 3261 §8.2.2.2). */
export function isMerged(context: Context, request: SipRequest): boolean {
  const key = sharedKey(request);
  const other = context.invites.get(key);
  return other === undefined ? context.answered.has(key) : other.isOpen || other.state === "accepted";
}

function forget(context: Context, over: ServerTransaction): void {
  context.protection.released(over.source);
  const use = context.serverUses.get(over.id);
  context.servers.delete(over.key);
  context.serversById.delete(over.id);
  context.invitesOfTheirs.remove(use?.dialogId ?? "", over.id);
  if (use?.knownAs !== undefined && context.updates.get(use.knownAs) === over) context.updates.delete(use.knownAs);
  settleOffer(context, over);
  settleReliable(context, over);
  context.serverUses.delete(over.id);
  if (over.request.method !== "INVITE") return;
  const shared = sharedKey(over.request);
  if (context.invites.get(shared) === over) context.invites.delete(shared);
}

/** A PRACK that is over lets the next answer go; an INVITE that is over takes its reliable answers with it. */
function settleReliable(context: Context, over: ServerTransaction): void {
  if (context.reliable.size === 0) return;
  const { headers } = over.request;
  const key = reliableKey(headers.first("call-id") ?? "", tagOf(headers.first("to")) ?? over.localTag ?? "");
  const reliable = context.reliable.get(key);
  if (over.request.method === "PRACK") reliable?.prackOver(over.id);
  if (reliable?.invite !== over) return;
  reliable.close();
  context.reliable.delete(key);
}
