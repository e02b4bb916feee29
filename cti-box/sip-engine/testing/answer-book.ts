/** What an onlooker of a network learns about calls: who was called how often, and who answered how often; copies of one message count once. */

const headerIn = (text: string, name: RegExp): string => name.exec(text)?.[1]?.trim() ?? "";

export class AnswerBook {
  /** By Call-ID: the branches of INVITEs outside of dialogs. */
  readonly #invites = new Map<string, Set<string>>();
  /** By Call-ID: who said 200 to such an INVITE, by tag and Contact. */
  readonly #answers = new Map<string, Set<string>>();

  see(bytes: Buffer): void {
    const text = bytes.toString("latin1");
    const callId = headerIn(text, /^Call-ID:(.*)$/im);
    if (!/^CSeq: *\d+ INVITE\r?$/im.test(text)) return;
    if (text.startsWith("INVITE ") && !/^To:.*;tag=/im.test(text))
      put(this.#invites, callId, headerIn(text, /^Via:.*branch=([^;\r]*)/im));
    if (text.startsWith("SIP/2.0 200 "))
      put(this.#answers, callId, `${headerIn(text, /^To:.*;tag=([^;\r]*)/im)} ${headerIn(text, /^Contact:(.*)$/im)}`);
  }

  get calls(): number {
    return this.#invites.size;
  }

  get answered(): number {
    return this.#answers.size;
  }

  /** Call-IDs that were placed or answered more than once. */
  get twice(): string[] {
    return [...this.#invites, ...this.#answers].filter(([, seen]) => seen.size > 1).map(([callId]) => callId);
  }
}

function put(book: Map<string, Set<string>>, key: string, value: string): void {
  const known = book.get(key);
  if (known === undefined) book.set(key, new Set([value]));
  else known.add(value);
}
