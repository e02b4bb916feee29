/** One leg: turns what the application asks into SIP and what the far end does into events. Says exactly one last word. */
import { handoverCompleted } from "../../../domain/transfer/transfer-header.ts";
import { allowedMethods, headersOf } from "../outgoing-invite.ts";
import { q850Of, reasonHeader } from "../headers/reason.ts";
import { sdpOf } from "../incoming-invite.ts";
import { listenToDialog, writeSipfrag } from "./in-dialog-requests.ts";
import type { LegEndReason } from "../../../domain/call/call-effect.ts";
import type { LegId } from "../../../domain/call/ids.ts";
import type { Log, PlaceLegOrder, SignallingEvent } from "../../../application/ports.ts";
import type { SipDialog, SipFailure, SipRequest, SipResponse, SipStack } from "../drachtio.ts";
import type { TrunkCredentials } from "../trunk-register.ts";
import type { OwnOffice } from "../outgoing-invite.ts";
import { sequenceNumberOf } from "../headers/cseq.ts";
import { directionOf } from "./offer-direction.ts";
import type { LegStage, Reinvite } from "./leg-stage.ts";

export type LegParts = {
  stack: SipStack;
  office: OwnOffice;
  credentialsOf(trunkId: string): TrunkCredentials | undefined;
  log: Log;
  emit(event: SignallingEvent): void;
  /** Its INVITE left. */
  onSent(legId: LegId, invite: SipRequest): void;
  /** The leg said its last word. */
  onOver(legId: LegId): void;
  mayRefer(legId: LegId): boolean;
};

type LastWord = Extract<SignallingEvent, { type: "leg-failed" | "leg-cancelled" | "leg-ended" }>;

export class SipLeg {
  readonly legId: LegId;
  /** Contact that the box called; null: the far end called us. */
  readonly placedTo: string | null;
  private readonly parts: LegParts;
  private stage: LegStage;

  private constructor(leg: { legId: LegId; placedTo: string | null }, parts: LegParts, stage: LegStage) {
    this.legId = leg.legId;
    this.placedTo = leg.placedTo;
    this.parts = parts;
    this.stage = stage;
  }

  static offered(legId: LegId, parts: LegParts, from: { request: SipRequest; response: SipResponse }): SipLeg {
    const leg = new SipLeg({ legId, placedTo: null }, parts, { kind: "offered", ...from });
    // The stack has answered the CANCEL and the INVITE (487) itself.
    from.request.on("cancel", () => {
      if (leg.stage.kind === "offered" || leg.stage.kind === "answering") leg.over({ type: "leg-cancelled", legId });
    });
    return leg;
  }

  /** Resolves when the INVITE is on its way, or cannot be: then the leg has failed already. */
  static async placed(order: PlaceLegOrder, parts: LegParts, keep: (leg: SipLeg) => void): Promise<void> {
    const placed = { legId: order.legId, placedTo: order.to.uri };
    const leg = new SipLeg(placed, parts, { kind: "placing", invite: null, wantsEnd: null });
    keep(leg);
    await new Promise<void>((resolve) => leg.sendInvite(order, resolve));
  }

  progress(): void {
    if (this.stage.kind === "offered") this.stage.response.send(180);
  }

  answer(sdp: string): void {
    if (this.stage.kind !== "offered") return;
    const { request, response } = this.stage;
    const answerInAckOf = sdpOf(request).kind === "none" ? sequenceNumberOf(request) : null;
    this.stage = { kind: "answering", answerInAckOf, wantsEnd: null };
    const options = { localSdp: sdp, headers: { Allow: allowedMethods, "Content-Type": "application/sdp" } };
    this.parts.stack.createUAS(request, response, options, (error, dialog) => {
      if (error === null) return this.established(dialog);
      if (this.stage.kind !== "answering") return undefined;
      this.parts.log.warn({ legId: this.legId, error: error.message }, "answer could not be sent");
      return this.over({ type: "leg-ended", legId: this.legId, how: "lost" });
    });
  }

