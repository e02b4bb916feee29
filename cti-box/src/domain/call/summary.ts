/** What the outside sees of a call: the summary of every event and the card of one operator. Pure projections of the call. */
import { callingOperatorOf, colleagueFor } from "./callee.ts";
import { presentedTo } from "./connected-parties.ts";
import { conversationOf } from "./conversation.ts";
import { transferUnderWay } from "./transfer-under-way.ts";
import type { Call, DiallingStage } from "./call.ts";
import type {
  CallStateName,
  CallSummaryView,
  CallView,
  MyCallState,
  TransferOrigin,
  TransferProgress,
} from "./call-view.ts";
import type { OperatorId } from "./ids.ts";

const stateNames: Record<Call["phase"]["kind"], CallStateName> = {
  dialling: "dialling",
  queued: "queued",
  "turned-away": "queued",
  ringing: "ringing",
  talking: "answered",
  held: "held",
  transferring: "transferring",
  parked: "parked",
  surveying: "surveying",
  merging: "transferring",
  consulting: "transferring",
  transferred: "transferred",
  overflowed: "transferred",
  ended: "ended",
};

export function stateNameOf(call: Call): CallStateName {
  return stateNames[call.phase.kind];
}

/** The call as it is now; with `seenBy`, the origin is the one that this operator has to know. */
export function summaryOf(call: Call, seenBy: OperatorId | null = null): CallSummaryView {
  return {
    callId: call.callId,
    contactId: call.contactId,
    officeId: call.officeId,
    direction: call.direction,
    state: stateNameOf(call),
    caller: call.caller,
    calledNumber: call.calledNumber,
    queue: call.queue === null ? null : { queueId: call.queue.queueId, label: call.queue.label },
    operatorId: operatorInCharge(call),
    transferredFrom: originFor(call, seenBy),
    ticket: call.ticket,
    startedAtMs: call.startedAtMs,
    answeredAtMs: call.answeredAtMs,
  };
}

/** The card of one operator, or null when the operator never had a part in the call. */
export function cardOf(call: Call, operatorId: OperatorId): CallView | null {
  const myState = partOf(call, operatorId);
  if (myState === null) return null;
  const waitedUntilMs = call.firstRungAtMs ?? call.startedAtMs;
  return {
    call: summaryOf(call, operatorId),
    myState,
    lastTransfer: call.lastTransfer?.requestedBy === operatorId ? call.lastTransfer.progress : null,
    waitedSeconds: Math.max(0, Math.floor((waitedUntilMs - call.startedAtMs) / 1000)),
    called: calledBy(call, operatorId),
    onTheLine: presentedTo(call, conversationOf(call), operatorId),
  };
}

/** Whom this operator has called, where that was no citizen. */
function calledBy(call: Call, operatorId: OperatorId): CallView["called"] {
  const { callee } = call;
  if (callee?.kind === "office") return { kind: "office", officeId: callee.officeId, label: callee.label };
  const colleague = colleagueFor(call, operatorId);
  if (colleague === null) return null;
  return { kind: "operator", operatorId: colleague.operatorId, label: colleague.displayName };
}

/** Every operator with a card on this call, present or departed. */
export function operatorsWithCard(call: Call): OperatorId[] {
  const present = [...engagementsOf(call).keys()];
  return [...new Set([...present, ...call.departed.map((one) => one.operatorId)])];
}

/** The operators the call keeps busy now. */
export function engagementsOf(call: Call): Map<OperatorId, "ringing" | "on-call"> {
  const engaged = new Map<OperatorId, "ringing" | "on-call">();
  const phase = call.phase;
  if (call.direction === "internal" && phase.kind !== "ended" && phase.kind !== "dialling") {
    const caller = call.legs[0];
    if (caller !== undefined) engaged.set(caller.peer.name as OperatorId, "on-call");
  }
  switch (phase.kind) {
    case "ringing":
      for (const operatorId of phase.operatorIds) engaged.set(operatorId, "ringing");
      break;
    case "dialling":
      engaged.set(phase.operatorId, ringsUnasked(call) ? "ringing" : "on-call");
      break;
    case "talking":
    case "held":
    case "merging":
      engaged.set(phase.operatorId, "on-call");
      break;
    case "transferring":
      if (phase.transfer.target.kind === "operator") engaged.set(phase.transfer.target.operatorId, "ringing");
      if (phase.operator.kind === "waiting") engaged.set(phase.transfer.requestedBy, "on-call");
      break;
    case "consulting":
      if (phase.transfer.target.kind === "operator") engaged.set(phase.transfer.target.operatorId, "on-call");
      engaged.set(phase.transfer.requestedBy, "on-call");
      break;
    case "parked":
    case "surveying":
    case "queued":
    case "turned-away":
    case "transferred":
    case "overflowed":
    case "ended":
      break;
  }
  return engaged;
}

export function progressOf(call: Call): TransferProgress | null {
  const phase = call.phase;
  if (phase.kind === "consulting") {
    const { transfer, talkingTo } = phase;
    return { phase: "consulting", transferId: transfer.transferId, target: transfer.target, talkingTo };
  }
  if (phase.kind !== "transferring") return call.lastTransfer?.progress ?? null;
  return { phase: phase.stage, transferId: phase.transfer.transferId, target: phase.transfer.target };
}

