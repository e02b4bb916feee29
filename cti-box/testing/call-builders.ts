/** Builders of calls and events for tests of the call core. */
import { applyCallEvent, beginCall } from "../src/domain/call/apply-call-event.ts";
import type { Call, CallQueue, Device } from "../src/domain/call/call.ts";
import type { Party } from "../src/domain/call/call-view.ts";
import type { CallEffect } from "../src/domain/call/call-effect.ts";
import type {
  CallArrival,
  CallBeginning,
  CallPlacement,
  LaterCallEvent,
  TransferRequested,
} from "../src/domain/call/call-event.ts";
import type { CallId, ContactId, LegId, OperatorId, TransferId } from "../src/domain/call/ids.ts";
import type { Step } from "../src/domain/call/step.ts";

export const callId = "01KAQZ00000000000000000001" as CallId;
export const contactId = "0123456789abcdef0123456789abcdef" as ContactId;
export const callerLegId = "01KAQZ000000000000000000C1" as LegId;
export const anna = "anna" as OperatorId;
export const bruno = "bruno" as OperatorId;
export const transferId = "01KAQZ000000000000000000X1" as TransferId;
export const startMs = 1_000_000;

export const queue: CallQueue = {
  queueId: "urp",
  label: "URP",
  ringTimeoutMs: 20_000,
  maxWaitMs: 600_000,
  wrapUpMs: 3000,
};

export function leg(name: string): LegId {
  return name as LegId;
}

export function device(name: string, media: Device["media"] = "rtp"): Device {
  return { uri: `sip:${name}@192.0.2.7:5060`, nextHop: null, media };
}

export function arrival(change: Partial<CallArrival> = {}): CallArrival {
  return {
    type: "call-arrived",
    atMs: startMs,
    callId,
    contactId,
    officeId: "c_a100",
    officeLabel: "Comune A",
    direction: "in",
    legId: callerLegId,
    peer: { kind: "trunk", name: "tim" },
    media: "rtp",
    caller: { number: "+393331234567", displayName: null, isWithheld: false },
    calledNumber: "+390668888888",
    queue,
    transferTimeoutMs: 30_000,
    origin: null,
    ticket: null,
    ...change,
  };
}

/** Anna calls a citizen: one phone of hers, two trunks. */
export function placement(change: Partial<CallPlacement> = {}): CallPlacement {
  const callerId = { number: "+390668888888", identity: "asserted", withheld: false } as const;
  const route = (trunkId: string) => ({
    legId: leg(`via-${trunkId}`),
    trunkId,
    uri: `sip:+393331234567@${trunkId}.example`,
    callerId,
    failoverMs: 4000,
  });
  return {
    type: "call-placed",
    atMs: startMs,
    callId,
    contactId,
    officeId: "c_a100",
    officeLabel: "Comune A",
    operatorId: anna,
    legs: [{ legId: leg("anna-1"), device: device("anna") }],
    routes: [route("tim"), route("eolo")],
    caller: { number: "+393331234567", displayName: null, isWithheld: false },
    calledNumber: "+393331234567",
    queue: null,
    transferTimeoutMs: 30_000,
    ticket: null,
    ...change,
  };
}

/** Anna calls Bruno from her page. */
export function colleagueCall(change: Partial<CallPlacement> = {}): CallPlacement {
  return placement({
    routes: [],
    caller: { number: null, displayName: "Anna Bianchi", isWithheld: false },
    calledNumber: "202",
    callee: { kind: "operator", operatorId: bruno, displayName: "Bruno Verdi", wish: "now" },
    ...change,
  });
}

/** Anna calls another office. */
export function officeCall(change: Partial<CallPlacement> = {}): CallPlacement {
  return placement({
    routes: [],
    caller: { number: null, displayName: "Comune B", isWithheld: false },
    calledNumber: "c_b200",
    callee: { kind: "office", officeId: "c_b200", label: "Comune B" },
    officeRoute: { legId: leg("office-b"), route: { uri: "sip:urp@b.example", nextHop: null } },
    ...change,
  });
}

/** The same call come from another office: not answered until an operator answers. */
export function memberArrival(change: Partial<CallArrival> = {}): CallArrival {
  return arrival({ peer: { kind: "member", name: "c_b200" }, ...change });
}

/** An event without its time: `play` gives it one second after the event before. */
export type UntimedEvent = LaterCallEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, "atMs">
    : never
  : never;

/** Plays events after the arrival, one second apart; gives the last step and every effect. */
export function play(from: CallBeginning, events: readonly UntimedEvent[]): Step & { all: CallEffect[]; atMs: number } {
  let step = beginCall(from);
  const all = [...step.effects];
  let atMs = from.atMs;
  for (const event of events) {
    atMs += 1000;
    step = applyCallEvent(step.call, { ...event, atMs });
    all.push(...step.effects);
  }
  return { ...step, all, atMs };
}

