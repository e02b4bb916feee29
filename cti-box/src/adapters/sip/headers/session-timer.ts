/**
 * Session timers (RFC 4028) as the box writes them into INVITEs of ours and answers to theirs, where a trunk has a wish of its own. Written out here and not left to
 * the stack, so that any stack does the same: whichever is behind the control protocol keeps the timer that these headers agree on. A stack of ours that wants a
 * timer in every call leaves those alone that bring a Supported of their own.
 */
import type { SessionTimerWish, TimerRefresher } from "../../../domain/trunk/session-timer-wish.ts";
import type { AgreedTimer, Side } from "./agreed-timer.ts";
import type { SipHeaders, SipMessage } from "../drachtio.ts";

type Role = "uac" | "uas";

/** RFC 4028 §4. Seconds. */
const shortestSession = 90;
/** Whoever wants more than a day wants no timer. */
const longestSession = 86_400;
const roleWhenPlaced = { us: "uac", them: "uas", auto: null } as const satisfies Record<TimerRefresher, Role | null>;
const roleWhenAskedAgain = { us: "uas", them: "uac" } as const satisfies Record<Side, Role>;
const roleWhenTaken = { us: "uas", them: "uac", auto: "uas" } as const satisfies Record<TimerRefresher, Role>;

/** What our messages in the call say that we support. Without a wish the stack says it. */
function supportedBy({ mode }: SessionTimerWish): string {
  return mode === "off" ? "replaces" : "timer, replaces";
}

/** Headers of an INVITE of ours. */
export function timerOfInvite(wish: SessionTimerWish | null): SipHeaders {
  if (wish === null) return {};
  const supported = { Supported: supportedBy(wish) };
  return wish.mode === "request"
    ? { ...supported, ...askedHeaders(wish.seconds, roleWhenPlaced[wish.refresher]), "Min-SE": String(shortestSession) }
    : supported;
}

/** Headers of our 2xx to a carrier's INVITE (RFC 4028 §9). */
export function timerOfAnswer(wish: SessionTimerWish | null, invite: Pick<SipMessage, "get">): SipHeaders {
  if (wish === null) return {};
  const asked = readAsked(invite.get("session-expires"));
  const isRequired = lists(invite.get("require"), "timer");
  if (wish.mode === "off" && !isRequired) return { Supported: supportedBy(wish) };
  const supported = { Supported: supportedBy({ mode: "accept" }) };
  if (asked === null && wish.mode !== "request") return supported;
  const knows = isRequired || lists(invite.get("supported"), "timer");
  // Shortened is what was asked for, never lengthened, and nothing goes below the carrier's Min-SE.
  const wanted = wish.mode === "request" ? wish.seconds : longestSession;
  const seconds = Math.max(Math.min(wanted, asked?.seconds ?? wanted), minimumOf(invite));
  const ours = roleWhenTaken[wish.mode === "request" ? wish.refresher : "auto"];
  const refresher = asked?.refresher ?? (knows ? ours : "uas");
  return { ...supported, ...askedHeaders(seconds, refresher), ...(knows && { Require: "timer" }) };
}

/** Headers for the same INVITE once more after 422: with the interval that the far end takes (RFC 4028 §7.4). Null: it was not about one of ours, or wants too much. */
export function timerAfterRefusal(sent: Pick<SipMessage, "get">, refusal: Pick<SipMessage, "get">): SipHeaders | null {
  const asked = readAsked(sent.get("session-expires"));
  const wanted = minimumOf(refusal);
  if (asked === null || wanted > longestSession || wanted <= asked.seconds) return null;
  const supported = sent.get("supported");
  return {
    ...(supported !== undefined && { Supported: supported }),
    ...askedHeaders(wanted, asked.refresher),
    "Min-SE": String(wanted),
  };
}

/** What a 2xx to a request of that side agrees on; null: nothing. */
export function agreedIn(answer: Pick<SipMessage, "get">, asker: Side): AgreedTimer | null {
  const said = readAsked(answer.get("session-expires"));
  if (said === null) return null;
  const isAsker = said.refresher !== "uas";
  return { seconds: said.seconds, refresher: isAsker === (asker === "us") ? "us" : "them" };
}

/** Headers of an INVITE or UPDATE of ours inside of the call: one that does not say it ends the timer (RFC 4028 §7.4). Null: it is the stack's to say. */
export function timerOfLaterRequest(agreed: AgreedTimer | null): SipHeaders {
  if (agreed === null) return {};
  return { ...askedHeaders(agreed.seconds, agreed.refresher === "us" ? "uac" : "uas"), Supported: "timer" };
}

/** Headers of our 2xx to an INVITE or UPDATE of theirs inside of the call. None where it asks for no timer, or nobody has said who refreshes: that is the stack's to say. */
export function timerOfLaterAnswer(request: Pick<SipMessage, "get">, agreed: AgreedTimer | null): SipHeaders {
  const asked = readAsked(request.get("session-expires"));
  const refresher = asked?.refresher ?? (agreed === null ? null : roleWhenAskedAgain[agreed.refresher]);
  if (asked === null || refresher === null) return {};
  return { ...askedHeaders(asked.seconds, refresher), Supported: "timer", Require: "timer" };
}

function askedHeaders(seconds: number, refresher: Role | null): SipHeaders {
  return { "Session-Expires": refresher === null ? `${seconds}` : `${seconds};refresher=${refresher}` };
}

function readAsked(value: string | undefined): { seconds: number; refresher: Role | null } | null {
  const [, seconds, parameters = ""] = /^\s*(\d{1,10})\s*(;.*)?$/.exec(value ?? "") ?? [];
  if (seconds === undefined) return null;
  const refresher = /;\s*refresher\s*=\s*(ua[cs])\b/i.exec(parameters)?.[1]?.toLowerCase();
  return { seconds: Number(seconds), refresher: refresher === "uac" || refresher === "uas" ? refresher : null };
}

function minimumOf(message: Pick<SipMessage, "get">): number {
  return Math.max(shortestSession, Number(/^\s*(\d{1,10})/.exec(message.get("min-se") ?? "")?.[1] ?? 0));
}

function lists(value: string | undefined, tag: string): boolean {
  return (value ?? "").split(",").some((each) => each.trim().toLowerCase() === tag);
}
