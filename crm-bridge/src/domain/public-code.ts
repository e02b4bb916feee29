/** A code that a citizen can say over the telephone: `T7KQ-M4X9-S`, Crockford letters, the last one a check symbol (modulo 37). Not a secret. */

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const checkSymbols = `${letters}*~$=U`;

/** The code of a ULID: its last 40 random bits, and the check symbol over them. */
export function publicCodeOf(ulid: string): string {
  const random = ulid.slice(-8);
  let remainder = 0;
  for (const letter of random) remainder = (remainder * 32 + letters.indexOf(letter)) % 37;
  return `${random.slice(0, 4)}-${random.slice(4)}-${checkSymbols[remainder] ?? "0"}`;
}

/** What a person typed or heard as the code it means (I and L are 1, O is 0), or null when the check symbol does not fit. */
export function readPublicCode(text: string): string | null {
  const plain = text.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll(/[IL]/g, "1").replaceAll("O", "0");
  if (!/^[0-9A-HJKMNP-TV-Z]{8}[0-9A-HJKMNP-TV-Z*~$=U]$/.test(plain)) return null;
  const code = publicCodeOf(plain.slice(0, 8));
  return code.endsWith(plain.slice(8)) ? code : null;
}
