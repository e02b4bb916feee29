/** Legs of an earlier run of the box, as far as the stack has kept their dialogs. */
import type { LegId } from "../../../domain/call/ids.ts";
import type { Log } from "../../../application/ports.ts";
import type { RestartMemory } from "../../../application/restart-memory.ts";
import { reasonHeader } from "../headers/reason.ts";
import type { ControlClient, SipStack } from "../drachtio.ts";
import { keptDialogSchema, revivedDialog } from "./kept-dialog.ts";
import { SipLeg } from "./sip-leg.ts";
import type { LegParts } from "./leg-parts.ts";

/** Takes what is remembered out of `left`, the dialogs that are still up; what is up no more is forgotten. */
export function takeBackLegs(
  { memory, stack, client }: { memory: RestartMemory; stack: SipStack; client: ControlClient },
  left: Set<string>,
  parts: LegParts,
): { leg: SipLeg; sipCallId: string }[] {
  return memory.kept("dialog").flatMap(({ key, value }) => {
    const kept = keptDialogSchema.safeParse(value);
    if (!kept.success || !left.delete(kept.data.dialogId)) {
      memory.forget("dialog", key);
      return [];
    }
    const legId = key as LegId;
    const { placedTo, sipCallId } = kept.data;
    return [{ leg: SipLeg.takenBack({ legId, placedTo }, parts, revivedDialog(stack, client, kept.data)), sipCallId }];
  });
}

/** A dialog that the box was given by the stack and knows nothing of: confirmed in the moment before the kill. */
export function hangUpDialog(client: ControlClient, dialogId: string, log: Log): void {
  log.warn({ dialogId }, "a dialog that no leg goes on with is hung up");
  client.request({ method: "BYE", stackDialogId: dialogId, headers: { Reason: reasonHeader("failure") } }, (error) => {
    if (error !== null) log.info({ dialogId, error: error.message }, "dialog was gone already");
  });
}
