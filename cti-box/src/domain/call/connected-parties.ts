/**
 * With whom the far end of each leg talks, and who has been told (RFC 4916, RFC 5876): a desk phone shows who really answered, and who it is now after a transfer, a swap or a
 * return. Carriers are told nothing: a citizen's telephone shows the number of the office, whoever talks. Other offices never learn which operator it is, only which office.
 *   INVITE names the citizen, or 200 names who answered ─▶ told ─another party talks─▶ told anew
 */
import { callerLegOf, findLeg } from "./find-leg.ts";
import type { Call, Leg } from "./call.ts";
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

/** An INVITE of ours names who called; whoever dialled a citizen knows whom. */
function knownBefore(call: Call, leg: Leg): readonly Party[] | null {
  if (leg.direction === "in" && call.direction !== "out") return null;
  const { presented: _later, ...caller } = callerLegOf(call);
  return [seenBy(leg, partyOn(call, caller), call.officeId)];
}

function withTold(effects: Step["effects"], legId: LegId, parties: readonly Party[]): readonly CallEffect[] {
  const isAnswer = (effect: CallEffect): boolean => effect.type === "answer-leg" && effect.legId === legId;
  if (!effects.some(isAnswer)) return [...effects, { type: "tell-connected", legId, parties }];
  return effects.map((effect) => (isAnswer(effect) ? { type: "answer-leg", legId, connected: parties } : effect));
}

function partyOn(call: Call, leg: Leg): Party {
  if (leg.presented !== undefined) return { kind: "person", caller: leg.presented };
  if (leg.peer.kind === "operator") return { kind: "operator", operatorId: leg.peer.name as OperatorId };
  if (leg.legId === callerLegOf(call).legId) return { kind: "person", caller: call.caller };
  if (leg.peer.kind === "member") return { kind: "office", officeId: leg.peer.name };
  const number = dialledIn(call);
  return { kind: "person", caller: { number, displayName: null, isWithheld: false } };
}

/** The telephone number outside that a transfer went to. */
function dialledIn({ phase, transfers }: Call): string | null {
  const target = "transfer" in phase ? phase.transfer.target : transfers.at(-1)?.target;
  return target?.kind === "number" ? target.number : null;
}

function seenBy(viewer: Leg, party: Party, officeId: string): Party {
  return viewer.peer.kind === "member" && party.kind === "operator" ? { kind: "office", officeId } : party;
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function withLeg(step: Step, changed: Leg): Step {
  const legs = step.call.legs.map((leg) => (leg.legId === changed.legId ? changed : leg));
  return { ...step, call: { ...step.call, legs } };
}
