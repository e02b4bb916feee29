/**
 * The session timer of a dialog (RFC 4028), as far as it is known here: every INVITE, UPDATE and 2xx inside of the call says again what holds. Written out for stacks that
 * keep the timer and leave saying it to the application, where a far end would take the silence for its end; a stack that says it itself leaves alone what is there.
 */
import { agreedIn, timerOfLaterAnswer, timerOfLaterRequest } from "../headers/session-timer.ts";
import type { SipDialog, SipHeaders, SipMessage } from "../drachtio.ts";

/** `terms`: what the trunk has put into our INVITE or 200; without a wish of its own the stack answers as the INVITE asks. */
export function beginSession(dialog: SipDialog, terms: SipHeaders): SipDialog {
  dialog.supported = terms["Supported"];
  const ours = { get: () => terms["Session-Expires"] };
  const asksWho = dialog.type === "uas" && /refresher/i.test(dialog.req.get("session-expires") ?? "");
  if (dialog.type === "uac") dialog.sessionTimer = agreedIn(dialog.res, "us");
  else if (terms["Supported"] !== undefined) dialog.sessionTimer = agreedIn(ours, "them");
  else dialog.sessionTimer = asksWho ? agreedIn(dialog.req, "them") : null;
  return dialog;
}

/** These headers of an INVITE or UPDATE of ours, with what holds. */
export function askInSession({ sessionTimer = null }: SipDialog, headers: SipHeaders): SipHeaders {
  return withSupported(headers, timerOfLaterRequest(sessionTimer));
}

/** Their 2xx to it. One that says nothing changes nothing: the stack goes on as before. */
export function heardInSession(dialog: SipDialog, answer: Pick<SipMessage, "get">): void {
  dialog.sessionTimer = agreedIn(answer, "us") ?? dialog.sessionTimer;
}

/** Headers of our 2xx to an INVITE or UPDATE of theirs: what we support, where the trunk has a wish about that, and what holds from now on. */
export function answerInSession(dialog: SipDialog, request: Pick<SipMessage, "get">): SipHeaders {
  const { supported, sessionTimer = null } = dialog;
  const own: SipHeaders = supported === undefined ? {} : { Supported: supported };
  const isRefused = supported !== undefined && !/\btimer\b/i.test(supported);
  const timer = isRefused ? {} : timerOfLaterAnswer(request, sessionTimer);
  const said = { get: () => timer["Session-Expires"] };
  dialog.sessionTimer = agreedIn(said, "them");
  return withSupported(own, timer);
}

/** Both, with the tags of both in Supported. */
function withSupported(headers: SipHeaders, timer: SipHeaders): SipHeaders {
  const tags = [headers["Supported"], timer["Supported"]].flatMap((list) => list?.split(/\s*,\s*/) ?? []);
  return { ...headers, ...timer, ...(tags.length > 0 && { Supported: [...new Set(tags)].join(", ") }) };
}
