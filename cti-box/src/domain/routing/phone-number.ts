/**
 * Telephone numbers as SIP peers write them, in E.164 (`+39…`). Italy: a geographic number keeps its zero (06 8288 → +39068288), a
 * mobile has none.
 */

/** E.164 form of a dialled or calling number, or null when it is not a telephone number (short codes, names, withheld). */
export function toE164(text: string): string | null {
  const digits = text.replaceAll(/[\s().-]/g, "").replace(/^tel:/, "");
  const international = withPlus(digits);
  return international !== null && /^\+[1-9][0-9]{4,14}$/.test(international) ? international : null;
}

/** Longest form without a prefix that can be an Italian national number: six digits at least, so that extensions stay extensions. */
function withPlus(digits: string): string | null {
  if (/^\+[0-9]+$/.test(digits)) return digits;
  if (/^00[1-9][0-9]+$/.test(digits)) return `+${digits.slice(2)}`;
  if (/^39[03][0-9]{6,11}$/.test(digits) && digits.length >= 11) return `+${digits}`;
  if (/^[03][0-9]{5,11}$/.test(digits)) return `+39${digits}`;
  return /^8[0-9]{5,9}$/.test(digits) ? `+39${digits}` : null;
}
