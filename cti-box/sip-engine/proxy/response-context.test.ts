import { describe, expect, it } from "vitest";
import { applyProxyEvent } from "./response-context.ts";
import {
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

/** In one line: what was done, without the timers. */
function spoken(effects: readonly ProxyEffect[]): string {
  return effects
    .filter(({ type }) => !type.includes("timer"))
    .map((effect) => {
      if (effect.type === "open") return `open ${effect.target.uri}`;
      if (effect.type === "forward") return `forward ${effect.branch}${effect.late ? " late" : ""}`;
      if (effect.type === "answer-own") return `own ${effect.status}`;
      if (effect.type === "tell-end") return effect.outcome;
      return "branch" in effect ? `${effect.type} ${effect.branch}` : effect.type;
    })
    .join(", ");
}

type Step = [event: ProxyEvent, effects: string];
const sent = (branch: number): ProxyEvent => ({ type: "sent", branch });
const said = (branch: number, status: number, ...redirects: string[]): ProxyEvent =>
  status < 200
    ? { type: "provisional", branch, status }
    : { type: "final", branch, status, redirects: targets(...redirects) };
const late = (branch: number, timer: "provisional" | "final" | "c"): ProxyEvent => ({ type: "timer", branch, timer });
const failed = (branch: number, status: 408 | 503): ProxyEvent => ({ type: "failed", branch, status });
const start: ProxyEvent = { type: "start" };
const left: ProxyEvent = { type: "caller-left" };

function walk(plan: ProxyPlan, uris: string[], steps: Step[]): ResponseContext {
  let context = responseContext(plan, targets(...uris));
  for (const [event, effects] of steps) {
    const step = applyProxyEvent(context, event);
    expect(`${JSON.stringify(event)} → ${spoken(step.effects)}`).toBe(`${JSON.stringify(event)} → ${effects}`);
    context = step.context;
  }
  return context;
}

const parallel: ProxyPlan = { ...invite, mode: "simultaneous" };
const following: ProxyPlan = { ...invite, redirects: "followed" };
const register: ProxyPlan = { ...invite, isInvite: false };

describe("a proxied request", () => {
  const rows: [fact: string, plan: ProxyPlan, uris: string[], steps: Step[]][] = [
    [
      "rings and is answered: both go up, and that was it",
      invite,
      ["a"],
      [
        [start, "open a"],
        [sent(0), ""],
        [said(0, 100), ""],
        [said(0, 180), "forward 0"],
        [said(0, 200), "tell 0, forward 0, done, release"],
        [said(0, 200), "forward 0 late"],
      ],
    ],
    [
      "one target after the other, and the best answer goes up: 486 before 503, 404 came later",
      invite,
      ["a", "b", "c"],
      [
        [start, "open a"],
        [sent(0), ""],
        [said(0, 503), "tell 0, open b"],
        [sent(1), ""],
        [said(1, 486), "tell 1, open c"],
        [sent(2), ""],
        [said(2, 404), "tell 2, answer 1, done, release"],
      ],
    ],
    [
      "a 6xx ends the search, whoever is still waiting",
      invite,
      ["a", "b"],
      [
        [start, "open a"],
        [sent(0), ""],
        [said(0, 603), "tell 0, answer 0, done, release"],
      ],
    ],
    [
      "a 6xx among several waits for those that ring, and one of them may still accept",
      parallel,
      ["a", "b"],
      [
        [start, "open a, open b"],
        [sent(0), ""],
        [sent(1), ""],
        [said(1, 180), "forward 1"],
        [said(0, 600), "tell 0, cancel 1"],
        [said(1, 200), "tell 1, forward 1, done, release"],
      ],
    ],
    [
      "a 407 goes up at once and ends what rings elsewhere; a 200 that crosses is hung up",
      parallel,
      ["a", "b"],
      [
        [start, "open a, open b"],
        [sent(0), ""],
        [sent(1), ""],
        [said(1, 180), "forward 1"],
        [said(0, 407), "tell 0, answer 0, cancel 1, done"],
        [said(1, 200), "hang-up 1, release"],
      ],
    ],
    [
      "who answers first has the call, the others are cancelled; a second 200 goes up as well",
      parallel,
      ["a", "b", "c"],
      [
        [start, "open a, open b, open c"],
        [sent(0), ""],
        [sent(1), ""],
        [said(0, 180), "forward 0"],
        [said(1, 183), "forward 1"],
        [said(1, 200), "tell 1, forward 1, cancel 0, done"],
        [sent(2), ""],
        [said(0, 200), "forward 0 late, release"],
      ],
    ],
    [
      "a target that stays silent is left for the next one; when it rings late it is cancelled",
      invite,
      ["a", "b"],
      [
        [start, "open a"],
        [sent(0), ""],
        [late(0, "provisional"), "open b"],
        [sent(1), ""],
        [said(0, 180), "cancel 0"],
        [said(1, 180), "forward 1"],
        [said(0, 487), "tell 0"],
        [said(1, 200), "tell 1, forward 1, done, release"],
      ],
    ],
    [
      "a target that said 100 is not silent",
      invite,
      ["a", "b"],
      [
        [start, "open a"],
        [sent(0), ""],
        [said(0, 100), ""],
        [late(0, "provisional"), ""],
      ],
    ],
    [
      "a target that rings too long is cancelled for the next one, but its 200 still counts",
      invite,
      ["a", "b"],
      [
        [start, "open a"],
        [sent(0), ""],
        [said(0, 180), "forward 0"],
        [late(0, "final"), "cancel 0, open b"],
        [sent(1), ""],
        [said(1, 180), "forward 1"],
        [said(0, 200), "tell 0, forward 0, cancel 1, done"],
        [said(1, 487), "release"],
      ],
    ],
    [
      "the last target that rings too long is waited for; its 487 is nobody's refusal, so the caller hears 408",
      invite,
      ["a"],
      [
        [start, "open a"],
        [sent(0), ""],
        [said(0, 180), "forward 0"],
        [late(0, "c"), "cancel 0"],
        [said(0, 487), "tell 0, own 408, done, release"],
      ],
    ],
    [
      "a dead last target costs its timeout, not timer B",
      invite,
      ["a"],
      [
        [start, "open a"],
        [sent(0), ""],
        [late(0, "provisional"), "own 408, done"],
        [said(0, 180), "cancel 0"],
        [said(0, 487), "release"],
      ],
    ],
    [
      "nobody answered at all: 408, and a target that cannot be reached makes it 500",
      invite,
      ["a", "b"],
      [
        [start, "open a"],
        [sent(0), ""],
        [failed(0, 408), "tell 0, open b"],
        [failed(1, 503), "tell 1, own 500, done, release"],
      ],
    ],
    [
      "no way to any of them: 500, and the application hears that nothing was sent",
      invite,
      ["a", "b"],
      [
        [start, "open a"],
        [{ type: "no-way", branch: 0 }, "open b"],
        [{ type: "no-way", branch: 1 }, "own 500, not-sent, release"],
      ],
    ],
    [
      "the caller leaves: 487 at once, CANCEL to what rings, at the first sign to what was silent; done once what rang has ended",
      parallel,
      ["a", "b", "c"],
      [
        [start, "open a, open b, open c"],
        [sent(0), ""],
        [sent(1), ""],
        [said(0, 180), "forward 0"],
        [left, "own 487, cancel 0"],
        [said(0, 487), "tell 0, done"],
        [said(1, 100), "cancel 1"],
        [said(1, 200), "hang-up 1, release"],
        [said(1, 200), "hang-up 1"],
      ],
    ],
    [
      "the caller leaves while the way to a target is still looked for: it is never sent",
      invite,
      ["a", "b"],
      [
        [start, "open a"],
        [left, "own 487, done, release"],
        [sent(0), ""],
      ],
    ],
    [
      "Contacts of a redirection come next, but none twice",
      following,
      ["a", "z"],
      [
        [start, "open a"],
        [sent(0), ""],
        [said(0, 302, "b", "c", "a"), "tell 0, open b"],
        [sent(1), ""],
        [said(1, 301, "a", "c"), "tell 1, open c"],
        [sent(2), ""],
        [said(2, 302, "b"), "tell 2, open z"],
        [sent(3), ""],
        [said(3, 480), "tell 3, answer 3, done, release"],
      ],
    ],
    [
      "a redirection that nobody follows goes up",
      invite,
      ["a"],
      [
        [start, "open a"],
        [sent(0), ""],
        [said(0, 302, "b"), "tell 0, answer 0, done, release"],
      ],
    ],
    [
      "no CANCEL for anything but INVITE; the second 200 of a REGISTER stays here",
      { ...register, mode: "simultaneous" },
      ["a", "b"],
      [
        [start, "open a, open b"],
        [sent(0), ""],
        [sent(1), ""],
        [said(1, 180), "forward 1"],
        [said(0, 200), "tell 0, forward 0, done"],
        [said(1, 200), "release"],
      ],
    ],
  ];
  it.each(rows)("%s", (...[, plan, uris, steps]) => {
    walk(plan, uris, steps);
  });
});
