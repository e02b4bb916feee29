/**
 * Operators who found a colleague busy and are called back when both are free (CCBS; the ideas are those of RFC 6910: who asked first is first, one recall at a
 * time, and who finds the colleague busy again keeps the place). One recall per pair; it lapses after half an hour.
 *   waiting ─both free─▶ recalling (the phone of who asked rings) ─the colleague answers, declines, does not answer─▶ gone
 *      ▲                     │            └─ nobody takes the recall ─▶ gone
 *      └─ colleague busy ────┘       cancelled, half an hour over: gone
 * In memory only, like presence.
 */
import type { OperatorId } from "../call/ids.ts";

export type RecallPair = { askedBy: OperatorId; colleague: OperatorId };
export type Recall = RecallPair & { untilMs: number; stage: "waiting" | "recalling" };
/** The longest asked first. */
export type Recalls = readonly Recall[];

export type RecallEvent =
  /** Asked again, the half hour begins anew. */
  | ({ type: "asked"; atMs: number } & RecallPair)
  | ({ type: "cancelled" } & RecallPair)
  /** `free`: who could be rung at this moment. */
  | { type: "looked"; atMs: number; free: ReadonlySet<OperatorId> }
  /** What became of the recall. `busy`: the colleague again, or it could not begin. */
  | ({ type: "recalled"; outcome: "done" | "busy" } & RecallPair);

export type RecallEffect = { type: "recall" } & RecallPair;
export type RecallStep = { recalls: Recalls; effects: readonly RecallEffect[] };

export const longestRecallMs = 30 * 60_000;

export function applyRecallEvent(recalls: Recalls, event: RecallEvent): RecallStep {
  switch (event.type) {
    case "asked":
      return { recalls: asked(recalls, event), effects: [] };
    case "cancelled":
      return { recalls: without(recalls, event), effects: [] };
    case "recalled":
      return { recalls: recalled(recalls, event), effects: [] };
    case "looked":
      return looked(recalls, event);
  }
}

function asked(recalls: Recalls, { askedBy, colleague, atMs }: Extract<RecallEvent, { type: "asked" }>): Recalls {
  if (askedBy === colleague) return recalls;
  const untilMs = atMs + longestRecallMs;
  const known = recalls.find((one) => isOf(one, { askedBy, colleague }));
  // Who asks again does not lose the place.
  if (known !== undefined) return recalls.map((one) => (one === known ? { ...one, untilMs } : one));
  return [...recalls, { askedBy, colleague, untilMs, stage: "waiting" }];
}

function recalled(recalls: Recalls, event: Extract<RecallEvent, { type: "recalled" }>): Recalls {
  if (event.outcome === "done") return without(recalls, event);
  return recalls.map((one) => (isOf(one, event) ? { ...one, stage: "waiting" } : one));
}

/** Nobody is in two recalls at a time, on either side. */
function looked(recalls: Recalls, { atMs, free }: Extract<RecallEvent, { type: "looked" }>): RecallStep {
  const running = recalls.filter(({ untilMs, stage }) => atMs < untilMs || stage === "recalling");
  const engaged = new Set(running.filter(({ stage }) => stage === "recalling").flatMap(peopleOf));
  const effects: RecallEffect[] = [];
  const after = running.map((one): Recall => {
    const people = peopleOf(one);
    const isDue = one.stage === "waiting" && people.every((person) => free.has(person) && !engaged.has(person));
    if (!isDue) return one;
    for (const person of people) engaged.add(person);
    effects.push({ type: "recall", askedBy: one.askedBy, colleague: one.colleague });
    return { ...one, stage: "recalling" };
  });
  return { recalls: after, effects };
}

function peopleOf({ askedBy, colleague }: RecallPair): OperatorId[] {
  return [askedBy, colleague];
}

function without(recalls: Recalls, pair: RecallPair): Recalls {
  return recalls.filter((one) => !isOf(one, pair));
}

function isOf(one: RecallPair, { askedBy, colleague }: RecallPair): boolean {
  return one.askedBy === askedBy && one.colleague === colleague;
}
