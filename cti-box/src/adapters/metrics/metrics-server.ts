/** The page of measurements over HTTP, on an address of its own, as the engine has one. */
import { contentType, PageServer } from "../../../sip-engine/engine.ts";
import type { Log } from "../../application/ports.ts";

/** Rejects when the address cannot be opened; the message names it. */
export function openMetricsServer(
  address: { host: string; port: number },
  { page, log }: { page: () => Promise<string>; log: Log },
): Promise<PageServer> {
  return PageServer.open(address, ({ path }, say) => {
    if (path !== "/metrics") return say(404, "There is /metrics here.\n");
    page().then(
      (text) => say(200, text, contentType),
      (error: unknown) => {
        log.error({ error: String(error) }, "the measurements could not be written");
        say(500, "");
      },
    );
    return undefined;
  });
}
