/**
 * Headers of a message: in order, with their spelling kept, found by name without regard to case or compact form (RFC 3261 §7.3).
 * Values stay text until somebody asks for their parts: most headers of most messages are only passed on.
 */

/** Maps, not objects: a header may be named `constructor`. */
const compactForms: ReadonlyMap<string, string> = new Map(
  Object.entries({
    a: "accept-contact",
    b: "referred-by",
    c: "content-type",
    d: "request-disposition",
    e: "content-encoding",
    f: "from",
    i: "call-id",
    j: "reject-contact",
    k: "supported",
    l: "content-length",
    m: "contact",
    o: "event",
    r: "refer-to",
    s: "subject",
    t: "to",
    u: "allow-events",
    v: "via",
    x: "session-expires",
    y: "identity",
  }),
);

/** Spellings that the rule "capital after each dash" does not give. */
const knownSpellings: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "call-id": "Call-ID",
    cseq: "CSeq",
    "www-authenticate": "WWW-Authenticate",
    rack: "RAck",
    rseq: "RSeq",
    "mime-version": "MIME-Version",
    "sip-etag": "SIP-ETag",
    "sip-if-match": "SIP-If-Match",
    "p-asserted-identity": "P-Asserted-Identity",
    "min-se": "Min-SE",
    "session-id": "Session-ID",
  }),
);

export type Header = { readonly name: string; readonly key: string; readonly value: string };

/** Keys found so far, by spelling. Names come from the network as well: what is beyond the limit is found anew each time. */
const knownKeys = new Map<string, string>();
const largestKnownKeys = 1_000;

/** Long lower-case name of a header, whatever its spelling. */
export function headerKey(name: string): string {
  const known = knownKeys.get(name);
  if (known !== undefined) return known;
  const lower = name.toLowerCase();
  const key = compactForms.get(lower) ?? lower;
  if (knownKeys.size < largestKnownKeys) knownKeys.set(name, key);
  return key;
}

/** Whether a header of that spelling was seen before: then its name is a good one. Asked for each line, where a pattern would cost more. */
export function isKnownHeader(name: string): boolean {
  return knownKeys.has(name);
}

/** Spellings made so far. Names come from the network as well: what is beyond the limit is made again each time. */
const madeSpellings = new Map<string, string>(knownSpellings);
const largestMadeSpellings = 1_000;

/** The spelling that we write. */
export function headerSpelling(key: string): string {
  const known = madeSpellings.get(key);
  if (known !== undefined) return known;
  const made = key.replace(/(^|-)([a-z])/g, (_all, dash: string, letter: string) => dash + letter.toUpperCase());
  if (madeSpellings.size < largestMadeSpellings) madeSpellings.set(key, made);
  return made;
}

export class HeaderList {
  readonly #headers: Header[];
  /** All lines but Content-Length as they came, while nothing was changed; null: they have to be put together. */
  #asReceived: string | null;

  constructor(headers: Header[] = [], asReceived: string | null = null) {
    this.#headers = headers;
    this.#asReceived = asReceived;
  }

  /** All lines but Content-Length in the spelling that they came in, where they are still at hand. */
  get asReceived(): string | null {
    return this.#asReceived;
  }

  get size(): number {
    return this.#headers.length;
  }

  /** First value of that name. */
  first(key: string): string | undefined {
    for (const header of this.#headers) if (header.key === key) return header.value;
    return undefined;
  }

  has(key: string): boolean {
    return this.first(key) !== undefined;
  }

  /** How many lines of that name there are. */
  count(key: string): number {
    let lines = 0;
    for (const header of this.#headers) if (header.key === key) lines += 1;
    return lines;
  }

  /** Every line of that name, in order; a line may still hold several values. */
  lines(key: string): string[] {
    const found: string[] = [];
    for (const header of this.#headers) if (header.key === key) found.push(header.value);
    return found;
  }

  /** Every value of that name, comma lists taken apart. For list headers only (Via, Route, Contact …). */
  values(key: string): string[] {
    const found: string[] = [];
    for (const header of this.#headers) if (header.key === key) found.push(...splitList(header.value));
    return found;
  }

  append(name: string, value: string): this {
    this.#headers.push({ name, key: headerKey(name), value });
    this.#asReceived = null;
    return this;
  }

  /** Replaces the first line of that name and drops the others; appends when there is none. */
  set(name: string, value: string): this {
    const key = headerKey(name);
    const index = this.#headers.findIndex((header) => header.key === key);
    if (index === -1) return this.append(name, value);
    this.#asReceived = null;
    this.#headers[index] = { name: this.#headers[index]?.name ?? name, key, value };
    for (let later = this.#headers.length - 1; later > index; later -= 1) {
      if (this.#headers[later]?.key === key) this.#headers.splice(later, 1);
    }
    return this;
  }

  remove(key: string): this {
    this.#asReceived = null;
    for (let index = this.#headers.length - 1; index >= 0; index -= 1) {
      if (this.#headers[index]?.key === key) this.#headers.splice(index, 1);
    }
    return this;
  }

  /** Replaces the first value of a list header and keeps the rest of the list. */
  replaceFirstValue(key: string, value: string): this {
    const index = this.#headers.findIndex((header) => header.key === key);
    const header = this.#headers[index];
    if (!header) return this;
    const [, ...rest] = splitList(header.value);
    const changed = { ...header, value: [value, ...rest].join(", ") };
    this.#headers[index] = changed;
    // Usually it is the first line: then the others need not be put together again.
    const isKept = index === 0 && this.#asReceived !== null && key !== "content-length";
    this.#asReceived = isKept ? lineOf(changed) + (this.#asReceived ?? "").slice(lineOf(header).length) : null;
    return this;
  }

  [Symbol.iterator](): IterableIterator<Header> {
    return this.#headers[Symbol.iterator]();
  }

  copy(): HeaderList {
    return new HeaderList([...this.#headers]);
  }
}

function lineOf({ name, value }: Header): string {
  return `${name}: ${value}\r\n`;
}

/** Without the blanks around it, and without carriage returns that stand where only a line end belongs. A loop, because a pattern would try again at every blank of a long run. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d;

/** Splits a comma list, with quoted strings and angle brackets left whole (RFC 3261 §7.3.1). */
export function splitList(value: string): string[] {
  if (!value.includes(",")) {
    const only = value.trim();
    return only === "" ? [] : [only];
  }
  return splitOutsideQuotes(value, ",").filter((part) => part.length > 0);
}

/** The text without its quoted strings; a quote that is not closed stays. */
export function withoutQuoted(value: string): string {
  return value.includes('"') ? value.replace(/"(?:[^"\\]|\\.)*"/g, "") : value;
}

/** The parts of a text between separators that stand outside of quoted strings and angle brackets. */
export function splitOutsideQuotes(value: string, separator: string): string[] {
  if (!value.includes(separator)) return [value.trim()];
  const parts: string[] = [];
  let start = 0;
  let isQuoted = false;
  let depth = 0;
  for (let index = 0; index < value.length; index += 1) {
    const letter = value[index];
    if (isQuoted) {
      if (letter === "\\") index += 1;
      else if (letter === '"') isQuoted = false;
    } else if (letter === '"') isQuoted = true;
    else if (letter === "<") depth += 1;
    else if (letter === ">") depth = Math.max(0, depth - 1);
    else if (letter === separator && depth === 0) {
      parts.push(value.slice(start, index).trim());
      start = index + 1;
    }
  }
  parts.push(value.slice(start).trim());
  return parts;
}
