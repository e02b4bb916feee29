/**
 * An operator calls another office of the network: no citizen is on the line, and nothing is handed over. There the call comes into a queue, as that of a
 * colleague who waits in no line: an operator is free now, or it is refused.
 */
import { namedAsCaller } from "./connected-parties.ts";
import { newLeg } from "./legs.ts";
import { changed, withEffect } from "./step.ts";
import type { PlannedOfficeLeg } from "../transfer/office-route.ts";
import type { TransferHandover } from "./call-effect.ts";
import type { Step } from "./step.ts";

const nothingHandedOver: TransferHandover = {
  transferId: null,
  ticketId: null,
  reason: null,
  waitedSeconds: 0,
  mode: "call",
};

/** The other office is invited; its leg stands where a citizen's would, and our office is the caller there, not its operator. */
export function inviteOffice(step: Step, { legId, route }: PlannedOfficeLeg, atMs: number): Step {
  const { callee, contactId, callId } = step.call;
  if (callee?.kind !== "office") return step;
  const { officeId } = callee;
  const peer = { kind: "member", name: officeId } as const;
  const leg = newLeg({ legId, role: "caller", direction: "out", peer, media: "rtp" }, atMs);
  const to = { kind: "office", officeId, ...route, handover: nothingHandedOver } as const;
  return withEffect(changed(step, { legs: [leg, ...step.call.legs] }), {
    type: "place-leg",
    legId,
    to,
    media: "rtp",
    caller: namedAsCaller(step.call, peer),
    contactId,
    callId,
  });
}
