/**
 * What a try at a carrier shows, for a person who has to mend it: the carrier's own answer where there was one, else how far the network let us come.
 * Pure: facts in, finding out; the words for people are made where they are shown.
 */

/** What the carrier said to a REGISTER or OPTIONS. */
export type TrialAnswer =
  | {
      kind: "answered";
      status: number;
      /** Credentials went along with the request that was answered so. */
      withCredentials: boolean;
      /** Digest algorithms that the carrier asks for; empty: it asked for none. */
      algorithms: readonly string[];
      /** Shortest registration that the carrier takes (423), seconds. */
      minExpiresSeconds: number | null;
      grantedSeconds: number | null;
      /** The carrier's own clock (Date), milliseconds since the epoch. */
      carrierMs: number | null;
    }
  /** Nothing came in time. */
  | { kind: "silent" }
  /** The request could not leave. */
  | { kind: "not-sent" };

/** One try to reach one address of the carrier. `none` of UDP: a datagram was not refused, which says nothing more. */
export type ReachOutcome =
  | { kind: "connected" }
  | { kind: "refused" }
  | { kind: "none" }
  | { kind: "unreachable" }
  | { kind: "tls-failed"; why: string }
  | { kind: "tls-name"; names: readonly string[] }
  | { kind: "tls-expired"; untilMs: number }
  | { kind: "tls-not-yet"; fromMs: number }
  | { kind: "tls-authority"; issuer: string };

export type Reach =
  | { kind: "name-unknown"; name: string }
  | { kind: "name-servers-silent"; name: string }
  /** No listening address of ours speaks it. */
  | { kind: "not-spoken"; transport: string }
  | { kind: "tried"; tries: readonly { at: string; transport: string; outcome: ReachOutcome }[] };

export type TrialStep = "registration" | "probe";

/** `code` names the finding for programs; the other facts are for the sentence about it. */
export type Finding =
  | { code: "registered"; seconds: number | null }
  | { code: "answers"; status: number }
  | { code: "credentials-missing" | "credentials-wrong" | "not-allowed" | "unknown-account"; status: number }
  | { code: "algorithm-unknown"; algorithms: readonly string[] }
  | { code: "too-brief"; minExpiresSeconds: number | null }
  | { code: "carrier-failing" | "refused"; status: number }
  | { code: "name-unknown" | "name-servers-silent"; name: string }
  | { code: "not-spoken"; transport: string }
  | { code: "connection-refused" | "unreachable" | "no-answer"; at: string; transport: string }
  | { code: "tls-failed"; at: string; why: string }
  | { code: "tls-name"; at: string; names: readonly string[] }
  | { code: "tls-expired"; at: string; untilMs: number }
  | { code: "tls-not-yet"; at: string; fromMs: number }
  | { code: "tls-authority"; at: string; issuer: string }
  | { code: "not-sent" };

/** Is there nothing to mend? */
export function isWell({ code }: Finding): boolean {
  return code === "registered" || code === "answers";
}

/** A clock that is further away from the carrier's makes certificates and nonces invalid; milliseconds. */
const largestClockDifferenceMs = 300_000;

/** How far our clock is ahead of the carrier's, where that is enough to do harm; milliseconds. Null: it is not, or the carrier does not say. */
export function clockDifference(answer: TrialAnswer, nowMs: number): number | null {
  if (answer.kind !== "answered" || answer.carrierMs === null) return null;
  const difference = nowMs - answer.carrierMs;
  return Math.abs(difference) > largestClockDifferenceMs ? difference : null;
}

/** `reach` null: the carrier's answer says enough, and nobody looked. */
export function findingOf(step: TrialStep, answer: TrialAnswer, reach: Reach | null): Finding {
  if (answer.kind === "answered") return step === "registration" ? ofRegistration(answer) : ofProbe(answer);
  return reach === null ? { code: "not-sent" } : ofReach(reach);
}

type Answered = Extract<TrialAnswer, { kind: "answered" }>;

function ofRegistration(answer: Answered): Finding {
  const { status } = answer;
  if (status === 200) return { code: "registered", seconds: answer.grantedSeconds };
  if (status === 401 || status === 407) return ofChallenge(answer);
  // Carriers answer 403 to a wrong password as well, so that nobody learns which it was.
  if (status === 403) return { code: answer.withCredentials ? "credentials-wrong" : "not-allowed", status };
  if (status === 404) return { code: "unknown-account", status };
  if (status === 423) return { code: "too-brief", minExpiresSeconds: answer.minExpiresSeconds };
  return status >= 500 || status === 408 ? { code: "carrier-failing", status } : { code: "refused", status };
}

function ofChallenge({ status, withCredentials, algorithms }: Answered): Finding {
  const isKnown = algorithms.length === 0 || algorithms.some((each) => /^(md5|sha-256)$/i.test(each));
  if (!isKnown) return { code: "algorithm-unknown", algorithms };
  return { code: withCredentials ? "credentials-wrong" : "credentials-missing", status };
}

/** OPTIONS: any answer says that somebody is there (RFC 3261 §11.2), but for those that say it may not be asked or cannot work. */
function ofProbe(answer: Answered): Finding {
  const { status } = answer;
  if (status === 401 || status === 407) return ofChallenge(answer);
  if (status === 403) return { code: "not-allowed", status };
  const isFailing = (status >= 500 && status !== 501) || status === 408;
  return isFailing ? { code: "carrier-failing", status } : { code: "answers", status };
}

/** Worst first: what says most about the fault. A carrier that can be connected to and says nothing is silent. */
const tellingOrder = [
  "tls-name",
  "tls-expired",
  "tls-not-yet",
  "tls-authority",
  "tls-failed",
  "connected",
  "refused",
  "unreachable",
  "none",
] as const satisfies readonly ReachOutcome["kind"][];

function ofReach(reach: Reach): Finding {
  if (reach.kind === "name-unknown" || reach.kind === "name-servers-silent")
    return { code: reach.kind, name: reach.name };
  if (reach.kind === "not-spoken") return { code: "not-spoken", transport: reach.transport };
  const byKind = tellingOrder.flatMap((kind) => reach.tries.filter(({ outcome }) => outcome.kind === kind));
  const telling = byKind[0];
  return telling === undefined ? { code: "not-sent" } : ofTry(telling);
}

function ofTry({ at, transport, outcome }: Extract<Reach, { kind: "tried" }>["tries"][number]): Finding {
  switch (outcome.kind) {
    case "connected":
    case "none":
      return { code: "no-answer", at, transport };
    case "refused":
      return { code: "connection-refused", at, transport };
    case "unreachable":
      return { code: "unreachable", at, transport };
    case "tls-failed":
      return { code: "tls-failed", at, why: outcome.why };
    case "tls-name":
      return { code: "tls-name", at, names: outcome.names };
    case "tls-expired":
      return { code: "tls-expired", at, untilMs: outcome.untilMs };
    case "tls-not-yet":
      return { code: "tls-not-yet", at, fromMs: outcome.fromMs };
    case "tls-authority":
      return { code: "tls-authority", at, issuer: outcome.issuer };
  }
}
