/** Follows the hub's feed from the stored cursor: what other offices did to tickets that this office is a party of. */
import { setTimeout as delay } from "node:timers/promises";
import { retryPauseMs } from "../../application/retry-pause.ts";
import type { Log } from "../../application/ports.ts";
import type { TupaClient } from "../../tupa/client/tupa-client.ts";
import type { FeedItem } from "../../tupa/contract/objects.ts";

const pauses = { firstMs: 300, longestMs: 5_000 };

export type HubFollowing = {
  client: TupaClient;
  cursor(): number;
  /** Stores the item's effects and its cursor together. */
  take(item: FeedItem): void;
  /** The hub answers again after it was away. */
  cameBack(): void;
  random(): number;
  log: Log;
};

export function followHub(parts: HubFollowing): { close(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const follow = async (): Promise<void> => {
    let failures = 0;
    while (!signal.aborted) {
      const fault = await readOnce(parts, signal, failures > 0);
      if (signal.aborted) return;
      if (fault === null) {
        failures = 0;
        continue;
      }
      if (failures === 0) parts.log.warn({ reason: fault }, "the hub is away; calls go on, tickets will catch up");
      await delay(retryPauseMs(pauses, failures, parts.random()), undefined, { signal }).catch(() => undefined);
      failures += 1;
    }
  };
  const following = follow();
  return {
    close: async () => {
      stopping.abort();
      await following;
    },
  };
}

/** One look at the feed: null, or what was wrong. An item that cannot be stored is read again rather than left out. */
async function readOnce(parts: HubFollowing, signal: AbortSignal, wasAway: boolean): Promise<string | null> {
  const feed = await parts.client.feed(parts.cursor(), { signal, isPatient: !wasAway });
  if (signal.aborted) return null;
  if (!feed.ok) return feed.reason;
  if (wasAway) parts.cameBack();
  try {
    for (const item of feed.value.items) parts.take(item);
    return null;
  } catch (error) {
    parts.log.error({ error: String(error) }, "a line of the hub's feed could not be stored");
    return String(error);
  }
}
