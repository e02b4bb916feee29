/**
 * Challenges that a source was given lately, as hashes: who brings one of them back has received our answer, so that it did not forge its address, and refused
 * credentials are certainly its own. Without this anybody could have another address banned by sending bad passwords in its name.
 */

const remembered = 64;
const noncePattern = /(?:^|[\s,])nonce\s*=\s*"([^"]{1,512})"/i;

export class GivenNonces {
  readonly #hashes = new Uint32Array(remembered);
  #next = 0;

  add(nonce: string): void {
    this.#hashes[this.#next] = hashOf(nonce);
    this.#next = (this.#next + 1) % remembered;
  }

  has(nonce: string): boolean {
    return this.#hashes.includes(hashOf(nonce));
  }
}

/** The nonce of a challenge or of credentials, or null. */
export function nonceOf(value: string): string | null {
  return noncePattern.exec(value)?.[1] ?? null;
}

/** FNV-1a; never 0, which stands for an empty place. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0 || 1;
}
