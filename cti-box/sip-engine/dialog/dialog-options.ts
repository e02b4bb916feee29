/** Options of calls and subscriptions: session timers (RFC 4028), peers behind NAT. Checked with the engine's others. */
import { type RefresherRole } from "./session-agreement.ts";
import { shortestSession } from "./session-timer.ts";

export type DialogOptions = {
  /** Who refreshes where a caller asks for a session timer and does not say who (default `none`: no timer then). */
  sessionRefresher?: "none" | RefresherRole;
  /** Session timer asked for in every call, placed or taken, in seconds (90 to 86,400). Absent: only where the peer or the application asks. */
  sessionExpiresSeconds?: number;
  /** How peers behind NAT are told (control protocol §9.3): `aggressive` believes a parameter `nat=yes` as well, `off` believes Contact and Route alone. */
  natDetection?: NatDetection;
  /** Milliseconds of a second of sessions and subscriptions (default 1,000); shorter only in tests. */
  secondMs?: number;
};

export type NatDetection = "usual" | "aggressive" | "off";

/** What is wrong with them, in words for people. */
export function problemsOfDialogs({ sessionRefresher, sessionExpiresSeconds, natDetection }: DialogOptions): string[] {
  const problems: string[] = [];
  if (!["none", "uac", "uas", undefined].includes(sessionRefresher))
    problems.push(`session-refresher: ${sessionRefresher} is not none, uac or uas`);
  const seconds = sessionExpiresSeconds ?? shortestSession;
  if (!(Number.isInteger(seconds) && seconds >= shortestSession && seconds <= 86_400))
    problems.push(`session-expires: ${seconds} is not between ${shortestSession} and 86400 seconds`);
  if (!["usual", "aggressive", "off", undefined].includes(natDetection))
    problems.push(`nat-detection: ${natDetection} is not usual, aggressive or off`);
  return problems;
}
