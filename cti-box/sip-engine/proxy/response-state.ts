/** What a response context consists of, and a context while one event is applied to it: the rules and their picture are in `response-context.ts`. */
import type { Candidate } from "./best-response.ts";

export type BranchState = "opening" | "calling" | "ringing" | "given-up" | "cancelled" | "ended" | "not-sent";
export type Branch = { readonly target: Target; readonly state: BranchState };
/** `redirect`: a Contact of a 3xx, which replaces the request-URI; `destination`: named by the application. */
export type Target = { readonly uri: string; readonly from: "destination" | "redirect" };
export type BranchTimer = "provisional" | "final" | "c";

export type ProxyPlan = {
  readonly isInvite: boolean;
  readonly mode: "serial" | "simultaneous";
  readonly redirects: "followed" | "passed-on";
  /** Milliseconds that a target may stay silent, and that it may take to its final answer; null: as long as the transaction lasts. */
  readonly provisionalMs: number | null;
  readonly finalMs: number | null;
  /** Timer C: how long an INVITE may ring without a further sign (RFC 3261 §16.6 step 11). */
  readonly timerCMs: number;
};

export type ResponseContext = {
  readonly plan: ProxyPlan;
  readonly waiting: readonly Target[];
  /** Everything ever put into the line of targets, in comparable form: nothing is tried twice. */
  readonly known: readonly string[];
  readonly branches: readonly Branch[];
  readonly best: Candidate | null;
  readonly upstream: "open" | "accepted" | "refused" | "cancelled";
  /** What the application still waits for. */
  readonly report: "open" | "done";
};

export type ProxyEvent =
  | { type: "start" }
  | { type: "sent"; branch: number }
  | { type: "no-way"; branch: number }
  | { type: "provisional"; branch: number; status: number }
  /** `redirects`: Contacts of a 3xx that can be tried, in order of preference, with their comparable forms. */
  | { type: "final"; branch: number; status: number; redirects?: readonly Redirect[] }
  /** No answer: the time is over (408), or the target cannot be reached (503). */
  | { type: "failed"; branch: number; status: 408 | 503 }
  | { type: "timer"; branch: number; timer: BranchTimer }
  | { type: "caller-left" };
export type Redirect = { readonly uri: string; readonly key: string };

export type ProxyEffect =
  | { type: "open"; branch: number; target: Target }
  | { type: "cancel"; branch: number }
  /** The answer just received goes upstream. `late`: another final answer went before it, so it passes without the transaction. */
  | { type: "forward"; branch: number; late: boolean }
  /** The answer stored of that branch goes upstream. */
  | { type: "answer"; branch: number }
  | { type: "answer-own"; status: 408 | 487 | 500 }
  /** A 2xx that the caller cannot take any more. */
  | { type: "hang-up"; branch: number }
  | { type: "tell"; branch: number }
  | { type: "tell-end"; outcome: "done" | "not-sent" }
  | { type: "start-timer"; branch: number; timer: BranchTimer; afterMs: number }
  | { type: "stop-timers"; branch: number }
  | { type: "stop-timer"; branch: number; timer: BranchTimer }
  /** Nothing is waited for any more. */
  | { type: "release" };

export type ProxyStep = { context: ResponseContext; effects: ProxyEffect[] };

/** Redirects beyond this many targets in all are not followed. */
export const largestTargets = 64;

/** A context for targets in their order; `keys` are their comparable forms. */
export function responseContext(plan: ProxyPlan, targets: readonly Redirect[]): ResponseContext {
  return {
    plan,
    waiting: targets.slice(0, largestTargets).map(({ uri }) => ({ uri, from: "destination" })),
    known: targets.map(({ key }) => key),
    branches: [],
    best: null,
    upstream: "open",
    report: "open",
  };
}

/** The context while one event is applied to it. */
export class Draft {
  readonly plan: ProxyPlan;
  best: Candidate | null;
  upstream: ResponseContext["upstream"];
  report: ResponseContext["report"];
  readonly #before: ResponseContext;
  readonly #branches: Branch[];
  readonly #effects: ProxyEffect[] = [];
  #waiting: readonly Target[];
  #known: readonly string[];