  reject(status: number, reason: LegEndReason): void {
    if (this.stage.kind !== "offered") return this.end(reason);
    this.stage.response.send(status, { headers: { Reason: reasonHeader(reason) } });
    return this.over({ type: "leg-ended", legId: this.legId, how: "closed" });
  }

  end(reason: LegEndReason): void {
    switch (this.stage.kind) {
      case "offered":
        return this.reject(480, reason);
      case "answering":
        this.stage = { ...this.stage, wantsEnd: reason };
        return undefined;
      case "placing":
        return this.giveUpInvite(reason);
      case "talking":
        return this.hangUp(this.stage.dialog, reason);
      case "ending":
      case "over":
        return undefined;
    }
  }

  /** The answer to the far end's last re-INVITE or UPDATE: our session description, or a refusal. */
  answerReinvite(answer: { sdp: string } | { status: number }): void {
    if (this.stage.kind !== "talking" || this.stage.reinvite === null) return;
    const { dialog, reinvite } = this.stage;
    this.stage = { ...this.stage, reinvite: null };
    if ("status" in answer) return reinvite.response.send(answer.status);
    this.stage = { ...this.stage, answerInAckOf: reinvite.answerInAckOf };
    dialog.local.sdp = answer.sdp;
    const contact = dialog.local.contact === undefined ? {} : { Contact: dialog.local.contact };
    return reinvite.response.send(200, {
      headers: { ...contact, "Content-Type": "application/sdp" },
      body: answer.sdp,
    });
  }

  notifyReferrer(status: number): void {
    if (this.stage.kind !== "talking") return;
    this.stage.dialog.request({ method: "NOTIFY", ...writeSipfrag(status) }, (error) => {
      if (error === null) return;
      this.parts.log.info({ legId: this.legId, status, error: error.message }, "referrer could not be told");
    });
  }

  tellHandover(): void {
    if (this.stage.kind !== "talking") return;
    this.stage.dialog.request({ method: "INFO", headers: { "X-LA2-Transfer": handoverCompleted } }, (error) => {
      if (error === null) return;
      this.parts.log.warn({ legId: this.legId, error: error.message }, "the other office was not told of the handover");
    });
  }

  /** `stack`: it has forgotten the leg. `account`: the phone behind the leg was signed out, and is told while it can be. */
  lost(cause: "stack" | "account"): void {
    if (cause === "account") this.end("failure");
    this.over({ type: "leg-ended", legId: this.legId, how: "lost" });
  }

  private sendInvite(order: PlaceLegOrder, sent: () => void): void {
    const { stack, office } = this.parts;
    const { uri, nextHop } = order.to;
    const headers = { ...headersOf(order, office), "Content-Type": "application/sdp" };
    const auth = order.to.kind === "trunk" ? this.parts.credentialsOf(order.to.trunkId) : undefined;
    const identity = auth === undefined ? {} : { auth };
    const options = { localSdp: order.sdp, headers, ...identity, ...(nextHop === null ? {} : { proxy: nextHop }) };
    const progress = {
      cbRequest: (error: unknown, invite: SipRequest) => {
        if (!error) this.inviteSent(invite);
        sent();
      },
      cbProvisional: (response: SipResponse) => this.provisional(response),
    };
    stack.createUAC(uri, options, progress, (error, dialog) => {
      if (error === null) return this.established(dialog);
      sent();
      return this.inviteFailed(error);
    });
  }

  private inviteSent(invite: SipRequest): void {
    this.parts.onSent(this.legId, invite);
    if (this.stage.kind !== "placing") return;
    const { wantsEnd } = this.stage;
    this.stage = { kind: "placing", invite, wantsEnd };
    if (wantsEnd !== null) this.sendCancel(invite, wantsEnd);
  }

  private provisional(response: SipResponse): void {
    if (this.stage.kind !== "placing" || this.stage.wantsEnd !== null) return;
    const { legId } = this;
    this.parts.emit({ type: response.status === 100 ? "leg-trying" : "leg-progressed", legId });
    const description = sdpOf(response);
    if (description.kind === "sdp") this.parts.emit({ type: "leg-early-media", legId, sdp: description.sdp });
  }

