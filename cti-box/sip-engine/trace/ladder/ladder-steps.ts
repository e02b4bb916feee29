/** Messages of all legs of a call as one story: who the parties are, and what they said to each other in which order. Pure. */
import type { TracedCall, TracedMessage } from "../traced-call.ts";
import { describeMessage, type Described } from "./describe-message.ts";

/** What is known of a party by the Call-ID of its leg. */
export type PartyName = {
  name: string;
  /** `server`: one party per address, whatever its port; `phone`: each connection is a device of its own. */
  kind: "server" | "phone";
};

export type Party = {
  name: string;
  /** Protocol and address; empty for ourselves, and where the name says it already. */
  place: string;
};

export type Step = Described & {
  atUs: number;
  /** Indexes of parties. */
  from: number;
  to: number;
  /** The same message again, so often; 1: it came once. */
  times: number;
  text: string;
};

export type Story = { parties: Party[]; steps: Step[]; leftOut: number };

export type StoryOrder = {
  calls: readonly TracedCall[];
  /** By SIP Call-ID. */
  names: ReadonlyMap<string, PartyName>;
  ourName: string;
};

/** Parties stand in the order in which they came in, with us after the first one when that one began. */
export function tellStory({ calls, names, ourName }: StoryOrder): Story {
  const messages = calls
    .flatMap(({ callId, messages: own }) => own.map((message, order) => ({ ...message, callId, order })))
    .sort((one, other) => one.atUs - other.atUs || one.order - other.order);
  const us: Party = { name: ourName, place: "" };
  const parties: Party[] = [];
  const known = new Map<string, Party>();
  const steps: (Omit<Step, "from" | "to"> & { from: Party; to: Party })[] = [];
  const seen = new Map<string, (typeof steps)[number]>();
  for (const message of messages) {
    const named = names.get(message.callId);
    const key = keyOf(message, named);
    const peer = known.get(key) ?? partyOf(message, named);
    if (!known.has(key)) {
      known.set(key, peer);
      if (parties.length === 0) parties.push(...(message.direction === "received" ? [peer, us] : [us, peer]));
      else parties.push(peer);
    }
    const sameText = `${key}\n${message.direction}\n${message.text}`;
    const earlier = seen.get(sameText);
    if (earlier !== undefined) {
      earlier.times += 1;
      continue;
    }
    const way = message.direction === "received" ? { from: peer, to: us } : { from: us, to: peer };
    const step = { ...describeMessage(message.text), ...way, atUs: message.atUs, times: 1, text: message.text };
    seen.set(sameText, step);
    steps.push(step);
  }
  return {
    parties,
    steps: steps.map(({ from, to, ...step }) => ({ ...step, from: parties.indexOf(from), to: parties.indexOf(to) })),
    leftOut: calls.reduce((sum, { leftOut }) => sum + leftOut, 0),
  };
}

type OfCall = TracedMessage & { callId: string };

function keyOf({ remote }: OfCall, named: PartyName | undefined): string {
  if (named === undefined) return remote;
  return `${named.name}\n${named.kind === "server" ? hostOf(remote) : remote}`;
}

function partyOf({ remote, protocol }: OfCall, named: PartyName | undefined): Party {
  return named === undefined ? { name: remote, place: protocol } : { name: named.name, place: `${protocol} ${remote}` };
}

const hostOf = (place: string): string => place.slice(0, place.lastIndexOf(":"));
