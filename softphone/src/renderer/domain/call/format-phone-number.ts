/**
 * Telephone numbers as people read them. Stored as E.164; Italian numbers are shown in national form and geographic ones keep
 * their leading zero (+39 06… is 06…), other countries keep the plus sign.
 */

/** Italian area codes of three digits and of two; all the others have four. */
const twoDigitAreas = new Set(["02", "06"]);
const threeDigitAreas = new Set(
  "010 011 013 015 019 030 031 035 039 040 041 045 049 050 051 055 059 070 071 075 079 080 081 085 089 090 091 092 095 099".split(
    " ",
  ),
);

/** `+390695550100` → `06 9555 0100`; `+393315550123` → `331 555 0123`; `+442079460000` → `+44 2079460000` grouped in threes. */
export function formatPhoneNumber(number: string): string {
  if (!number.startsWith("+")) return number;
  if (!number.startsWith("+39")) return groupForeign(number);
  const national = number.slice(3);
  if (national.startsWith("0")) return groupGeographic(national);
  if (national.startsWith("3")) return `${national.slice(0, 3)} ${national.slice(3, 6)} ${national.slice(6)}`.trim();
  return national;
}

function groupGeographic(national: string): string {
  const two = national.slice(0, 2);
  const three = national.slice(0, 3);
  const areaLength = twoDigitAreas.has(two) ? 2 : threeDigitAreas.has(three) ? 3 : 4;
  const subscriber = national.slice(areaLength);
  return `${national.slice(0, areaLength)} ${inGroups(subscriber)}`.trim();
}

function inGroups(digits: string): string {
  if (digits.length <= 4) return digits;
  if (digits.length <= 6) return `${digits.slice(0, 3)} ${digits.slice(3)}`;
  if (digits.length === 7) return `${digits.slice(0, 3)} ${digits.slice(3)}`;
  return `${digits.slice(0, 4)} ${digits.slice(4)}`;
}

function groupForeign(number: string): string {
  const rest = number.slice(1);
  const countryLength = /^(1|7)/.test(rest) ? 1 : 2;
  const groups = rest.slice(countryLength).match(/.{1,3}/g) ?? [];
  return `+${rest.slice(0, countryLength)} ${groups.join(" ")}`.trim();
}
