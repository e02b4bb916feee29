/** Follows the hub's feed from the stored cursor: what other offices did to tickets that this office is a party of. */
import { setTimeout as delay } from "node:timers/promises";
import type { Log } from "../../application/ports.ts";
import type { TupaClient } from "../../tupa/client/tupa-client.ts";
import type { FeedItem } from "../../tupa/contract/objects.ts";

const firstPauseMs = 300;
const longestPauseMs = 10_000;

export function followHub(parts: { client: TupaClient; cursor(): number; take(item: FeedItem): void; log: Log }): {
  close(): Promise<void>;
} {
  const stopping = new AbortController();
  const { signal } = stopping;
  const follow = async (): Promise<void> => {
    let pauseMs = firstPauseMs;
    while (!signal.aborted) {
      const feed = await parts.client.feed(parts.cursor(), signal);
      if (signal.aborted) return;
      if (feed.ok) {
        pauseMs = firstPauseMs;
        for (const item of feed.value.items) parts.take(item);
        continue;
      }
      if (pauseMs === firstPauseMs)
        parts.log.warn({ reason: feed.reason }, "the hub is away; calls go on, tickets will catch up");
      await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  };
  const following = follow().catch((error: unknown) =>
    parts.log.error({ error: String(error) }, "following the hub ended"),
  );
  return {
    close: async () => {
      stopping.abort();
      await following;
    },
  };
}
