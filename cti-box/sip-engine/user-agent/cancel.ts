/** CANCEL, from either side, and its races (control protocol §5.5, §7; RFC 3261 §9). */
import { randomUUID } from "node:crypto";
import { networkFrame, replyFrame, requestEcho, unsolicitedByeFrame } from "../control/frames.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { HeaderList } from "../message/header-list.ts";
import { noBody, type SipRequest } from "../message/sip-message.ts";
import { written } from "../message/write-message.ts";
import { cancelOf, ClientTransaction } from "../transaction/client-transaction.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { Application } from "../control/applications.ts";
import { buildDialogRequest, ownResponse } from "./build-message.ts";
import { newBranch, randomToken, type ClientUse, type Context } from "./context.ts";
import { deadFlow, findNextHop } from "./next-hop.ts";
import { dialogId } from "../dialog/dialog.ts";
import { tagOf } from "../message/sip-uri.ts";

/** A CANCEL came. `invite` is the transaction it names, when there is one. */
export function receiveCancel(
  context: Context,
  cancel: ServerTransaction,
  invite: ServerTransaction | undefined,
): void {
  if (invite === undefined) {
    cancel.respond(ownResponse(cancel.request, [481, "Call/Transaction Does Not Exist"]));
    return;
  }
  const use = context.serverUses.get(invite.id);
  if (!invite.isOpen) {
    cancelAfterAnswer(context, cancel, invite);
    return;
  }
  if (cancelProxied(context, cancel, invite)) return;
  const application = use === undefined ? undefined : context.applications.get(use.application);
  // The application hears of it before anything else happens (control protocol §14, rule 5).
  const frame = networkFrame(cancel.request, cancel.source, {
    transactionId: invite.id,
    dialogId: use?.dialogId ?? "",
  });
  application?.tell(frame, use?.told);
  // One To tag in all answers to the INVITE and its CANCEL (RFC 3261 §9.2).
  invite.localTag ??= randomToken();
  cancel.respond(ownResponse(cancel.request, [200, "OK"], invite.localTag));
  invite.respond(ownResponse(invite.request, [487, "Request Terminated"], invite.localTag));
}

/** The targets of a proxied INVITE are cancelled with the caller's reasons; the application is not told (control protocol §8). */
function cancelProxied(context: Context, cancel: ServerTransaction, invite: ServerTransaction): boolean {
  if (!context.proxied.has(invite)) return false;
  invite.localTag ??= randomToken();
  cancel.respond(ownResponse(cancel.request, [200, "OK"], invite.localTag));
  context.proxied.callerLeft(invite, reasonsOf(cancel.request));
  return true;
}

function reasonsOf({ headers }: SipRequest): HeaderList {
  const reasons = new HeaderList();
  for (const reason of headers.lines("reason")) reasons.append("Reason", reason);
  return reasons;
}

/** The 200 was on its way already: the caller wanted to leave, so the call ends (control protocol §5.5). */
function cancelAfterAnswer(context: Context, cancel: ServerTransaction, invite: ServerTransaction): void {
  cancel.respond(ownResponse(cancel.request, [481, "Call/Transaction Does Not Exist"]));
  const { headers } = invite.request;
  const dialog = context.dialogs.get(dialogId(headers.first("call-id") ?? "", tagOf(headers.first("from")) ?? ""));
  if (dialog !== undefined && context.accepted.isWaiting(dialog.id))
    void endDialog(context, dialog, "CANCEL after 200 OK");
}

/** BYE of the engine's own, told to the owner as an unsolicited frame (control protocol §9.1). */
export async function endDialog(context: Context, dialog: Dialog, reason: string): Promise<void> {
  context.accepted.forget(dialog.id);
  // An INVITE of ours that still waits, a refresh among them, would ring on in a call that is over.
  cancelInvitesIn(context, dialog.id);
  context.dialogs.remove(dialog);
  const headers = new HeaderList().append("Reason", `SIP;cause=200;text="${reason}"`);
  const given: SipRequest = { kind: "request", method: "BYE", uri: "sip:placeholder", headers, body: noBody };
  const hop = await findNextHop(context, nextHopUri(dialog), dialog.stranger ?? dialog.flow);
  const listener = context.transport.listeners[0];
  if (listener === undefined) return;
  const flow = hop.kind === "flow" ? hop.flow : deadFlow(hop.kind === "unreachable" ? hop.listener : listener);
  const branch = newBranch();
  dialog.localCseq += 1;
  const built = buildDialogRequest(given, dialog, { flow, branch, cseq: dialog.localCseq });
  dialog.leg?.stop({
    source: "application",
    reason: reason === "Session timer expired" ? "session-expired" : "system-initiated-termination",
    message: built.ok ? built.message : given,
  });
  if (!built.ok) return;
  startSilently(context, built.message, { flow, branch });
  context.applications.get(dialog.owner)?.tell(unsolicitedByeFrame(built.message, flow, dialog.id), dialog.told);
}

