/** After a crash: calls whose journal has no end are rebuilt from it and ended as `box-restarted`, so that every call has a true record. */
import { applyCallEvent, beginCall } from "../domain/call/apply-call-event.ts";
import { recordOf } from "../domain/call/record-of.ts";
import type { Call } from "../domain/call/call.ts";
import type { CallBeginning, CallEvent } from "../domain/call/call-event.ts";
import type { CallStore, Clock, Log } from "./ports.ts";

/** Ends the unfinished calls of the journal; returns how many there were. */
export async function recoverCalls(parts: {
  store: Pick<CallStore, "append" | "unfinishedCalls">;
  clock: Pick<Clock, "now">;
  log: Log;
}): Promise<number> {
  const unfinished = await parts.store.unfinishedCalls();
  for (const { callId, events } of unfinished) {
    const call = callFromJournal(events);
    if (call === null) {
      parts.log.error({ callId }, "journal of a call does not begin with its beginning");
      continue;
    }
    const lastMs = events.at(-1)?.atMs ?? call.startedAtMs;
    const event = { type: "box-restarted", atMs: Math.max(lastMs, parts.clock.now()) } as const;
    const step = applyCallEvent(call, event);
    const published = step.effects.flatMap((effect) => (effect.type === "publish" ? [effect.happening] : []));
    await parts.store.append([{ callId, event, published, record: recordOf(step.call) }]);
    parts.log.warn({ callId }, "a call was cut off by a restart of the box");
  }
  return unfinished.length;
}

function isBeginning(event: CallEvent): event is CallBeginning {
  return event.type === "call-arrived" || event.type === "call-placed";
}

/** The call a journal tells of. */
export function callFromJournal(events: readonly CallEvent[]): Call | null {
  const [beginning, ...later] = events;
  if (beginning === undefined || !isBeginning(beginning)) return null;
  let call = beginCall(beginning).call;
  for (const event of later) if (!isBeginning(event)) call = applyCallEvent(call, event).call;
  return call;
}
