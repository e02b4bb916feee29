/**
 * May this office's calls outlive a kill of its box? Signalling and media both have to run elsewhere: the engine in a process of its own or a server, and
 * rtpengine. Then the stack keeps the calls of a box that is gone for the next one of the same name (`sip-engine/control/instances.ts`).
 */
import { createHash, randomBytes } from "node:crypto";
import type { SipWebSocket } from "./sip-contacts.ts";
import type { OfficeConfig } from "./config.ts";
import type { SipSignallingParts } from "./adapters/sip/sip-signalling.ts";

export function callsSurvive({ engine, media }: Pick<OfficeConfig, "engine" | "media">): boolean {
  return engine.kind !== "embedded" && media.kind === "rtpengine";
}

export function survivalOf(
  config: Pick<OfficeConfig, "engine" | "media" | "office">,
  webSocket: SipWebSocket | null,
): Pick<SipSignallingParts, "survival"> {
  if (!callsSurvive(config)) return {};
  // Tags are short; several offices may share a server.
  const name = createHash("sha256").update(config.office.officeId).digest("hex").slice(0, 20);
  const tags = [`instance:${name}`, `run:${randomBytes(12).toString("hex")}`];
  return { survival: { tags, browsersStay: webSocket?.kind === "direct" } };
}
