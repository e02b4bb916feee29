/** Calls between colleagues: who rings, now and when the one who was called does not take it (domain/operator/call-handling.ts). */
import { directionsFrom, directionsTo } from "../domain/operator/call-handling.ts";
import { mayBeForwarded } from "../domain/call/forwarding.ts";
import type { CallArrival } from "../domain/call/call-event.ts";
import type { CallId, OperatorId } from "../domain/call/ids.ts";
import type { CallHandling, Destination, Forward, Operators, Situation } from "../domain/operator/call-handling.ts";
import type { CallRunner } from "./call-runner.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { Office } from "./office-settings.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Ids, InviteVerdict } from "./ports.ts";

export type ForwardParts = {
  office: Pick<Office, "queues">;
  room: Pick<OperatorRoom, "presenceOf" | "callsInHand" | "devicesOf" | "engage">;
  handlings: { handlingOf(operatorId: OperatorId): CallHandling };
  calls: Pick<CallsInProgress, "begin" | "find">;
  ids: Pick<Ids, "legId">;
};

/** What decides where a call goes. */
type Wishes = {
  room: Pick<OperatorRoom, "presenceOf" | "callsInHand" | "devicesOf">;
  handlings: ForwardParts["handlings"];
};

/** A colleague is called. Refused before it becomes a call when nobody can be rung. */
export function callColleague(
  parts: ForwardParts,
  arrival: CallArrival,
  call: { callee: OperatorId; sdp: string | null },
): InviteVerdict {
  const caller = arrival.peer.name as OperatorId;
  const { forwards, destination } = directionsTo(call.callee, operatorsOf(parts), [caller]);
  if (destination.kind === "nobody") {
    const status = destination.why === "busy" ? 486 : 480;
    return { kind: "refused", status, why: `colleague cannot be reached: ${destination.why}` };
  }
  goOn(parts, parts.calls.begin(arrival, call.sdp), { forwards, destination });
  return { kind: "accepted" };
}

/** Whoever was rung did not take the call; or nobody was yet, for the one who is `called`. */
export function seekForward(
  parts: ForwardParts,
  callId: CallId,
  missed: { operatorId: OperatorId; why: "busy" | "no-answer" | "called" },
): void {
  const runner = parts.calls.find(callId);
  if (runner === null || !mayBeForwarded(runner.call)) return;
  const { forwards = [], legs } = runner.call;
  const visited = [legs[0]?.peer.name as OperatorId, ...forwards.map(({ from }) => from)];
  const { operatorId, why } = missed;
  const directions =
    why === "called"
      ? directionsTo(operatorId, operatorsOf(parts), visited)
      : directionsFrom({ operatorId, why }, operatorsOf(parts), visited);
  if (directions === null) return runner.post({ type: "no-operator" });
  if (directions.destination.kind === "nobody")
    return runner.post({ type: "no-operator", why: whyOf(directions.destination) });
  goOn(parts, runner, directions);
}

/** Why a call for this colleague would ring nowhere; null: it would ring. */
export function unreachableNow(parts: Wishes, call: { from: OperatorId; to: OperatorId }): "busy" | "absent" | null {
  const { destination } = directionsTo(call.to, operatorsOf(parts), [call.from]);
  return destination.kind === "nobody" ? whyOf(destination) : null;
}

/** Whoever forwards in a circle is not there. */
function whyOf({ why }: Extract<Destination, { kind: "nobody" }>): "busy" | "absent" {
  return why === "busy" ? "busy" : "absent";
}

/** The colleague who is to be rung in the place of this one; null: nobody can be. For transfers, which go to people and not to queues. */
export function standInFor(parts: Wishes, operatorId: OperatorId, visited: readonly OperatorId[]): OperatorId | null {
  const { destination } = directionsTo(operatorId, operatorsOf(parts), visited);
  return destination.kind === "ring" ? destination.operatorId : null;
}

function goOn(
  { office, room, ids }: ForwardParts,
  runner: CallRunner,
  { forwards, destination }: { forwards: readonly Forward[]; destination: Destination },
): void {
  for (const { from, cause, to } of forwards) {
    const queue = to.kind === "queue" ? office.queues.get(to.queueId) : undefined;
    if (to.kind === "operator") runner.post({ type: "call-forwarded", from, cause, to });
    else if (queue !== undefined) runner.post({ type: "call-forwarded", from, cause, to: { kind: "queue", queue } });
  }
  if (destination.kind !== "ring") return;
  const { operatorId, ringSeconds } = destination;
  const legs = room.devicesOf(operatorId).map((device) => ({ legId: ids.legId(), device }));
  // The next call to the same colleague may come before this one's effects have run.
  room.engage(operatorId, runner.call.callId, "ringing");
  const ringMs = ringSeconds === null ? undefined : ringSeconds * 1000;
  runner.post({ type: "operator-assigned", operatorId, legs, ...(ringMs !== undefined && { ringMs }) });
}

function operatorsOf({ room, handlings }: Wishes): Operators {
  return {
    handlingOf: (operatorId) => handlings.handlingOf(operatorId),
    situationOf: (operatorId) => situationOf(room, handlings.handlingOf(operatorId), operatorId),
  };
}

/** One call may wait beside the one that the operator is in. */
function situationOf(room: Wishes["room"], handling: CallHandling, operatorId: OperatorId): Situation {
  const { doNotDisturb, callWaiting } = handling;
  switch (room.presenceOf(operatorId)) {
    case "available":
      return "free";
    case "on-call":
      if (doNotDisturb) return "undisturbed";
      return callWaiting && room.callsInHand(operatorId) === 1 && room.devicesOf(operatorId).length > 0
        ? "free"
        : "busy";
    case "ringing":
    case "wrap-up":
      return "busy";
    case "do-not-disturb":
      return "undisturbed";
    case "away":
    case "unreachable":
    case "signed-out":
      return "absent";
  }
}
