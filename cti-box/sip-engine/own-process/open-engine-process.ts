/** The engine in a process of its own: found running, or started. Its calls outlive the application (`control/instances.ts`). */
import { checkOptions, type SipEngineOptions } from "../engine-options.ts";
import {
  handleOver,
  type EngineFacts,
  type FromEngine,
  type SipEngineHandle,
  type ToEngine,
} from "../engine-handle.ts";
import { silentLog } from "../log.ts";
import { openCompanion } from "./open-companion.ts";

/** The engine ends the calls of an application that does not come back for 30 s; a little later it ends itself. */
const usualOrphanedMs = 45_000;

export type EngineProcess = SipEngineHandle & {
  /** Of the control port. */
  secret: string;
  /** An earlier box had started it. */
  wasRunning: boolean;
  /** Leaves it running for the next owner, as a kill of this one does. */
  leave(): void;
};

/** Rejects when the options are not usable or an address cannot be opened; the message names it. */
export async function openSipEngineProcess(
  options: Omit<SipEngineOptions, "secrets">,
  { recordFile, orphanedMs = usualOrphanedMs }: { recordFile: string; orphanedMs?: number },
): Promise<EngineProcess> {
  checkOptions({ ...options, secrets: ["to be made by the engine"] });
  const { log = silentLog, ...order } = options;
  // Limits for strangers and who watches are no reason to end calls: an engine that runs keeps those it was started with.
  const { protection: _protection, watch: _watch, ...essential } = order;
  const companion = await openCompanion({
    program: new URL("./engine-process.ts", import.meta.url),
    nodeArguments: ["--max-semi-space-size=16"],
    order,
    essential,
    recordFile,
    orphanedMs,
  });
  const facts = companion.facts as EngineFacts & { secret: string };
  const channel = {
    say: (message: ToEngine) => companion.say(message),
    onMessage: (listener: (message: FromEngine) => void) =>
      companion.onMessage((message) => listener(message as FromEngine)),
    gone: companion.gone,
  };
  channel.onMessage((message) => {
    if (message.kind === "log") log(message.level, message.message, message.fields);
  });
  return {
    ...handleOver(channel, facts),
    secret: facts.secret,
    wasRunning: companion.wasRunning,
    leave: () => companion.leave(),
    close: () => companion.close(),
  };
}
