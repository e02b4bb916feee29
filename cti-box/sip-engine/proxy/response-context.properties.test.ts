/** The response context under random answers in random order: one final answer upstream, every branch ended, every timer stopped. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyProxyEvent } from "./response-context.ts";
import {
  isOver,
  largestTargets,
  responseContext,
  type ProxyEffect,
  type ProxyEvent,
  type ProxyPlan,
  type ResponseContext,
} from "./response-state.ts";

const invite: ProxyPlan = {
  isInvite: true,
  mode: "serial",
  redirects: "passed-on",
  provisionalMs: 2_000,
  finalMs: 20_000,
  timerCMs: 185_000,
};
const targets = (...uris: string[]) => uris.map((uri) => ({ uri, key: uri }));
const said = (branch: number, status: number, ...redirects: string[]): ProxyEvent =>
  status < 200
    ? { type: "provisional", branch, status }
    : { type: "final", branch, status, redirects: targets(...redirects) };
const start: ProxyEvent = { type: "start" };

function begin(plan: ProxyPlan, events: ProxyEvent[]): ResponseContext {
  return events.reduce(
    (context, event) => applyProxyEvent(context, event).context,
    responseContext(plan, targets("0")),
  );
}

describe("the limits", () => {
  it("starts timer C anew with every provisional answer but 100 (RFC 3261 §16.7 step 2)", () => {
    let context = begin(invite, [start, { type: "sent", branch: 0 }]);
    const timers = [100, 180, 183].map((status) => {
      const step = applyProxyEvent(context, said(0, status));
      context = step.context;
      return step.effects.filter(({ type }) => type === "start-timer");
    });
    const again = [{ type: "start-timer", branch: 0, timer: "c", afterMs: 185_000 }];
    expect(timers).toEqual([[], again, again]);
  });

  it("follows no more redirections than there may be targets", () => {
    let context = begin({ ...invite, redirects: "followed" }, [start]);
    for (let branch = 0; context.upstream === "open"; branch += 1) {
      context = applyProxyEvent(context, { type: "sent", branch }).context;
      context = applyProxyEvent(context, said(branch, 302, `${branch + 1}`)).context;
    }
    expect(context.branches.length).toBe(largestTargets);
    expect(isOver(context)).toBe(true);
  });
});

describe("whatever the targets answer, in whatever order", () => {
  const statuses = fc.constantFrom(100, 180, 183, 200, 202, 302, 401, 404, 407, 486, 487, 500, 503, 600);
  const event = fc.oneof(
    { weight: 8, arbitrary: fc.record({ type: fc.constant("said" as const), branch: fc.nat(5), status: statuses }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant("sent" as const), branch: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant("no-way" as const), branch: fc.nat(5) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant("failed" as const),
        branch: fc.nat(5),
        status: fc.constantFrom(408 as const, 503 as const),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant("timer" as const),
        branch: fc.nat(5),
        timer: fc.constantFrom("provisional" as const, "final" as const, "c" as const),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ type: "caller-left" as const }) },
  );
  const plans = fc.record({
    isInvite: fc.boolean(),
    mode: fc.constantFrom("serial" as const, "simultaneous" as const),
    redirects: fc.constantFrom("followed" as const, "passed-on" as const),
    provisionalMs: fc.constantFrom(null, 2_000),
    finalMs: fc.constantFrom(null, 2_000),
    timerCMs: fc.constant(185_000),
  });

  /** Applies the events, then lets every branch run out of time, as the transactions do; everything that was done, in order. */
  function run(
    plan: ProxyPlan,
    uris: string[],
    events: ProxyEvent[],
  ): {
    context: ResponseContext;
    effects: ProxyEffect[];
  } {
    let context = responseContext(plan, targets(...uris));
    const effects: ProxyEffect[] = [];
    const apply = (one: ProxyEvent): void => {
      const step = applyProxyEvent(context, one);
      context = step.context;
      effects.push(...step.effects);
    };
    apply(start);
    for (const one of events) apply(one);
    for (let branch = 0; branch < context.branches.length; branch += 1) {
      const state = context.branches[branch]?.state;
      if (state === "opening") apply({ type: "no-way", branch });
      // Timers B and F; an INVITE that rings ends by timer C, and its CANCEL by 64·T1.
      apply({ type: "timer", branch, timer: "c" });
      apply({ type: "failed", branch, status: 408 });
    }
    return { context, effects };
  }

  const runs = fc
    .tuple(plans, fc.integer({ min: 1, max: 4 }), fc.array(event, { maxLength: 30 }))
    .map(([plan, count, events]) => {
      const uris = ["a", "b", "c", "d"].slice(0, count);
      const given = events.map((one): ProxyEvent =>
        one.type === "said" ? said(one.branch, one.status, `r${one.branch}`, "a") : one,
      );
      return { plan, ...run(plan, uris, given) };
    });

  it("exactly one final answer goes upstream through the transaction, and nothing but a 2xx after it", () => {
    fc.assert(
      fc.property(runs, ({ effects }) => {
        const finals = effects.filter(
          (effect) =>
            effect.type === "answer" ||
            effect.type === "answer-own" ||
            (effect.type === "forward" && isFinalOf(effect, effects)),
        );
        expect(finals.length).toBe(1);
      }),
      { numRuns: 5_000 },
    );
  });

  it("every branch ends, the context is let go of once, and the application hears the end once", () => {
    fc.assert(
      fc.property(runs, ({ context, effects }) => {
        expect(isOver(context)).toBe(true);
        expect(effects.filter(({ type }) => type === "release").length).toBe(1);
        expect(effects.filter(({ type }) => type === "tell-end").length).toBe(1);
        const lastTold = effects.findLastIndex(({ type }) => type === "tell");
        expect(lastTold).toBeLessThan(effects.findIndex(({ type }) => type === "tell-end"));
      }),
      { numRuns: 5_000 },
    );
  });

  it("every timer that was started is stopped, and none starts for a branch that is not wanted", () => {
    fc.assert(
      fc.property(runs, ({ effects }) => {
        const running = new Set<string>();
        for (const effect of effects) {
          if (effect.type === "start-timer") running.add(`${effect.branch}${effect.timer}`);
          if (effect.type === "stop-timer") running.delete(`${effect.branch}${effect.timer}`);
          if (effect.type === "stop-timers")
            for (const key of running) if (key.startsWith(`${effect.branch}`)) running.delete(key);
        }
        expect([...running]).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });

  it("a branch is cancelled once at most, and only an INVITE's", () => {
    fc.assert(
      fc.property(runs, ({ plan, effects }) => {
        const cancels = effects.flatMap((effect) => (effect.type === "cancel" ? [effect.branch] : []));
        expect(new Set(cancels).size).toBe(cancels.length);
        if (!plan.isInvite) expect(cancels).toEqual([]);
      }),
      { numRuns: 5_000 },
    );
  });

  it("serial means that no target is asked while another one may still ring", () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), (events) => {
        let context = applyProxyEvent(responseContext(invite, targets("a", "b", "c")), start).context;
        for (const one of events) {
          context = applyProxyEvent(context, one.type === "said" ? said(one.branch, one.status) : one).context;
          const busy = context.branches.filter(({ state }) => ["opening", "calling", "ringing"].includes(state));
          expect(busy.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 5_000 },
    );
  });
});

/** Whether a `forward` passed a final answer: the first one that is followed by the end of the search, told by `tell` just before it. */
function isFinalOf(effect: ProxyEffect, effects: readonly ProxyEffect[]): boolean {
  const index = effects.indexOf(effect);
  const before = effects[index - 1];
  return effect.type === "forward" && !effect.late && before?.type === "tell" && before.branch === effect.branch;
}
