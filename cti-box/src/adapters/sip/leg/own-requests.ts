/** What the box sends to the far end of a leg of its own accord. What the far end does not take is logged. */
import { handoverCompleted } from "../../../domain/transfer/transfer-header.ts";
import { writeSipfrag } from "./in-dialog-requests.ts";
import type { LegId } from "../../../domain/call/ids.ts";
import type { Log } from "../../../application/ports.ts";
import type { LegEndReason } from "../../../domain/call/call-effect.ts";
import { reasonHeader } from "../headers/reason.ts";
import type { SipDialog, SipRequest } from "../drachtio.ts";

export type Requester = { legId: LegId; log: Log };

/** re-INVITE with a new offer; the far end's answer, or null when it was refused or brought none. */
export function describeAnew(dialog: SipDialog, sdp: string, { legId, log }: Requester): Promise<string | null> {
  return new Promise((resolve) => {
    dialog.modify(sdp, (error, answer) => {
      if (error !== null) log.info({ legId, error: error.message }, "our re-INVITE was refused");
      resolve(error === null && answer !== undefined && answer !== "" ? answer : null);
    });
  });
}

/** Progress of the REFER that the far end sent. */
export function notifyReferrer(dialog: SipDialog, status: number, { legId, log }: Requester): void {
  dialog.request({ method: "NOTIFY", ...writeSipfrag(status) }, (error) => {
    if (error !== null) log.info({ legId, status, error: error.message }, "referrer could not be told");
  });
}

/** The office that was consulted has the citizen now. */
export function tellHandover(dialog: SipDialog, { legId, log }: Requester): void {
  dialog.request({ method: "INFO", headers: { "X-LA2-Transfer": handoverCompleted } }, (error) => {
    if (error !== null) log.warn({ legId, error: error.message }, "the other office was not told of the handover");
  });
}

/** The last word is the INVITE's final answer: 487, or a 200 that crossed the CANCEL. */
export function cancelInvite(invite: SipRequest, reason: LegEndReason, { legId, log }: Requester): void {
  try {
    invite.cancel({ headers: { Reason: reasonHeader(reason) } });
  } catch (error) {
    log.info({ legId, error: String(error) }, "CANCEL came too late");
  }
}
