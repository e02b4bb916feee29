/** What a leg needs of the signalling around it. */
import type { LegId } from "../../../domain/call/ids.ts";
import type { Clock, Log, SignallingEvent } from "../../../application/ports.ts";
import type { SipDialog, SipRequest, SipStack } from "../drachtio.ts";
import type { OwnOffice } from "../outgoing-invite.ts";
import type { CarrierTerms } from "../carrier-terms.ts";
import type { DialogListener } from "./in-dialog-requests.ts";
import type { LendingLeg } from "./move-conversation.ts";

export type LegParts = {
  stack: SipStack;
  office: OwnOffice;
  terms: Pick<CarrierTerms, "credentialsOf" | "ofInvite">;
  log: Log;
  clock: Pick<Clock, "after">;
  emit(event: SignallingEvent): void;
  /** Its INVITE left. */
  onSent(legId: LegId, invite: SipRequest): void;
  /** Its dialog is confirmed. */
  onTalking(leg: { legId: LegId; placedTo: string | null }, dialog: SipDialog): void;
  /** The leg said its last word. */
  onOver(legId: LegId): void;
  takesText(legId: LegId): boolean;
  mayRefer(legId: LegId, isAttended: boolean): boolean;
  findLeg(legId: LegId): LendingLeg | null;
  legOfDialog: DialogListener["legOfDialog"];
};

export type LastWord = Extract<SignallingEvent, { type: "leg-failed" | "leg-cancelled" | "leg-ended" }>;
