/** The page of measurements of a running box (`metrics`). */
import type { RunningApi } from "./adapters/api/start-api.ts";
import { BoxMetrics } from "./adapters/metrics/box-metrics.ts";
import type { JournalTiming } from "./adapters/metrics/journal-timing.ts";
import { openMetricsServer } from "./adapters/metrics/metrics-server.ts";
import type { MediaServer } from "./application/media-port.ts";
import type { OfficeBox } from "./application/office-box.ts";
import type { Log } from "./application/ports.ts";
import type { OfficeConfig } from "./config.ts";

type MetricsParts = { box: OfficeBox; media: MediaServer; journal: JournalTiming; api: RunningApi; log: Log };

/** Rejects when the address cannot be opened; the message names it. */
export async function openBoxMetrics(
  address: NonNullable<OfficeConfig["metrics"]>,
  { box, media, journal, api, log }: MetricsParts,
): Promise<{ close(): Promise<void> }> {
  const metrics = new BoxMetrics({
    queries: box.queries,
    figures: box.figures,
    trunks: box.trunks,
    journal,
    followers: (lastCursor) => api.followers(lastCursor),
    health: async () => ({ ...box.health(), media: await media.health() }),
  });
  const server = await openMetricsServer(address, { page: () => metrics.write(), log }).catch((error: unknown) => {
    metrics.close();
    throw error;
  });
  return {
    close: async () => {
      await server.close();
      metrics.close();
    },
  };
}
