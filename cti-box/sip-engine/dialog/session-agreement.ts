/**
 * What both sides agree on about the session timer: read from and written into INVITE, UPDATE and their 2xx (RFC 4028 §7 to §9, table 2).
 */
import type { HeaderList } from "../message/header-list.ts";
import { parseParams } from "../message/sip-uri.ts";
import { longestSession, shortestSession, type Agreement } from "./session-timer.ts";

export type RefresherRole = "uac" | "uas";
export type SessionExpires = { seconds: number; refresher: RefresherRole | null };

/** What this engine wants where the others leave it open. */
export type SessionPolicy = {
  /** Who refreshes where the caller asks for a timer and does not say; none: no timer then. */
  refresher: "none" | RefresherRole;
  /** Asked for in every call, in seconds; null: a timer only where the peer or the application asks for one. */
  everyCallSeconds: number | null;
};

/** Null where there is none, or none that can be read. */
export function sessionExpiresOf(headers: HeaderList): SessionExpires | null {
  const value = headers.first("session-expires");
  const found = value === undefined ? null : /^\s*(\d{1,10})\s*(;.*)?$/.exec(value);
  if (found === null) return null;
  const refresher = found[2] === undefined ? null : parseParams(found[2]).get("refresher")?.toLowerCase();
  return {
    seconds: Math.min(Number(found[1]), longestSession),
    refresher: refresher === "uac" || refresher === "uas" ? refresher : null,
  };
}

/** `Min-SE` in seconds; without one the least that there is. */
export function minSecondsOf(headers: HeaderList): number {
  const found = /^\s*(\d{1,10})/.exec(headers.first("min-se") ?? "");
  return Math.min(Math.max(shortestSession, Number(found?.[1] ?? 0)), longestSession);
}

export function supportsTimer(headers: HeaderList): boolean {
  const lists = [headers.values("supported"), headers.values("require")];
  return lists.some((tags) => tags.some((tag) => tag.toLowerCase() === "timer"));
}

/** A request that asks for less than the least: it is answered 422. */
export function isTooShort(headers: HeaderList): boolean {
  const asked = sessionExpiresOf(headers);
  return asked !== null && asked.seconds < shortestSession;
}

/** An application that says itself what it supports decides about session timers by itself. */
export function isDecided(given: HeaderList): boolean {
  return given.has("supported");
}

/** It wants none. */
function isDeclined(given: HeaderList): boolean {
  return isDecided(given) && !supportsTimer(given);
}

/** The answer of a UAS: what the 2xx says. `current` is what holds in the dialog already. Null: no timer. */
export function agreeAsServer(
  request: HeaderList,
  given: HeaderList,
  { policy, current }: { policy: SessionPolicy; current: Agreement | null },
): (SessionExpires & { refresher: RefresherRole }) | null {
  const own = sessionExpiresOf(given);
  const asked = sessionExpiresOf(request);
  if (own === null && isDeclined(given) && !isRequired(request)) return null;
  const kept = current?.seconds ?? (isDecided(given) ? null : policy.everyCallSeconds);
  // Most calls end here.
  if (own === null && asked === null && kept === null) return null;
  const usual = usualRefresher(policy);
  const isOpen = asked?.refresher === null && current === null && usual === null && !isRequired(request);
  if (own === null && isOpen) return null;
  // A UAS may shorten what was asked for, never lengthen it, and never below the caller's Min-SE (RFC 4028 §9).
  const wanted = own?.seconds ?? asked?.seconds ?? kept ?? shortestSession;
  const seconds = Math.max(Math.min(wanted, asked?.seconds ?? wanted), minSecondsOf(request));
  // Whoever does not know session timers cannot refresh (table 2).
  const isTheirs = current?.refresher === "them" || (current === null && (own !== null || usual !== "uas"));
  const open = own?.refresher ?? (isTheirs ? "uac" : "uas");
  return { seconds, refresher: asked?.refresher ?? (supportsTimer(request) ? open : "uas") };
}

/** Writes it into the 2xx: `Require: timer` where the caller knows what that means (RFC 4028 §9). */
export function writeAnswer(
  answer: HeaderList,
  agreed: { seconds: number; refresher: RefresherRole },
  request: HeaderList,
): void {
  answer.set("Session-Expires", `${agreed.seconds};refresher=${agreed.refresher}`);
  addTag(answer, "Supported");
  if (supportsTimer(request)) addTag(answer, "Require");
}

/** Writes what a request of ours asks for; what the application wrote about it stays. */
export function writeRequest(request: HeaderList, asked: { seconds: number; refresher: RefresherRole | null }): void {
  if (request.has("session-expires")) return;
  request.append(
    "Session-Expires",
    asked.refresher === null ? `${asked.seconds}` : `${asked.seconds};refresher=${asked.refresher}`,
  );
  if (!request.has("min-se")) request.append("Min-SE", String(shortestSession));
  addTag(request, "Supported");
}

/**
 * What a 2xx to a request of ours says. Where it says nothing, the peer may not know session timers: we go on alone where we refresh already, or where
 * the call began with a request for one that did not leave the refresh to the peer (RFC 4028 §7.2). Null: no timer.
 */
export function agreeAsClient(
  answer: HeaderList,
  { request, policy, current }: { request: HeaderList; policy: SessionPolicy; current: Agreement | null },
): Agreement | null {
  const granted = sessionExpiresOf(answer);
  if (granted !== null)
    return {
      seconds: Math.max(granted.seconds, shortestSession),
      refresher: granted.refresher === "uas" ? "them" : "us",
    };
  if (current?.refresher === "us") return current;
  if (current !== null)
    return policy.everyCallSeconds === null ? null : { seconds: policy.everyCallSeconds, refresher: "us" };
  const asked = sessionExpiresOf(request);
  return asked === null || asked.refresher === "uas"
    ? null
    : { seconds: Math.max(asked.seconds, shortestSession), refresher: "us" };
}

/** Whether a message's `Allow` names UPDATE; null: it has none. */
export function allowsUpdate(headers: HeaderList): boolean | null {
  return headers.has("allow") ? headers.values("allow").some((method) => method.toUpperCase() === "UPDATE") : null;
}

function usualRefresher({ refresher, everyCallSeconds }: SessionPolicy): RefresherRole | null {
  if (refresher !== "none") return refresher;
  return everyCallSeconds === null ? null : "uas";
}

function isRequired(request: HeaderList): boolean {
  return request.values("require").some((tag) => tag.toLowerCase() === "timer");
}

function addTag(headers: HeaderList, name: "Supported" | "Require"): void {
  const key = name.toLowerCase();
  if (!headers.values(key).some((tag) => tag.toLowerCase() === "timer")) headers.append(name, "timer");
}