/** URI that the next request of a dialog is sent to: the first router, else the remote target. */
export function nextHopUri(dialog: Dialog): string {
  const route = dialog.routeSet[0];
  return route === undefined ? dialog.remoteTarget : (/<([^>]+)>/.exec(route)?.[1] ?? route);
}

/** Sends a request whose answer nobody waits for; the transaction still repeats it until it is answered. */
export function startSilently(
  context: Context,
  request: SipRequest,
  way: { flow: ClientTransaction["flow"]; branch: string },
): void {
  const key = `${way.branch}|${request.method}`;
  const transaction = new ClientTransaction({
    id: randomUUID(),
    branch: way.branch,
    request,
    flow: way.flow,
    timers: context.timers,
    counters: context.counters,
    outcome: () => undefined,
    released: () => context.clients.delete(key),
  });
  context.clients.set(key, transaction);
  transaction.start();
}

/** The application cancels an INVITE of its own. Held until a provisional answer came (RFC 3261 §9.1). */
export function cancelByApplication(
  context: Context,
  application: Application,
  order: { messageId: string; transactionId: string; given: SipRequest },
): void {
  const invite = context.clientsById.get(order.transactionId);
  const use = context.clientUses.get(order.transactionId);
  const isOpen = invite?.state === "calling" || invite?.state === "proceeding" || use?.isBetween() === true;
  if (invite === undefined || use === undefined || !isOpen) {
    application.send(
      replyFrame(order.messageId, "NOK", `unable to cancel unknown transaction id: ${order.transactionId}`),
    );
    return;
  }
  const extra = new HeaderList();
  for (const header of order.given.headers) {
    if (header.key === "reason" || header.key.startsWith("x-")) extra.append(header.name, header.value);
  }
  const cancel = cancelInvite(context, { invite, use, extra });
  application.send(requestEcho(order.messageId, written(cancel), { flow: invite.flow, transactionId: randomUUID() }));
}

/** Cancels an INVITE of ours once; the CANCEL as it is sent now or with the first provisional answer. */
function cancelInvite(
  context: Context,
  order: { invite: ClientTransaction; use: ClientUse; extra: HeaderList },
): SipRequest {
  const { invite, use } = order;
  const cancel = cancelOf(invite.request, order.extra);
  const send = (): void => {
    startSilently(context, cancel, { flow: invite.flow, branch: invite.branch });
    invite.cancelSent();
  };
  if (!use.isCancelled && invite.state === "proceeding") send();
  else if (!use.isCancelled) use.cancelWaits = send;
  use.isCancelled = true;
  return cancel;
}

/** Cancels every INVITE of an application that still waits for its final answer. A look at all of them: for one that left, not for each call. */
export function cancelInvitesOf(context: Context, application: string): void {
  for (const [id, use] of context.clientUses) if (use.application === application) cancelIfWaiting(context, id);
}

/** Cancels every INVITE of ours in that dialog that still waits for its final answer. */
export function cancelInvitesIn(context: Context, dialogId: string): void {
  for (const id of context.invitesOfOurs.of(dialogId)) cancelIfWaiting(context, id);
}

function cancelIfWaiting(context: Context, id: string): void {
  const invite = context.clientsById.get(id);
  const use = context.clientUses.get(id);
  if (use === undefined || invite?.request.method !== "INVITE" || use.isCancelled) return;
  if (invite.state === "calling" || invite.state === "proceeding" || use.isBetween())
    cancelInvite(context, { invite, use, extra: new HeaderList() });
}
