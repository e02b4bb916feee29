/**
 * What an operator wants done with calls of colleagues: forwarded always, when busy, when there is no answer; or no call at all. Calls of queues are
 * never forwarded: an operator who is not to be disturbed gets none, and the queue finds somebody else.
 *   called ─always─▶ next      busy, do not disturb ─busy─▶ next │ 486      absent, not answered in time ─no-answer─▶ next │ 480      free ─▶ rings
 * A chain of forwards visits nobody twice and ends after `mostForwards`.
 */
import type { OperatorId } from "../call/ids.ts";

export type ForwardTarget = { kind: "operator"; operatorId: OperatorId } | { kind: "queue"; queueId: string };

export type CallHandling = {
  doNotDisturb: boolean;
  /** A second call of a colleague rings during a call; false: the colleague hears busy. */
  callWaiting: boolean;
  always: ForwardTarget | null;
  busy: ForwardTarget | null;
  /** `afterSeconds`: 5 to 60. */
  noAnswer: { target: ForwardTarget; afterSeconds: number } | null;
};

export const plainHandling: CallHandling = {
  doNotDisturb: false,
  callWaiting: false,
  always: null,
  busy: null,
  noAnswer: null,
};

export type ForwardCause = "always" | "busy" | "do-not-disturb" | "no-answer";
export type Forward = { from: OperatorId; cause: ForwardCause; to: ForwardTarget };

/** `absent`: away, signed out, or no phone can be reached. */
export type Situation = "free" | "busy" | "undisturbed" | "absent";

export type Destination =
  /** `ringSeconds` null: as long as usual. */
  | { kind: "ring"; operatorId: OperatorId; ringSeconds: number | null }
  | { kind: "queue"; queueId: string }
  | { kind: "nobody"; why: "busy" | "absent" | "loop" };

/** The telephone that rings in the end is at most so many forwards away. */
export const mostForwards = 5;

export type Operators = {
  handlingOf(operatorId: OperatorId): CallHandling;
  situationOf(operatorId: OperatorId): Situation;
};

/** Where a call for this operator goes. `visited`: who must not be tried (again): the caller, and operators it was forwarded from. */
export function directionsTo(
  operatorId: OperatorId,
  operators: Operators,
  visited: readonly OperatorId[],
): { forwards: Forward[]; destination: Destination } {
  const forward = forwardNow(operatorId, operators);
  if (forward !== null) return follow(forward, operators, visited);
  const situation = operators.situationOf(operatorId);
  if (situation !== "free") {
    return { forwards: [], destination: { kind: "nobody", why: situation === "absent" ? "absent" : "busy" } };
  }
  const ringSeconds = operators.handlingOf(operatorId).noAnswer?.afterSeconds ?? null;
  return { forwards: [], destination: { kind: "ring", operatorId, ringSeconds } };
}

/** Where a call goes that rang here and was not taken; null: nowhere. */
export function directionsFrom(
  missed: { operatorId: OperatorId; why: "busy" | "no-answer" },
  operators: Operators,
  visited: readonly OperatorId[],
): ReturnType<typeof directionsTo> | null {
  const { operatorId, why } = missed;
  const { busy, noAnswer } = operators.handlingOf(operatorId);
  const to = why === "busy" ? busy : (noAnswer?.target ?? null);
  return to === null ? null : follow({ from: operatorId, cause: why, to }, operators, visited);
}

function follow(
  forward: Forward,
  operators: Operators,
  visited: readonly OperatorId[],
): ReturnType<typeof directionsTo> {
  const { to, from } = forward;
  if (to.kind === "queue") return { forwards: [forward], destination: to };
  const passed = [...visited, from];
  if (passed.includes(to.operatorId) || passed.length > mostForwards)
    return { forwards: [forward], destination: { kind: "nobody", why: "loop" } };
  const { forwards, destination } = directionsTo(to.operatorId, operators, passed);
  return { forwards: [forward, ...forwards], destination };
}

function forwardNow(operatorId: OperatorId, operators: Operators): Forward | null {
  const { always, busy, noAnswer } = operators.handlingOf(operatorId);
  if (always !== null) return { from: operatorId, cause: "always", to: always };
  const situation = operators.situationOf(operatorId);
  if (situation === "busy" && busy !== null) return { from: operatorId, cause: "busy", to: busy };
  if (situation === "undisturbed" && busy !== null) return { from: operatorId, cause: "do-not-disturb", to: busy };
  if (situation === "absent" && noAnswer !== null) return { from: operatorId, cause: "no-answer", to: noAnswer.target };
  return null;
}
