/** ULIDs: 48 bits of milliseconds and 80 random bits, in Crockford's base 32. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

export function makeUlid(nowMs: number, random: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  let time = "";
  let rest = nowMs;
  for (let index = 0; index < 10; index += 1) {
    time = `${alphabet[rest % 32] ?? "0"}${time}`;
    rest = Math.floor(rest / 32);
  }
  const bytes = new Uint8Array(16);
  random(bytes);
  return time + Array.from(bytes, (byte) => alphabet[byte % 32] ?? "0").join("");
}

export const browserIds = {
  ulid: (): string => makeUlid(Date.now(), (bytes) => crypto.getRandomValues(bytes)),
};
