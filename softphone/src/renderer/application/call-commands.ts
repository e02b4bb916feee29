/** What the operator does with a call. Answering, declining and hanging up are SIP; hold is the box's, so that the citizen hears music. */
import { tellProblem, withToken } from "./desk.ts";
import { findEntry } from "../domain/call/apply-calls-event.ts";
import { cardStateOf } from "../domain/call/call.ts";
import type { Desk } from "./desk.ts";
import type { Outcome } from "./ports.ts";
import type { Dialled } from "../domain/call/dial-field.ts";
import type { CardState } from "../domain/call/call.ts";

export type CallCommands = {
  select(callId: string): void;
  /** Puts a talking call on hold first: two citizens never hear each other. */
  answer(callId: string): Promise<void>;
  decline(callId: string): void;
  hangUp(callId: string): void;
  toggleMicrophone(callId: string): void;
  toggleHold(callId: string): Promise<void>;
  sendDigit(callId: string, digit: string): void;
  /** Calls a citizen, a colleague or another office. True: the box has taken the call; otherwise the reason is on the screen (`dialling`). */
  dial(whom: Dialled): Promise<boolean>;
  /** Leaves the citizen with music to whoever takes the call up again. */
  park(callId: string): Promise<void>;
  retrieve(callId: string): Promise<void>;
  /** Takes the call that rings at a colleague's. */
  pickUp(login: string): Promise<void>;
  /** Has the operator called back when a busy colleague is free, or no longer. */
  recall(login: string, wish: "recall" | "do-not-recall"): Promise<void>;
  /** Takes an ended call off the screen. */
  dismiss(callId: string): void;
};

/** Refusals of the box that have words of their own. */
const dialProblems = [
  "invalid-number",
  "number-not-allowed",
  "already-busy",
  "no-phone",
  "no-trunk",
  "box-stopping",
  "colleague-busy",
  "target-unavailable",
  "unknown-target",
  "target-not-allowed",
  "no-on-net-route",
] as const;

export function createCallCommands(desk: Desk): CallCommands {
  const { store, ports } = desk;
  const stateOf = (callId: string): CardState | null => {
    const entry = findEntry(store.read().calls, callId);
    return entry === undefined ? null : cardStateOf(entry);
  };

  return {
    select: (callId) => store.dispatch({ type: "call-selected", callId }),
    answer: (callId) => answerCall(desk, callId),
    decline(callId) {
      if (stateOf(callId) === "ringing") desk.telephone.current?.decline(callId);
    },
    hangUp(callId) {
      desk.telephone.current?.hangUp(callId);
    },
    toggleMicrophone(callId) {
      const entry = findEntry(store.read().calls, callId);
      if (entry?.line.kind !== "open") return;
      const microphone = entry.line.microphone === "live" ? "muted" : "live";
      desk.telephone.current?.setMicrophone(callId, microphone);
      store.dispatch({ type: "microphone-set", callId, microphone });
      ports.pageEvents.tell(microphone === "muted" ? "la2-call-muted" : "la2-call-unmuted", { callId });
    },
    async toggleHold(callId) {
      const state = stateOf(callId);
      if (state !== "talking" && state !== "held") return;
      const answer = await withToken(desk, (token) =>
        state === "talking" ? ports.boxApi.hold(token, callId) : ports.boxApi.resume(token, callId),
      );
      if (!answer.ok) tellProblem(desk, state === "talking" ? "problem.hold" : "problem.resume");
    },
    sendDigit: (callId, digit) => desk.telephone.current?.sendDigit(callId, digit),
    dial: (whom) => dial(desk, whom),
    async park(callId) {
      const answer = await withToken(desk, (token) => ports.boxApi.park(token, callId));
      if (!answer.ok) tellProblem(desk, "problem.park");
    },
    retrieve: (callId) => takeUp(desk, (token) => ports.boxApi.retrieve(token, callId)),
    pickUp: (login) => takeUp(desk, (token) => ports.boxApi.pickUp(token, login)),
    recall: (login, wish) => recall(desk, login, wish),
    dismiss(callId) {
      store.dispatch({ type: "call-dismissed", callId });
      store.dispatch({ type: "panel-dropped", callId });
    },
  };
}

