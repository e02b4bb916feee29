/** Which of the answers that the targets gave goes upstream when none of them accepted (RFC 3261 §16.7 step 6, control protocol §8). */

export type Candidate = {
  /** Number of the branch that gave it. */
  branch: number;
  status: number;
  /** `engine`: no answer came from the target at all, this status stands for that. */
  from: "target" | "engine";
};

/** These tell the caller what to change so that a second try succeeds: better than a plain refusal (RFC 3261 §16.7 step 6). */
const instructive = new Set([401, 407, 415, 420, 484]);

/** Smaller is better. */
function rankOf({ status, from }: Candidate): number {
  if (from === "engine") return 6;
  if (status >= 600) return 0;
  if (instructive.has(status)) return 2;
  // What was not followed here the caller may follow itself.
  if (status < 400) return 1;
  return status < 500 ? 3 : 4;
}

/** The better of the two; of equals the one that came first. */
export function betterOf(one: Candidate | null, other: Candidate): Candidate {
  return one !== null && rankOf(one) <= rankOf(other) ? one : other;
}
