/** Who is to be called back: what each call means for it. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { afterCall, type CallbackBook, type CallOutcome } from "./callback-book.ts";
import type { CallId, ContactId } from "../call/ids.ts";

const rules = { attempts: 2, pauseMs: 600_000 };
const rulesOf = (queueId: string) => (queueId === "urp" ? rules : null);
const outcome = (change: Partial<CallOutcome> = {}): CallOutcome => ({
  callId: "call" as CallId,
  contactId: "contact" as ContactId,
  direction: "in",
  queueId: "urp",
  number: "+393331234567",
  startedAtMs: 1000,
  answeredAtMs: null,
  endCause: "callback-requested",
  atMs: 5000,
  ...change,
});
const called = (change: Partial<CallOutcome>) =>
  outcome({ direction: "out", startedAtMs: 10_000, atMs: 40_000, ...change });
const after = (...outcomes: CallOutcome[]): CallbackBook =>
  outcomes.reduce<CallbackBook>((book, one) => afterCall(book, one, rulesOf), new Map());
const only = (book: CallbackBook) => [...book.values()];

test("the place counts from the call in which it was asked for", () => {
  expect(only(after(outcome()))).toEqual([
    expect.objectContaining({ queueId: "urp", number: "+393331234567", sinceMs: 1000, attempts: 0, notBeforeMs: 5000 }),
  ]);
});

test("asked for twice it is one call back, at the earlier place", () => {
  expect(only(after(outcome(), outcome({ startedAtMs: 7000, atMs: 9000 })))).toEqual(only(after(outcome())));
});

describe("after a call", () => {
  test.each<[string, CallOutcome[], object | null]>([
    ["answered: done", [called({ answeredAtMs: 30_000, endCause: null })], null],
    ["answered and ended: done", [called({ answeredAtMs: 30_000, endCause: "caller-hung-up" })], null],
    [
      "the citizen called again and was answered: done",
      [outcome({ startedAtMs: 9000, answeredAtMs: 9500, endCause: null })],
      null,
    ],
    ["busy: again after the pause", [called({ endCause: "callee-busy" })], { attempts: 1, notBeforeMs: 640_000 }],
    ["busy twice: given up", [called({ endCause: "callee-busy" }), called({ endCause: "callee-no-answer" })], null],
    [
      "the line was lost while it rang: again after the pause",
      [called({ endCause: "callee-not-reachable" })],
      { attempts: 1 },
    ],
    ["the operator hung up meanwhile", [called({ endCause: "operator-hung-up" })], { attempts: 1 }],
    [
      "the operator did not answer: soon, and it does not count",
      [called({ endCause: "no-operator" })],
      { attempts: 0, notBeforeMs: 70_000 },
    ],
    ["the box was restarted: it does not count", [called({ endCause: "box-restarted" })], { attempts: 0 }],
    [
      "the citizen called again and gave up",
      [outcome({ startedAtMs: 9000, endCause: "caller-gave-up" })],
      { attempts: 0, notBeforeMs: 5000 },
    ],
    [
      "a call to the same number out of another queue",
      [called({ queueId: "other", endCause: "callee-busy" })],
      { attempts: 0 },
    ],
    [
      "a call to another number",
      [called({ number: "+390612345678", answeredAtMs: 1, endCause: null })],
      { attempts: 0 },
    ],
    [
      "a call of before that was answered and ends now",
      [outcome({ startedAtMs: 500, answeredAtMs: 600, endCause: "caller-hung-up" })],
      { attempts: 0 },
    ],
  ])("%s", (_what, outcomes, expected) => {
    const [pending] = only(after(outcome(), ...outcomes));
    if (expected === null) expect(pending).toBeUndefined();
    else expect(pending).toMatchObject(expected);
  });
});

test("a number that is withheld or not kept any more, or a queue that calls nobody back, is no call back", () => {
  expect(only(after(outcome({ number: null })))).toEqual([]);
  expect(only(after(outcome({ queueId: "other" })))).toEqual([]);
  expect(only(after(outcome({ number: "+3933312****" })))).toEqual([]);
});

test("never more calls in vain than allowed, whatever happens", () => {
  const causes = fc.constantFrom(
    "callback-requested",
    "callee-busy",
    "no-trunk",
    "no-operator",
    "caller-gave-up",
    null,
  );
  const any = fc.record({ endCause: causes, direction: fc.constantFrom("in", "out"), answered: fc.boolean() });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 30 }), (list) => {
      let book: CallbackBook = new Map();
      for (const [index, { endCause, direction, answered }] of list.entries()) {
        const atMs = 10_000 * (index + 1);
        const answeredAtMs = answered && endCause !== "callback-requested" ? atMs : null;
        book = afterCall(book, outcome({ endCause, direction, answeredAtMs, startedAtMs: atMs, atMs }), rulesOf);
        expect(book.size).toBeLessThanOrEqual(1);
        for (const { attempts } of book.values()) expect(attempts).toBeLessThan(rules.attempts);
        if (answeredAtMs !== null) expect(book.size).toBe(0);
      }
    }),
  );
});
