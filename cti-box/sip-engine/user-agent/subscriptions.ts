/**
 * Subscriptions and the end of their dialogs (RFC 6665): by a NOTIFY with `Subscription-State: terminated` of either side, by an answer that says that the
 * other side knows nothing of it, or by the passing of its time.
 */
import type { Dialog } from "../dialog/dialog.ts";
import { grantedExpiry, statedExpiry, SubscriptionExpiry } from "../dialog/subscription-expiry.ts";
import type { SipRequest, SipResponse } from "../message/sip-message.ts";
import type { Context } from "./context.ts";

/** A SUBSCRIBE or NOTIFY inside of a subscription's dialog has its final answer, from either side; also the SUBSCRIBE that made it. */
export function settleSubscription(
  context: Context,
  dialog: Dialog,
  { request, response }: { request: SipRequest; response: SipResponse },
): void {
  if (dialog.kind !== "subscribe" || response.status < 200) return;
  const { method } = request;
  const stated = method === "NOTIFY" ? statedExpiry(request.headers) : null;
  const isUnknown = response.status === 481 && (method === "NOTIFY" || method === "SUBSCRIBE");
  if (stated === "terminated" || isUnknown) return context.dialogs.remove(dialog);
  if (response.status >= 300) return;
  const seconds = method === "SUBSCRIBE" ? grantedExpiry(request.headers, response.headers) : stated;
  if (seconds === null) return;
  const clock = { secondMs: context.sessions.secondMs, graceMs: context.timers.timeout };
  dialog.subscription ??= new SubscriptionExpiry(clock, () => context.dialogs.remove(dialog));
  dialog.subscription.grant(seconds);
}