  private inviteFailed(error: SipFailure): void {
    if (this.stage.kind !== "placing") return;
    const { legId } = this;
    if (this.stage.wantsEnd !== null) return this.over({ type: "leg-ended", legId, how: "closed" });
    const status = error.status ?? 503;
    if (error.status === undefined) this.parts.log.warn({ legId, error: error.message }, "INVITE could not be sent");
    return this.over({ type: "leg-failed", legId, status, q850: q850Of(error.res?.get("reason")) });
  }

  private giveUpInvite(reason: LegEndReason): void {
    if (this.stage.kind !== "placing" || this.stage.wantsEnd !== null) return;
    const { invite } = this.stage;
    this.stage = { kind: "placing", invite, wantsEnd: reason };
    if (invite !== null) this.sendCancel(invite, reason);
  }

  /** The last word is the INVITE's final answer: 487, or a 200 that crossed the CANCEL. */
  private sendCancel(invite: SipRequest, reason: LegEndReason): void {
    try {
      invite.cancel({ headers: { Reason: reasonHeader(reason) } });
    } catch (error) {
      this.parts.log.info({ legId: this.legId, error: String(error) }, "CANCEL came too late");
    }
  }

  private established(dialog: SipDialog): void {
    const { stage, legId } = this;
    if (stage.kind !== "placing" && stage.kind !== "answering") {
      // Cancelled while the 200 was on its way: the dialog has nobody any more.
      return dialog.destroy({ headers: {} }, () => undefined);
    }
    const answerInAckOf = stage.kind === "answering" ? stage.answerInAckOf : null;
    this.stage = { kind: "talking", dialog, reinvite: null, answerInAckOf };
    dialog.on("ack", (ack) => this.acknowledged(ack));
    listenToDialog(dialog, {
      legId,
      emit: (event) => this.parts.emit(event),
      ended: (how) => this.over({ type: "leg-ended", legId, how: this.stage.kind === "ending" ? "closed" : how }),
      mayRefer: () => this.parts.mayRefer(legId),
      takeReinvite: (reinvite) => this.takeReinvite(reinvite),
    });
    if (stage.wantsEnd !== null) return this.hangUp(dialog, stage.wantsEnd);
    if (stage.kind === "placing") this.parts.emit({ type: "leg-answered", legId, sdp: dialog.remote.sdp ?? "" });
    return undefined;
  }

  /** An ACK; only one whose INVITE came without an offer matters. */
  private acknowledged(ack: SipRequest): void {
    if (this.stage.kind !== "talking" || this.stage.answerInAckOf === null) return;
    if (sequenceNumberOf(ack) !== this.stage.answerInAckOf) return;
    this.stage = { ...this.stage, answerInAckOf: null };
    const description = sdpOf(ack);
    const answer =
      description.kind === "sdp" ? { sdp: description.sdp, direction: directionOf(description.sdp) } : null;
    this.parts.emit({ type: "leg-acknowledged", legId: this.legId, answer });
  }

  /** One re-INVITE at a time (RFC 3261 §14.2): a second one is told to wait. */
  private takeReinvite(reinvite: Reinvite): boolean {
    if (this.stage.kind !== "talking" || this.stage.reinvite !== null) return false;
    this.stage = { ...this.stage, reinvite };
    return true;
  }

  private hangUp(dialog: SipDialog, reason: LegEndReason): void {
    if (this.stage.kind === "talking") this.stage.reinvite?.response.send(487);
    this.stage = { kind: "ending" };
    dialog.destroy({ headers: { Reason: reasonHeader(reason) } }, () =>
      this.over({ type: "leg-ended", legId: this.legId, how: "closed" }),
    );
  }

  private over(word: LastWord): void {
    if (this.stage.kind === "over") return;
    this.stage = { kind: "over" };
    this.parts.onOver(this.legId);
    this.parts.emit(word);
  }
}
