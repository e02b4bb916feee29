/** An expected refusal inside a media server, thrown through its async code to the edge of the port, where it becomes a value. */
import type { MediaFailure, MediaResult } from "../../application/media-port.ts";

export class MediaRefused extends Error {
  readonly reason: MediaFailure;

  constructor(reason: MediaFailure, detail: string) {
    super(detail);
    this.reason = reason;
  }
}

/** The edge: refusals become values, anything else is a bug and stays an exception. */
export async function asMediaResult<T extends object>(work: () => Promise<T>): Promise<MediaResult<T>> {
  try {
    return { ok: true, ...(await work()) };
  } catch (error) {
    if (error instanceof MediaRefused) return { ok: false, reason: error.reason, detail: error.message };
    throw error;
  }
}
