/** How long an application takes to react to an INVITE, whatever its reaction is: an answer of any kind, or a `proxy` command. */
import type { Context, ServerUse } from "./context.ts";

/** To be called at each reaction; only the first one counts. */
export function noteReaction({ counters }: Context, use: ServerUse): void {
  if (use.offeredAtMs === undefined) return;
  counters.reactions.observe((performance.now() - use.offeredAtMs) / 1_000);
  use.offeredAtMs = undefined;
}
