/**
 * Records of bytes that end in the order in which they were written, in pages outside of the JavaScript heap: what has to be remembered of every call for half a
 * minute costs there what it is long, and nothing at each collection of garbage.
 */

const pageBytes = 256 * 1024;
/** Length of the key, length of the content. */
const prefixBytes = 8;

/** Where a record begins; pages are numbered from the first one on. */
export type Place = { page: number; offset: number };

type Page = { bytes: Buffer; used: number };

export class RecordPages {
  /** Those from `#first` on, in order. */
  readonly #pages: Page[] = [];
  #first = 0;
  /** The page that ended last: the next one is written in its memory. */
  #spare: Buffer | null = null;

  /** Bytes of memory that are held. */
  get heldBytes(): number {
    return this.#pages.reduce((sum, { bytes }) => sum + bytes.length, this.#spare?.length ?? 0);
  }

  append(key: string, content: Uint8Array): Place {
    const keyBytes = Buffer.byteLength(key);
    const length = prefixBytes + keyBytes + content.length;
    const page = this.#pageFor(length);
    const offset = page.used;
    page.bytes.writeUInt32LE(keyBytes, offset);
    page.bytes.writeUInt32LE(content.length, offset + 4);
    page.bytes.write(key, offset + prefixBytes);
    page.bytes.set(content, offset + prefixBytes + keyBytes);
    page.used += length;
    return { page: this.#first + this.#pages.length - 1, offset };
  }

  /** The content written under that key at that place, as a copy; null: another key stands there. */
  read({ page, offset }: Place, key: string): Buffer | null {
    const bytes = this.#pages[page - this.#first]?.bytes;
    if (bytes === undefined) throw new RangeError(`page ${page} has ended`);
    const keyEnd = offset + prefixBytes + bytes.readUInt32LE(offset);
    if (bytes.toString("utf8", offset + prefixBytes, keyEnd) !== key) return null;
    return Buffer.from(bytes.subarray(keyEnd, keyEnd + bytes.readUInt32LE(offset + 4)));
  }

  /** All records before that page are over. */
  endBefore(page: number): void {
    while (this.#first < page) {
      const over = this.#pages.shift();
      if (over === undefined) return;
      if (over.bytes.length === pageBytes) this.#spare = over.bytes;
      this.#first += 1;
    }
  }

  clear(): void {
    this.#first += this.#pages.length;
    this.#pages.length = 0;
    this.#spare = null;
  }

  #pageFor(length: number): Page {
    const last = this.#pages.at(-1);
    if (last !== undefined && last.used + length <= last.bytes.length) return last;
    // A record that is longer than a page gets one of its own.
    const bytes = (length <= pageBytes ? this.#spare : null) ?? Buffer.allocUnsafeSlow(Math.max(pageBytes, length));
    if (bytes === this.#spare) this.#spare = null;
    const page = { bytes, used: 0 };
    this.#pages.push(page);
    return page;
  }
}
