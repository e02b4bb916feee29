/**
 * With whom the far end of each leg talks, and who has been told (RFC 4916, RFC 5876): a desk phone shows who really answered, and who it is now after a transfer, a swap or a
 * return. Carriers are told nothing: a citizen's telephone shows the number of the office, whoever talks. Other offices never learn which operator it is, only which office.
 *   INVITE names the citizen, or 200 names who answered ─▶ told ─another party talks─▶ told anew
 */
import { callingOperatorOf } from "./callee.ts";
import { callerLegOf, findLeg } from "./find-leg.ts";
import type { Call, Leg, LegPeer } from "./call.ts";
import type { CallEffect } from "./call-effect.ts";
import type { Caller, Party } from "./call-view.ts";
import type { LegId, OperatorId } from "./ids.ts";

/** A step of a call so far. */
type Step = { call: Call; effects: readonly CallEffect[] };

/** The others of a conversation, as the far end of this leg may know them; null: the leg is not in it. */
export function partiesFor(call: Call, conversation: readonly LegId[], legId: LegId): readonly Party[] | null {
  const viewer = findLeg(call, legId);
  if (viewer === null || !conversation.includes(legId)) return null;
  return conversation.flatMap((other) => {
    const leg = other === legId ? null : findLeg(call, other);
    return leg === null ? [] : [seenBy(viewer, partyOn(call, leg), call.officeId)];
  });
}

/** Tells each far end in the conversation that does not know it yet, in the 200 where that is about to go out. */
export function tellParties(step: Step, conversation: readonly LegId[] | null): Step {
  return (conversation ?? []).reduce((soFar, legId) => tellParty(soFar, conversation ?? [], legId), step);
}

/** What another office says who is on the line there, where that is not the citizen; null: nothing of the kind. */
export function presentedTo(call: Call, conversation: readonly LegId[] | null, operatorId: OperatorId): Caller | null {
  const talking = (conversation ?? []).map((legId) => findLeg(call, legId)).filter((leg) => leg !== null);
  const isIn = talking.some(({ peer }) => peer.kind === "operator" && peer.name === operatorId);
  const presented = isIn ? talking.find((leg) => leg.presented !== undefined)?.presented : undefined;
  return presented === undefined || isSame(presented, call.caller) ? null : presented;
}

/** The far end of this leg says who is there now. Believed from other offices only. */
export function legPresented(step: Step, { legId, presented }: { legId: LegId; presented: Caller }): Step {
  const leg = findLeg(step.call, legId);
  if (leg?.peer.kind !== "member" || leg.state.kind !== "answered" || isSame(leg.presented, presented)) return step;
  return withLeg(step, { ...leg, presented });
}

function tellParty(step: Step, conversation: readonly LegId[], legId: LegId): Step {
  const { call } = step;
  const leg = findLeg(call, legId);
  const parties = partiesFor(call, conversation, legId);
  if (leg?.state.kind !== "answered" || leg.peer.kind === "trunk" || parties === null) return step;
  if (isSame(parties, leg.told ?? knownBefore(call, leg))) return step;
  const told = withLeg(step, { ...leg, told: parties });
  return { ...told, effects: withTold(told.effects, legId, parties) };
}

/**
 * Whom our INVITE to this peer names as the caller: the citizen, the colleague or the office that calls, never a colleague by name outside of the office. An operator who calls
 * somebody sees on the own phone whom.
 */
export function namedAsCaller(call: Call, to: LegPeer): Party {
  const { callee, officeId } = call;
  const ringsForOwner = callingOperatorOf(call) === to.name && to.kind === "operator";
  if (ringsForOwner && callee?.kind === "operator") return { kind: "operator", operatorId: callee.operatorId };
  if (to.kind === "member" && callee?.kind === "office") return { kind: "office", officeId };
  return seenBy({ peer: to }, callerOf(call), officeId);
}

/** An INVITE of ours has named who called; whoever dialled a citizen knows whom. */
function knownBefore(call: Call, leg: Leg): readonly Party[] | null {
  return leg.direction === "in" && call.direction !== "out" ? null : [namedAsCaller(call, leg.peer)];
}

function withTold(effects: Step["effects"], legId: LegId, parties: readonly Party[]): readonly CallEffect[] {
  const isAnswer = (effect: CallEffect): boolean => effect.type === "answer-leg" && effect.legId === legId;
  if (!effects.some(isAnswer)) return [...effects, { type: "tell-connected", legId, parties }];
  return effects.map((effect) => (isAnswer(effect) ? { type: "answer-leg", legId, connected: parties } : effect));
}

/** The party that the call is about: the citizen, or who calls in his place. */
function callerOf({ direction, callee, callingOfficeId, caller, legs }: Call): Party {
  const [first] = legs;
  if (direction === "internal" && first?.peer.kind === "operator")
    return { kind: "operator", operatorId: first.peer.name as OperatorId };
  const officeId = callee?.kind === "office" ? callee.officeId : callingOfficeId;
  return officeId === undefined ? { kind: "person", caller } : { kind: "office", officeId };
}

function partyOn(call: Call, leg: Leg): Party {
  if (leg.presented !== undefined) return { kind: "person", caller: leg.presented, officeId: leg.peer.name };
  if (leg.peer.kind === "operator") return { kind: "operator", operatorId: leg.peer.name as OperatorId };
  if (leg.legId === callerLegOf(call).legId) return callerOf(call);
  if (leg.peer.kind === "member") return { kind: "office", officeId: leg.peer.name };
  const number = dialledIn(call);
  return { kind: "person", caller: { number, displayName: null, isWithheld: false } };
}

/** The telephone number outside that a transfer went to. */
function dialledIn({ phase, transfers }: Call): string | null {
  const target = "transfer" in phase ? phase.transfer.target : transfers.at(-1)?.target;
  return target?.kind === "number" ? target.number : null;
}

function seenBy(viewer: Pick<Leg, "peer">, party: Party, officeId: string): Party {
  return viewer.peer.kind !== "operator" && party.kind === "operator" ? { kind: "office", officeId } : party;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function withLeg(step: Step, changed: Leg): Step {
  const legs = step.call.legs.map((leg) => (leg.legId === changed.legId ? changed : leg));
  return { ...step, call: { ...step.call, legs } };
}
