/**
 * A callee's scenario for calls that their application leaves at about the moment when they are answered.
 *
 *   published:  180 ─▶ 200 ─▶ ACK ─▶ …        here:  200 ─▶ ACK, or the call has failed ─▶ …
 *
 * It does not ring: a CANCEL may be sent from the first provisional answer on and no earlier (RFC 3261 §9.1), so that none comes, and every order of the 200 and the application's
 * leaving ends alike for it. The ACK comes in any case (§13.2.2.4).
 */
const ringing = /<send>\s*<!\[CDATA\[\s*SIP\/2\.0 180 [\s\S]*?\]\]>\s*<\/send>/;
const acknowledgement = '<recv request="ACK"';

/** Sooner than any of its calls counts as gone well, which is 4 s after the BYE. */
const acknowledgedMs = 3_000;

/** Throws where the scenario does not ring, or waits for no ACK. */
export function answeringAtOnce(scenario: string): string {
  if (!ringing.test(scenario) || !scenario.includes(acknowledgement))
    throw new Error("the scenario is not one that rings, answers and waits for the ACK");
  return scenario.replace(ringing, "").replace(acknowledgement, `${acknowledgement} timeout="${acknowledgedMs}"`);
}