/** Takes a call that waits elsewhere: it rings here next, and is answered by itself. */
async function takeUp(desk: Desk, ask: (token: string) => Promise<Outcome<{ callId: string }>>): Promise<void> {
  const { store } = desk;
  const answer = await withToken(desk, ask);
  if (!answer.ok) {
    const isOver = answer.detail === "wrong-state" || answer.detail === "unknown-call";
    tellProblem(desk, isOver ? "problem.pick-up.over" : "problem.pick-up");
    return;
  }
  const { callId } = answer.value;
  // It may ring here already, before the box's answer has come.
  if (findEntry(store.read().calls, callId)?.line.kind === "ringing") return answerCall(desk, callId);
  desk.dialled.add(callId);
}

async function recall(desk: Desk, login: string, wish: "recall" | "do-not-recall"): Promise<void> {
  const { store, ports } = desk;
  const { boxApi } = ports;
  const answer = await withToken(desk, (token) =>
    wish === "recall" ? boxApi.askRecall(token, login) : boxApi.cancelRecall(token, login),
  );
  if (!answer.ok) return tellProblem(desk, "problem.recall");
  const { last } = store.read().dialling;
  if (last?.target.kind !== "operator" || last.target.operatorLogin !== login) return;
  const outcome = { kind: wish === "recall" ? "recall-asked" : "none" } as const;
  store.dispatch({ type: "dial-field", field: { last, outcome } });
}

async function dial(desk: Desk, whom: Dialled): Promise<boolean> {
  const { store, ports } = desk;
  const callId = ports.ids.ulid();
  // Its ring may be here before the box's answer.
  desk.dialled.add(callId);
  store.dispatch({ type: "dial-field", field: { last: whom, outcome: { kind: "none" } } });
  const answer = await withToken(desk, (token) => ports.boxApi.dial(token, { callId, target: whom.target }));
  if (answer.ok) {
    store.dispatch({ type: "call-selected", callId });
    return true;
  }
  desk.dialled.delete(callId);
  const known = dialProblems.find((slug) => slug === answer.detail);
  const problem = known ?? (answer.why === "away" ? "away" : "unknown");
  store.dispatch({ type: "dial-field", field: { last: whom, outcome: { kind: "problem", problem } } });
  return false;
}

async function answerCall(desk: Desk, callId: string): Promise<void> {
  const { store, ports, telephone } = desk;
  const entry = findEntry(store.read().calls, callId);
  // The card may be here a moment before the ring itself.
  if (entry?.line.kind === "absent" && cardStateOf(entry) === "ringing") desk.dialled.add(callId);
  if (entry?.line.kind !== "ringing" || telephone.current === null) return;
  store.dispatch({ type: "line-answering", callId });
  store.dispatch({ type: "call-selected", callId });
  ports.pageEvents.tell("la2-answer-clicked", { callId });
  const talking = store.read().calls.filter((other) => other.callId !== callId && cardStateOf(other) === "talking");
  // The holds and the answer travel together; the box keeps the order of what arrives for each call.
  const holds = talking.map((other) => withToken(desk, (token) => ports.boxApi.hold(token, other.callId)));
  for (const hold of await Promise.all(holds)) if (!hold.ok) tellProblem(desk, "problem.hold");
  const answer = await telephone.current.answer(callId);
  if (answer.ok) return;
  store.dispatch({ type: "line-answer-failed", callId });
  if (answer.why === "microphone-denied") store.dispatch({ type: "microphone-found", microphone: "denied" });
  if (answer.why === "microphone-missing") store.dispatch({ type: "microphone-found", microphone: "missing" });
  if (answer.why === "insecure-page") store.dispatch({ type: "microphone-found", microphone: "insecure" });
  tellProblem(desk, `problem.answer.${answer.why}`);
}