function operatorInCharge(call: Call): OperatorId | null {
  const phase = call.phase;
  switch (phase.kind) {
    case "ringing":
      return phase.operatorIds[0] ?? null;
    case "dialling":
    case "talking":
    case "held":
    case "merging":
      return phase.operatorId;
    case "transferring":
      return phase.operator.kind === "waiting" ? phase.transfer.requestedBy : null;
    case "consulting":
      return phase.transfer.requestedBy;
    case "ended":
      return call.spokenOperators.at(-1) ?? null;
    case "parked":
    case "surveying":
    case "queued":
    case "turned-away":
    case "transferred":
    case "overflowed":
      return null;
  }
}

/** While a colleague rings because of a transfer inside the office, the colleague sees who hands the call over. */
function originFor(call: Call, seenBy: OperatorId | null): TransferOrigin | null {
  const transfer = transferUnderWay(call)?.transfer;
  if (transfer?.target.kind !== "operator") return call.origin;
  return transfer.target.operatorId === seenBy ? internalOrigin(call, transfer.requestedAtMs) : call.origin;
}

/** Origin of a call that an operator of this office hands to a colleague at `atMs`. */
export function internalOrigin(call: Call, atMs: number): TransferOrigin | null {
  const transfer = transferUnderWay(call)?.transfer;
  if (transfer === undefined) return call.origin;
  return {
    officeId: call.officeId,
    officeLabel: call.officeLabel,
    operatorId: transfer.requestedBy,
    transferId: transfer.transferId,
    reason: transfer.reason,
    waitedSeconds: secondsSpent(call, atMs),
  };
}

/** Seconds the citizen has spent so far, in this office and in the earlier ones. */
export function secondsSpent(call: Call, atMs: number): number {
  return Math.max(0, Math.floor((atMs - call.startedAtMs) / 1000)) + (call.origin?.waitedSeconds ?? 0);
}

/** A citizen of a queue is to be called back, or a colleague who was busy is free: the operator is rung as for a call that comes in. */
function ringsUnasked({ phase, queue, callee }: Call): boolean {
  if (phase.kind !== "dialling" || phase.stage.kind !== "own-phone") return false;
  return queue !== null || (callee?.kind === "operator" && callee.wish === "when-free");
}

function diallingPart(call: Call, stage: DiallingStage): MyCallState {
  return ringsUnasked(call) ? { kind: "ringing" } : { kind: "dialling", stage: diallingStageOf(stage) };
}

/** The part of the operator who called the colleague; null: it is over. */
function callingPart({ phase }: Call): MyCallState | null {
  switch (phase.kind) {
    case "queued":
      return { kind: "dialling", stage: "calling" };
    case "ringing":
      return { kind: "dialling", stage: "ringing" };
    case "held":
      return { kind: phase.by.includes("calling-operator") ? "holding" : "talking" };
    case "dialling":
    case "ended":
      return null;
    case "talking":
    case "merging":
    case "transferring":
    case "consulting":
    case "parked":
    case "transferred":
    case "overflowed":
    case "surveying":
    case "turned-away":
      return { kind: "talking" };
  }
}

function diallingStageOf(stage: DiallingStage): "own-phone" | "calling" | "ringing" {
  if (stage.kind === "own-phone") return "own-phone";
  return stage.attempt === "ringing" ? "ringing" : "calling";
}

function partOf(call: Call, operatorId: OperatorId): MyCallState | null {
  const phase = call.phase;
  if (callingOperatorOf(call) === operatorId) {
    const part = callingPart(call);
    if (part !== null) return part;
  }
  switch (phase.kind) {
    case "dialling":
      if (phase.operatorId === operatorId) return diallingPart(call, phase.stage);
      break;
    case "ringing":
      if (phase.operatorIds.includes(operatorId)) return { kind: "ringing" };
      break;
    case "talking":
    case "merging":
      if (phase.operatorId === operatorId) return { kind: "talking" };
      break;
    case "held":
      if (phase.operatorId === operatorId) {
        const holds = phase.by.some((source) => source === "operator" || source === "operator-phone");
        return { kind: holds ? "holding" : "talking" };
      }
      break;
    case "transferring": {
      const target = phase.transfer.target;
      if (target.kind === "operator" && target.operatorId === operatorId) return { kind: "ringing" };
      const progress = progressOf(call);
      if (phase.operator.kind === "waiting" && phase.transfer.requestedBy === operatorId && progress !== null) {
        return { kind: "transferring", progress };
      }
      break;
    }
    case "consulting":
      return partInConsultation(call, phase, operatorId);
    case "parked":
    case "surveying":
    case "queued":
    case "turned-away":
    case "transferred":
    case "overflowed":
    case "ended":
      break;
  }
  return departedPart(call, operatorId);
}

function departedPart(call: Call, operatorId: OperatorId): MyCallState | null {
  const departure = call.departed.findLast((one) => one.operatorId === operatorId);
  return departure === undefined ? null : { kind: "gone", why: departure.why };
}

function partInConsultation(
  call: Call,
  { transfer, talkingTo }: Extract<Call["phase"], { kind: "consulting" }>,
  operatorId: OperatorId,
): MyCallState | null {
  const { target, requestedBy } = transfer;
  const progress = progressOf(call);
  if (requestedBy === operatorId && progress !== null) return { kind: "transferring", progress };
  const isColleague = target.kind === "operator" && target.operatorId === operatorId;
  if (isColleague) {
    const isConference = talkingTo === "everybody";
    return { kind: "consulted", by: requestedBy, talksToMe: talkingTo !== "caller", isConference };
  }
  return departedPart(call, operatorId);
}
