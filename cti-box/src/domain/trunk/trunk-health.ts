/**
 * Is a carrier there? Told by OPTIONS (RFC 3261 §11), with hysteresis, so that one lost datagram moves no call to another carrier.
 *   unknown ─answer─▶ up ─three in a row without─▶ down ─two answers in a row─▶ up        unknown ─three without─▶ down
 */

export type ProbeAnswer = { kind: "answered"; status: number } | { kind: "silent" };

export type TrunkHealth = {
  state: "unknown" | "up" | "down";
  sinceMs: number;
  /** Probes in a row that speak against the state. */
  against: number;
  /** What the last probe met; null: none yet. */
  last: ProbeAnswer | null;
};

export const failuresUntilDown = 3;
export const answersUntilUp = 2;

export function unprobed(nowMs: number): TrunkHealth {
  return { state: "unknown", sinceMs: nowMs, against: 0, last: null };
}

/** Any answer says that the carrier is there, also a refusal of OPTIONS; 408 and 5xx but 501 say that it cannot take calls. */
export function isWell(answer: ProbeAnswer): boolean {
  if (answer.kind === "silent") return false;
  return answer.status !== 408 && (answer.status < 500 || answer.status === 501);
}

export function afterProbe(health: TrunkHealth, answer: ProbeAnswer, nowMs: number): TrunkHealth {
  const well = isWell(answer);
  const agrees = health.state === "down" ? !well : well;
  if (agrees && health.state !== "unknown") return { ...health, against: 0, last: answer };
  if (agrees) return { state: "up", sinceMs: nowMs, against: 0, last: answer };
  const against = health.against + 1;
  const enough = health.state === "down" ? answersUntilUp : failuresUntilDown;
  if (against < enough) return { ...health, against, last: answer };
  return { state: well ? "up" : "down", sinceMs: nowMs, against: 0, last: answer };
}
