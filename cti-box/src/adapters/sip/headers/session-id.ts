/** Session-ID (RFC 7989): one identifier for the citizen's contact through every leg, queue, transfer and office. */
const nil = "0".repeat(32);

export function writeSessionId(contactId: string): string {
  return `${contactId};remote=${nil}`;
}

/** The sender's own identifier; null when absent, malformed or nil. RFC 7329 peers send it without `remote`. */
export function readSessionId(header: string | undefined): string | null {
  const local = /^\s*([0-9a-f]{32})\s*(?:;|$)/.exec((header ?? "").toLowerCase())?.[1];
  return local === undefined || local === nil ? null : local;
}
