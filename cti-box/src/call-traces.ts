/** Joins what the engine keeps (messages by SIP Call-ID) with what the box knows (calls, their legs and who is at the other end). */
import type { TraceAnswer, TraceQuery, TracedCall } from "../sip-engine/engine.ts";
import type { LegBook } from "./adapters/sip/leg/leg-book.ts";
import type {
  CallQueries,
  CallTraces,
  TracedCallView,
  TracedLegView,
  TraceFindings,
  TraceQuestion,
} from "./application/use-cases.ts";
import type { OfficeConfig } from "./config.ts";
import type { CallRecordView, LegRecordView } from "./domain/call/call-record.ts";

export type CallTraceParts = {
  queries: Pick<CallQueries, "latestRecords">;
  legBook: Pick<LegBook, "sipCallIdOf" | "legsOf">;
  /** The engine's own trace. */
  trace: (query: TraceQuery) => Promise<TraceAnswer>;
  /** Names of carriers, colleagues and offices as people know them, by the name in a record. */
  nameOf: (peer: LegRecordView["peer"]) => string;
};

/** Calls that are told of when the question fits several. */
const largestChoice = 20;
/** Calls in which a leg is looked for by its Call-ID. */
const latestCalls = 1_000;

export function createCallTraces(parts: CallTraceParts): CallTraces {
  return { find: (question) => findTraces(parts, question) };
}

async function findTraces(parts: CallTraceParts, { call, numbers }: TraceQuestion): Promise<TraceFindings> {
  const records = await recordsFor(parts, call);
  const [record, ...others] = records;
  if (record === undefined) {
    const found = await parts.trace(
      call === null ? { find: "last", numbers } : { find: "prefix", prefix: call, numbers },
    );
    return found.state === "off" ? found : { state: "on", calls: found.calls.map(withoutRecord) };
  }
  if (others.length > 0) {
    // So that the answer says whether anything is kept at all.
    const { state } = await parts.trace({ find: "calls", callIds: [], numbers });
    return state === "off" ? { state } : { state, calls: records.map((each) => viewOf(each, [])) };
  }
  return tracesOf(parts, record, numbers);
}

async function recordsFor({ queries, legBook }: CallTraceParts, call: string | null): Promise<CallRecordView[]> {
  if (call === null) return queries.latestRecords({ callIdPrefix: "", limit: 1 });
  const byId = await queries.latestRecords({ callIdPrefix: call.toUpperCase(), limit: largestChoice });
  if (byId.length > 0) return byId;
  const legIds = new Set<string>(legBook.legsOf(call));
  if (legIds.size === 0) return [];
  const latest = await queries.latestRecords({ callIdPrefix: "", limit: latestCalls });
  return latest.filter(({ legs }) => legs.some(({ legId }) => legIds.has(legId))).slice(0, largestChoice);
}

async function tracesOf(
  { legBook, trace, nameOf }: CallTraceParts,
  record: CallRecordView,
  numbers: TraceQuestion["numbers"],
): Promise<TraceFindings> {
  const legs = record.legs
    .map(({ legId, peer }) => ({ sipCallId: legBook.sipCallIdOf(legId), peer }))
    .filter((leg): leg is typeof leg & { sipCallId: string } => leg.sipCallId !== null);
  const answer = await trace({ find: "calls", callIds: legs.map(({ sipCallId }) => sipCallId), numbers });
  if (answer.state === "off") return answer;
  const kept = new Map(answer.calls.map((call) => [call.callId, call]));
  const views = legs.flatMap(({ sipCallId, peer }): TracedLegView[] => {
    const call = kept.get(sipCallId);
    const kind = peer.kind === "operator" ? "phone" : "server";
    return call === undefined ? [] : [legView(call, { name: nameOf(peer), kind })];
  });
  return { state: "on", calls: [viewOf(record, views)] };
}

function viewOf({ callId, startedAtMs }: CallRecordView, legs: TracedLegView[]): TracedCallView {
  return { callId, startedAtMs, legs };
}

function withoutRecord(call: TracedCall): TracedCallView {
  const firstUs = call.messages[0]?.atUs;
  return {
    callId: null,
    startedAtMs: firstUs === undefined ? null : Math.floor(firstUs / 1_000),
    legs: [legView(call, null)],
  };
}

function legView({ callId, leftOut, messages }: TracedCall, peer: TracedLegView["peer"]): TracedLegView {
  return { sipCallId: callId, peer, leftOut, messages };
}

/** Names by which people know the parties of a record, by what the record calls them. */
export function peerNames({ trunks, operators, network, office }: NamedParts): CallTraceParts["nameOf"] {
  const names = {
    trunk: new Map(trunks.map(({ trunkId, carrier }) => [trunkId, carrier])),
    operator: new Map(operators.map(({ login, displayName }) => [login, displayName])),
    member: new Map([office, ...network.offices].map(({ officeId, label }) => [officeId, label])),
  };
  return ({ kind, name }) => names[kind].get(name) ?? name;
}

type NamedParts = Pick<OfficeConfig, "trunks" | "operators" | "network" | "office">;
