/**
 * What a source has to its discredit: points that fade evenly over a window. At the limit it is banned.
 *
 * The points are shares of one refused guess at a password. Why these: an office of 200 phones behind one address that comes back after a power cut brings
 * a few hundred challenges that nobody has answered yet, and as many sets of credentials made for challenges of before the cut; neither may ban it, and its
 * first good answer clears everything. A guesser has no good answers.
 */

export type Misdeed =
  /** Credentials made for a challenge that this very source was given were refused. */
  | "refused-credentials"
  /** Credentials for a challenge that nobody here remembers, as after a restart. */
  | "refused-old-credentials"
  /** 403, 404 or 604 to a request without credentials: somebody tries names. */
  | "unknown-user"
  /** A challenge: every phone's first request, but also every name that is tried. */
  | "challenged"
  | "malformed"
  /** A user agent that is a known scanner. */
  | "scanner"
  /** One request beyond the rate. */
  | "excess";

export const points: Readonly<Record<Misdeed, number>> = {
  "refused-credentials": 1,
  "refused-old-credentials": 0.03,
  "unknown-user": 1,
  challenged: 0.01,
  malformed: 1,
  scanner: 6,
  excess: 0.005,
};

export type StrikeRule = { limit: number; windowMs: number };
export type Strikes = { points: number; atMs: number };

/** Adds the points of a misdeed to what is left of the earlier ones. True: the limit is reached, and counting begins anew. */
export function addStrike(strikes: Strikes, misdeed: Misdeed, at: { rule: StrikeRule; nowMs: number }): boolean {
  const { rule, nowMs } = at;
  const faded = ((nowMs - strikes.atMs) * rule.limit) / rule.windowMs;
  strikes.points = Math.max(0, strikes.points - faded) + points[misdeed];
  strikes.atMs = nowMs;
  if (strikes.points < rule.limit) return false;
  strikes.points = 0;
  return true;
}
