/**
 * The response context of a proxied request (RFC 3261 §16.5 to §16.10), as a pure machine: which target is tried when, what goes upstream, what is
 * cancelled. One branch for each target that was begun:
 *
 *   opening ──sent──▶ calling ──1xx──▶ ringing ──────────final──────────────▶ ended
 *      │                 │                └─ its time is over, another one accepted, caller gone ─▶ cancelled ─final─▶ ended
 *      │                 └─ the same, before any answer ─▶ given-up ─1xx─▶ cancelled (INVITE: the CANCEL had to wait)
 *      │                                                       └─final, timer B or F─▶ ended
 *      └─ no way to it ─▶ not-sent (or ended, when an address was known but nobody is there: 503)
 *
 * Upstream:  open ─2xx of any branch─▶ accepted        (every further 2xx of an INVITE goes up as well: the caller chooses)
 *              ├─ 401 or 407, or all targets through: the best answer ─▶ refused    (a 2xx that comes later is acknowledged and hung up here)
 *              └─ CANCEL, or the caller's connection is gone ─▶ cancelled           (likewise)
 *
 * A branch that is given up without ever having answered does not hold the end: a dead target costs its timeout, not 32 seconds.
 * A branch that rang and was cancelled does, since its 200 may be on the way; its transaction ends within 64·T1 of the CANCEL.
 */
import { betterOf } from "./best-response.ts";
import {
  Draft,
  type BranchState,
  type BranchTimer,
  type ProxyEvent,
  type ProxyStep,
  type Redirect,
  type ResponseContext,
} from "./response-state.ts";

/** One step. An event that does not belong to the state changes nothing. */
export function applyProxyEvent(context: ResponseContext, event: ProxyEvent): ProxyStep {
  const draft = new Draft(context);
  if (event.type === "start") draft.goOn();
  else if (event.type === "caller-left") callerLeft(draft);
  else {
    const state = context.branches[event.branch]?.state;
    if (state !== undefined) branchEvent(draft, event, state);
  }
  return draft.finish();
}

type BranchEvent = Exclude<ProxyEvent, { type: "start" | "caller-left" }>;

function branchEvent(draft: Draft, event: BranchEvent, state: BranchState): void {
  switch (event.type) {
    case "sent":
      return sent(draft, event.branch, state);
    case "no-way":
      if (state !== "opening") return undefined;
      draft.move(event.branch, "not-sent");
      return draft.goOn();
    case "provisional":
      return provisional(draft, event, state);
    case "final":
      return final(draft, event, state);
    case "failed":
      return failed(draft, event, state);
    case "timer":
      return timerFired(draft, event, state);
  }
}

function sent(draft: Draft, branch: number, state: BranchState): void {
  if (state !== "opening") return;
  const { plan } = draft;
  draft.move(branch, "calling");
  if (plan.provisionalMs !== null) draft.startTimer(branch, "provisional", plan.provisionalMs);
  if (plan.finalMs !== null) draft.startTimer(branch, "final", plan.finalMs);
  if (plan.isInvite) draft.startTimer(branch, "c", plan.timerCMs);
}

function provisional(draft: Draft, event: { branch: number; status: number }, state: BranchState): void {
  const { branch, status } = event;
  if (state === "given-up" && draft.plan.isInvite) {
    draft.move(branch, "cancelled");
    draft.push({ type: "cancel", branch });
    return;
  }
  if (state !== "calling" && state !== "ringing") return;
  if (state === "calling") {
    draft.move(branch, "ringing");
    if (draft.plan.provisionalMs !== null) draft.push({ type: "stop-timer", branch, timer: "provisional" });
  }
  if (status === 100 || draft.upstream !== "open") return;
  if (draft.plan.isInvite) draft.startTimer(branch, "c", draft.plan.timerCMs);
  draft.push({ type: "forward", branch, late: false });
}

type Final = { branch: number; status: number; redirects?: readonly Redirect[] };

function final(draft: Draft, event: Final, state: BranchState): void {
  const { branch, status } = event;
  const isSuccess = status < 300;
  if (state === "ended") {
    // The 2xx again, or that of another branch behind a forking proxy.
    if (isSuccess && draft.plan.isInvite && draft.upstream !== "open") accepted(draft, branch);
    return;
  }
  if (state === "opening" || state === "not-sent") return;
  const isWanted = state === "calling" || state === "ringing";
  draft.end(branch);
  if (draft.report === "open") draft.push({ type: "tell", branch });
  if (isSuccess) accepted(draft, branch);
  else if (isWanted && draft.upstream === "open") refusedBy(draft, event);
  draft.goOn();
}

/** A 2xx: it goes up if ever possible, and nobody else is wanted (RFC 3261 §16.7 steps 5 and 10). */
function accepted(draft: Draft, branch: number): void {
  const { upstream } = draft;
  if (upstream === "refused" || upstream === "cancelled") {
    if (draft.plan.isInvite) draft.push({ type: "hang-up", branch });
    return;
  }
  if (upstream === "accepted") {
    if (draft.plan.isInvite) draft.push({ type: "forward", branch, late: true });
    return;
  }
  draft.push({ type: "forward", branch, late: false });
  draft.upstream = "accepted";
  draft.giveUpAll();
  draft.reportEnd("done");
}

function refusedBy(draft: Draft, { branch, status, redirects = [] }: Final): void {
  if (status < 400 && draft.plan.redirects === "followed" && redirects.length > 0) {
    draft.follow(redirects);
    return;
  }
  draft.best = betterOf(draft.best, { branch, status, from: "target" });
  if (status === 401 || status === 407) {
    // The caller shall try again with credentials, and at once (control protocol §8).
    draft.push({ type: "answer", branch });
    draft.upstream = "refused";
    draft.giveUpAll();
    draft.reportEnd("done");
  } else if (status >= 600) draft.giveUpAll();
}

function failed(draft: Draft, { branch, status }: { branch: number; status: 408 | 503 }, state: BranchState): void {
  if (state === "ended" || state === "not-sent") return;
  draft.end(branch);
  if (draft.report === "open") draft.push({ type: "tell", branch });
  if (status === 503 && draft.upstream === "open")
    draft.best = betterOf(draft.best, { branch, status, from: "engine" });
  draft.goOn();
}

function timerFired(draft: Draft, event: { branch: number; timer: BranchTimer }, state: BranchState): void {
  const applies = event.timer === "provisional" ? state === "calling" : state === "calling" || state === "ringing";
  if (!applies) return;
  draft.giveUp(event.branch);
  draft.goOn();
}

function callerLeft(draft: Draft): void {
  if (draft.upstream !== "open") return;
  draft.upstream = "cancelled";
  draft.push({ type: "answer-own", status: 487 });
  draft.giveUpAll();
  draft.goOn();
}
