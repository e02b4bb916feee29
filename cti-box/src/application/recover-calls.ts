/**
 * After a kill of the box: calls whose journal has no end are rebuilt from it and go on with the legs that signalling and media have kept. Where nothing is left
 * of the caller the call is ended as `box-restarted`, so that every call has a true record.
 */
import { applyCallEvent, beginCall } from "../domain/call/apply-call-event.ts";
import type { Call, Leg } from "../domain/call/call.ts";
import type { CallBeginning, CallEvent } from "../domain/call/call-event.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { CallMedia } from "./call-media.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";
import type { CallSignalling, CallStore, Log } from "./ports.ts";

export type RecoveryParts = {
  calls: Pick<CallsInProgress, "takeUp">;
  signalling: Pick<CallSignalling, "endLeg">;
  media: Pick<CallMedia, "takeBack">;
  log: Log;
};

export type UnfinishedCalls = Awaited<ReturnType<CallStore["unfinishedCalls"]>>;

/** `dialogs`: legs that the signalling has taken back. Those that no call wants any more are ended. */
export function recoverCalls(parts: RecoveryParts, unfinished: UnfinishedCalls, dialogs: readonly LegId[]): void {
  const media = parts.media.takeBack(unfinished.map(({ callId }) => callId));
  const withMedia = new Set([...media.goOn, ...media.unsettled]);
  const withDialog = new Set(dialogs);
  const goesOn = ({ legId, state }: Leg): boolean =>
    withDialog.has(legId) && (state.kind === "closing" || (state.kind === "answered" && withMedia.has(legId)));
  const wanted = new Set<LegId>();
  for (const { callId, events } of unfinished) {
    const call = callFromJournal(events);
    if (call === null) {
      parts.log.error({ callId }, "journal of a call does not begin with its beginning");
      continue;
    }
    const open = call.legs.filter((leg) => leg.state.kind !== "gone");
    const keptLegs = open.filter(goesOn).map((leg) => leg.legId);
    const lostLegs = open.filter((leg) => !goesOn(leg)).map((leg) => leg.legId);
    for (const legId of keptLegs) wanted.add(legId);
    parts.log.warn({ callId, kept: keptLegs.length, lost: lostLegs.length }, "a call is taken up after a restart");
    const unsettledLegs = keptLegs.filter((legId) => media.unsettled.includes(legId));
    const lastMs = events.at(-1)?.atMs ?? call.startedAtMs;
    parts.calls.takeUp(call, { lastMs, keptLegs, lostLegs, unsettledLegs });
  }
  for (const legId of dialogs) if (!wanted.has(legId)) endUnwanted(parts, legId);
}

function endUnwanted({ signalling, log }: RecoveryParts, legId: LegId): void {
  log.warn({ legId }, "a leg that no call goes on with is hung up");
  signalling.endLeg(legId, "failure").catch((error: unknown) => {
    log.warn({ legId, error: String(error) }, "leg could not be ended");
  });
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