export const annaAssigned: UntimedEvent = {
  type: "operator-assigned",
  operatorId: anna,
  legs: [{ legId: leg("anna-1"), device: device("anna") }],
};
export const brunoAssigned: UntimedEvent = {
  type: "operator-assigned",
  operatorId: bruno,
  legs: [{ legId: leg("bruno-1"), device: device("bruno") }],
};
export const annaAnswers: UntimedEvent = { type: "leg-answered", legId: leg("anna-1") };
export const toTalking: readonly UntimedEvent[] = [annaAssigned, annaAnswers];

export function officeTransfer(change: Partial<TransferRequested> = {}): UntimedEvent {
  return {
    type: "transfer-requested",
    operatorId: anna,
    transferId,
    plan: {
      target: { kind: "office", officeId: "c_b200" },
      legId: leg("office-1"),
      route: { uri: "sip:urp@c-b200.net.example", nextHop: "sip:192.0.2.9" },
    },
    ticketId: "01KAQZ000000000000000000T1",
    reason: "competence",
    message: "",
    referrerLegId: null,
    ...change,
  };
}

export function operatorTransfer(): UntimedEvent {
  return officeTransfer({
    plan: {
      target: { kind: "operator", operatorId: bruno },
      legs: [{ legId: leg("bruno-x"), device: device("bruno") }],
    },
  });
}

/** Anna asks Bruno for advice before she hands over. */
export function consultation(): UntimedEvent {
  return { ...operatorTransfer(), mode: "attended" } as UntimedEvent;
}

/** To a telephone number, over two trunks. */
export function numberTransfer(change: Partial<TransferRequested> = {}): UntimedEvent {
  const target = { kind: "number", number: "+390655501234" } as const;
  return officeTransfer({ plan: { target, routes: placement().routes }, ...change });
}

/** Who is told with whom it talks is told apart: `toldIn`. */
export function effectNames(effects: readonly CallEffect[]): string[] {
  return effects.filter((effect) => effect.type !== "tell-connected").map(nameOfEffect);
}

/** Who is told of whom: `anna-1: bruno`, `caller in the 200: bruno`. Citizens by number, offices by id. */
export function toldIn(effects: readonly CallEffect[]): string[] {
  return effects.flatMap((effect) => {
    if (effect.type === "tell-connected") return [`${short(effect.legId)}: ${namesOf(effect.parties)}`];
    if (effect.type !== "answer-leg" || effect.connected === undefined) return [];
    return [`${short(effect.legId)} in the 200: ${namesOf(effect.connected)}`];
  });
}

/** Whom each INVITE names as the caller: `office-1: c_a100`. */
export function namedIn(effects: readonly CallEffect[]): string[] {
  return effects.flatMap((effect) =>
    effect.type === "place-leg" ? [`${short(effect.legId)}: ${namesOf([effect.caller])}`] : [],
  );
}

function namesOf(parties: readonly Party[]): string {
  const nameOf = (party: Party): string | null => {
    if (party.kind === "operator") return party.operatorId;
    return party.kind === "office" ? party.officeId : (party.caller.number ?? party.caller.displayName);
  };
  return parties.map(nameOf).join(" + ");
}

/** One word per effect, with what matters of it: `end-leg anna-1 answered-elsewhere`. */
export function nameOfEffect(effect: CallEffect): string {
  switch (effect.type) {
    case "publish":
      return `publish ${effect.happening.type}`;
    case "connect-media":
    case "disconnect-media":
      return `${effect.type} ${effect.legIds.map(short).join("+")}`;
    case "start-timer":
    case "stop-timer":
      return `${effect.type} ${effect.timer}`;
    case "engage-operator":
      return `${effect.type} ${effect.operatorId} ${effect.activity}`;
    case "release-operator":
      return `${effect.type} ${effect.operatorId} ${effect.why}`;
    case "join-queue":
      return `${effect.type} ${effect.priority}`;
    case "leave-queue":
      return effect.type;
    case "seek-forward":
      return `${effect.type} ${effect.operatorId} ${effect.why}`;
    case "merge-call":
      return `${effect.type} ${effect.how}`;
    case "announce":
      return `${effect.type} ${effect.prompts.join(" ")}`;
    case "reject-leg":
      return `${effect.type} ${short(effect.legId)} ${effect.status}`;
    case "end-leg":
      return `${effect.type} ${short(effect.legId)} ${effect.reason}`;
    case "notify-referrer":
    case "refuse-reinvite":
      return `${effect.type} ${short(effect.legId)} ${effect.status}`;
    case "tell-handover":
    case "tell-connected":
    case "place-leg":
    case "progress-leg":
    case "answer-leg":
    case "accept-answer":
    case "answer-reinvite":
    case "announce-place":
    case "play-ringing":
    case "start-music":
    case "stop-music":
    case "renew-media":
    case "release-media":
      return `${effect.type} ${short(effect.legId)}`;
  }
}

export function openLegsOf(call: Call): string[] {
  return call.legs.filter((one) => one.state.kind !== "gone").map((one) => `${short(one.legId)} ${one.state.kind}`);
}

function short(legId: LegId): string {
  return legId === callerLegId ? "caller" : legId;
}
