/** What the box sends to the far end of a leg of its own accord. What the far end does not take is logged. */
import { handoverCompleted } from "../../../domain/transfer/transfer-header.ts";
import { writeSipfrag } from "./in-dialog-requests.ts";
import type { LegId } from "../../../domain/call/ids.ts";
import type { Clock, Log } from "../../../application/ports.ts";
import type { LegEndReason } from "../../../domain/call/call-effect.ts";
import { reasonHeader } from "../headers/reason.ts";
import type { SipDialog, SipRequest } from "../drachtio.ts";

export type Requester = { legId: LegId; log: Log };
/** `isUp`: the leg still talks in this dialog. */
export type PatientRequester = Requester & { clock: Pick<Clock, "after">; isUp(): boolean };

/** Progress of the REFER that the far end sent. */
export function notifyReferrer(dialog: SipDialog, status: number, { legId, log }: Requester): void {
  dialog.request({ method: "NOTIFY", ...writeSipfrag(status) }, (error) => {
    if (error !== null) log.info({ legId, status, error: error.message }, "referrer could not be told");
  });
}

/** Pauses before the other office is told again: a proxy or a box that is being restarted is back by then. */
const handoverPausesMs = [2_000, 4_000, 8_000, 16_000, 32_000] as const;
/** The dialog is gone, or the other box does not know the message. */
const finalRefusals = [405, 415, 481, 501];

/** The office that was consulted has the citizen now. Told again until it is taken, because the ticket goes by it. */
export function tellHandover(dialog: SipDialog, requester: PatientRequester, attempt = 0): void {
  const { legId, log, clock } = requester;
  dialog.request({ method: "INFO", headers: { "X-LA2-Transfer": handoverCompleted } }, (error, response) => {
    const status = response?.status ?? null;
    if (status !== null && status < 300) return;
    const pauseMs = status !== null && finalRefusals.includes(status) ? undefined : handoverPausesMs[attempt];
    const fields = { legId, attempt: attempt + 1, status, error: error?.message, pauseMs };
    if (pauseMs === undefined) return log.warn(fields, "the other office was not told of the handover");
    log.info(fields, "the other office is told again of the handover");
    clock.after(pauseMs, () => {
      if (requester.isUp()) tellHandover(dialog, requester, attempt + 1);
    });
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
