/** Session timers on the messages of a call (RFC 4028): what INVITE, UPDATE and their 2xx agree on. Calls without one cost a look at the headers. */
import { CallSession } from "../dialog/call-session.ts";
import type { Dialog } from "../dialog/dialog.ts";
import { agreeAsClient, agreeAsServer, isDecided, writeAnswer, writeRequest } from "../dialog/session-agreement.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import { endDialog } from "./cancel.ts";
import type { Context } from "./context.ts";
import { sendRefresh } from "./session-refresh.ts";

type Exchange = { request: SipRequest; response: SipResponse };

/** The application answers an INVITE or UPDATE with 2xx: the answer gets what is agreed, before it is sent. */
export function agreeOnOurAnswer(context: Context, dialog: Dialog, { request, response }: Exchange): void {
  if (dialog.kind !== "invite" || !refreshes(request)) return;
  const { session } = dialog;
  const current = session?.agreement ?? null;
  const agreed = agreeAsServer(request.headers, response.headers, { policy: context.sessions.policy, current });
  if (agreed === null) return session?.drop();
  writeAnswer(response.headers, agreed, request.headers);
  const running = (dialog.session ??= openSession(context, dialog));
  running.learn({ theirs: request, ours: response });
  running.agree({ seconds: agreed.seconds, refresher: agreed.refresher === "uas" ? "us" : "them" }, "other");
}

/** The peer answered an INVITE or UPDATE of the application with 2xx. */
export function agreeOnTheirAnswer(context: Context, dialog: Dialog, { request, response }: Exchange): void {
  const { policy } = context.sessions;
  const { session } = dialog;
  const isTimed = response.headers.has("session-expires") || request.headers.has("session-expires");
  if (session === undefined && !isTimed) return;
  if (dialog.kind !== "invite" || !refreshes(request)) return;
  const agreement = agreeAsClient(response.headers, {
    request: request.headers,
    policy,
    current: session?.agreement ?? null,
  });
  if (agreement === null) return session?.drop();
  const running = (dialog.session ??= openSession(context, dialog));
  running.learn({ theirs: response, ours: request });
  running.agree(agreement, "other");
}

/** A new INVITE of the application asks for a timer where the engine wants one in every call and the application has not decided about it. */
export function askInNewCall(context: Context, invite: SipRequest): void {
  const { everyCallSeconds } = context.sessions.policy;
  if (everyCallSeconds !== null && invite.method === "INVITE" && !isDecided(invite.headers))
    writeRequest(invite.headers, { seconds: everyCallSeconds, refresher: null });
}

/** An INVITE or UPDATE of the application inside of a call with a timer is a refresh: it says so. */
export function askAgain(dialog: Dialog, request: SipRequest): void {
  const agreement = dialog.session?.agreement ?? null;
  if (agreement === null || !refreshes(request)) return;
  writeRequest(request.headers, {
    seconds: agreement.seconds,
    refresher: agreement.refresher === "us" ? "uac" : "uas",
  });
}

/** While a refresh waits for its answer: whether the application's request has to wait. Two INVITEs of ours at once would end one of them with 491 or 500 (RFC 3261 §14.1). */
export function waitsForRefresh(dialog: Dialog, request: SipRequest, send: () => void): boolean {
  return refreshes(request) && dialog.session?.holdBack(send) === true;
}

function refreshes({ method }: SipRequest): boolean {
  return method === "INVITE" || method === "UPDATE";
}

function openSession(context: Context, dialog: Dialog): CallSession {
  return new CallSession({
    secondMs: context.sessions.secondMs,
    isBusy: () => isInviteUnderWay(context, dialog),
    sendRefresh: (refresh) => sendRefresh(context, dialog, refresh),
    endCall: () => void endDialog(context, dialog, "Session timer expired"),
  });
}

/** An INVITE of either side that is not answered, or not acknowledged yet: another one may not begin (RFC 3261 §14.1). */
function isInviteUnderWay(context: Context, dialog: Dialog): boolean {
  const isOurs = context.invitesOfOurs.of(dialog.id).some((id) => {
    const state = context.clientsById.get(id)?.state;
    const isOpen = state === "calling" || state === "proceeding" || state === "accepted";
    return isOpen || context.clientUses.get(id)?.isBetween() === true;
  });
  if (isOurs || context.accepted.isWaiting(dialog.id)) return true;
  return context.invitesOfTheirs.of(dialog.id).some((id) => context.serversById.get(id)?.isOpen);
}
