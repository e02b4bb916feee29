/** What the queues do by themselves: callers get operators, are offered to other offices at peaks, and are called back. */
import { Callbacks, type CallbacksParts } from "./callbacks.ts";
import { PeakSharing, type PeakSharingParts } from "./peak-sharing.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { CallsInProgress } from "./calls-in-progress.ts";

export type QueuesParts = CallbacksParts & PeakSharingParts & { room: OperatorRoom; calls: CallsInProgress };

export type TendedQueues = Pick<Callbacks, "recover"> & {
  callbacks: Callbacks;
  start(): void;
  close(): void;
};

export function tendQueues(parts: QueuesParts): TendedQueues {
  const { room, calls, ids } = parts;
  const sharing = new PeakSharing(parts);
  const callbacks = new Callbacks(parts);
  room.listen({
    operatorsFound: (callId, found) => {
      if (callbacks.operatorFound(callId, found)) return;
      const [first, ...others] = found.map(({ operatorId, devices }) => {
        return { operatorId, legs: devices.map((device) => ({ legId: ids.legId(), device })) };
      });
      if (first === undefined) return;
      const more = others.length === 0 ? {} : { others };
      calls.find(callId)?.post({ type: "operator-assigned", ...first, ...more });
    },
    nobodyFree: (callId) => calls.find(callId)?.post({ type: "no-operator" }),
    devicesGone: (operatorId, uris) => calls.devicesGone(operatorId, uris),
  });
  return {
    callbacks,
    recover: (pages) => callbacks.recover(pages),
    start: () => {
      sharing.start();
      callbacks.start();
    },
    close: () => {
      sharing.close();
      callbacks.close();
    },
  };
}
