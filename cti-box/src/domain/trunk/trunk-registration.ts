/**
 * The office's registration at a carrier (RFC 3261 §10.2): when it is renewed, and how long to wait after a failure.
 *   trying ─200─▶ registered ─renewed in time─▶ registered        any ─refusal, silence─▶ failed ─back-off─▶ trying
 * Back-off doubles from 2 s to 5 minutes; refused credentials wait 5 minutes at once, because carriers lock accounts that guess.
 */

export type RegisterAnswer =
  /** `expiresSeconds`: what the carrier granted. */
  { kind: "registered"; expiresSeconds: number } | { kind: "refused"; status: number } | { kind: "silent" };

export type TrunkRegistration = {
  state: "trying" | "registered" | "failed";
  sinceMs: number;
  /** Failures in a row. */
  failures: number;
  /** Status of the last refusal; null: no answer, or no failure. */
  lastStatus: number | null;
};

const firstPauseMs = 2_000;
const longestPauseMs = 300_000;

export function unregistered(nowMs: number): TrunkRegistration {
  return { state: "trying", sinceMs: nowMs, failures: 0, lastStatus: null };
}

/** The state after an answer, and when to register again. */
export function afterRegister(
  before: TrunkRegistration,
  answer: RegisterAnswer,
  nowMs: number,
): { registration: TrunkRegistration; againInMs: number } {
  if (answer.kind === "registered") {
    const sinceMs = before.state === "registered" ? before.sinceMs : nowMs;
    return {
      registration: { state: "registered", sinceMs, failures: 0, lastStatus: null },
      againInMs: renewalMs(answer.expiresSeconds),
    };
  }
  const failures = before.failures + 1;
  const status = answer.kind === "refused" ? answer.status : null;
  const sinceMs = before.state === "failed" ? before.sinceMs : nowMs;
  return {
    registration: { state: "failed", sinceMs, failures, lastStatus: status },
    againInMs: isRefusedForGood(status) ? longestPauseMs : Math.min(firstPauseMs * 2 ** (failures - 1), longestPauseMs),
  };
}

/** A tenth of the time before the end, 5 s at least, so that a lost datagram can be repeated; never more often than once a second. */
function renewalMs(expiresSeconds: number): number {
  return Math.max(1_000, (expiresSeconds - Math.max(5, expiresSeconds / 10)) * 1000);
}

function isRefusedForGood(status: number | null): boolean {
  return status === 401 || status === 403 || status === 404 || status === 407;
}