  constructor(context: ResponseContext) {
    this.#before = context;
    this.plan = context.plan;
    this.best = context.best;
    this.upstream = context.upstream;
    this.report = context.report;
    this.#branches = [...context.branches];
    this.#waiting = context.waiting;
    this.#known = context.known;
  }

  push(effect: ProxyEffect): void {
    this.#effects.push(effect);
  }

  move(branch: number, state: BranchState): void {
    const known = this.#branches[branch];
    if (known) this.#branches[branch] = { ...known, state };
  }

  end(branch: number): void {
    this.move(branch, "ended");
    this.push({ type: "stop-timers", branch });
  }

  startTimer(branch: number, timer: BranchTimer, afterMs: number): void {
    this.push({ type: "start-timer", branch, timer, afterMs });
  }

  /** Contacts of a redirection come next, each only once (RFC 3261 §16.5). */
  follow(redirects: readonly Redirect[]): void {
    const fresh: Redirect[] = [];
    for (const redirect of redirects) {
      const isKnown = this.#known.includes(redirect.key) || this.#known.length >= largestTargets;
      if (isKnown) continue;
      this.#known = [...this.#known, redirect.key];
      fresh.push(redirect);
    }
    this.#waiting = [...fresh.map(({ uri }): Target => ({ uri, from: "redirect" })), ...this.#waiting];
  }

  /** No longer wanted. A CANCEL may only follow a provisional answer (RFC 3261 §9.1). */
  giveUp(branch: number): void {
    const state = this.#branches[branch]?.state;
    if (state === "opening") this.move(branch, "ended");
    else if (state === "calling" || (state === "ringing" && !this.plan.isInvite)) {
      this.move(branch, "given-up");
      this.push({ type: "stop-timers", branch });
    } else if (state === "ringing") {
      this.move(branch, "cancelled");
      this.push({ type: "stop-timers", branch });
      this.push({ type: "cancel", branch });
    }
  }

  giveUpAll(): void {
    this.#waiting = [];
    for (let branch = 0; branch < this.#branches.length; branch += 1) this.giveUp(branch);
  }

  reportEnd(outcome: "done" | "not-sent"): void {
    if (this.report === "done") return;
    this.report = "done";
    this.push({ type: "tell-end", outcome });
  }

  /** The next targets, or the end where there are none. */
  goOn(): void {
    const isBusy = this.#has("opening", "calling", "ringing");
    while (
      this.#waiting.length > 0 &&
      (this.plan.mode === "simultaneous" || !this.#has("opening", "calling", "ringing"))
    ) {
      const [target, ...rest] = this.#waiting;
      if (target === undefined) break;
      this.#waiting = rest;
      this.push({ type: "open", branch: this.#branches.length, target });
      this.#branches.push({ target, state: "opening" });
    }
    if (isBusy || this.#has("opening", "cancelled")) return;
    if (this.upstream === "open") this.#refuse();
    this.reportEnd("done");
  }

  #refuse(): void {
    this.upstream = "refused";
    const { best } = this;
    const isSent = this.#branches.some(({ state }) => state !== "not-sent");
    if (best !== null && best.from === "target") this.push({ type: "answer", branch: best.branch });
    else this.push({ type: "answer-own", status: isSent && best === null ? 408 : 500 });
    this.reportEnd(isSent ? "done" : "not-sent");
  }

  #has(...states: BranchState[]): boolean {
    return this.#branches.some(({ state }) => states.includes(state));
  }

  finish(): ProxyStep {
    const context: ResponseContext = {
      plan: this.plan,
      waiting: this.#waiting,
      known: this.#known,
      branches: this.#branches,
      best: this.best,
      upstream: this.upstream,
      report: this.report,
    };
    if (isOver(context) && !isOver(this.#before)) this.push({ type: "release" });
    return { context, effects: this.#effects };
  }
}

/** Answered upstream, and no branch left that could still bring something. */
export function isOver({ upstream, branches }: ResponseContext): boolean {
  return upstream !== "open" && branches.every(({ state }) => state === "ended" || state === "not-sent");
}
