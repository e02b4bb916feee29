/** One leg: turns what the application asks into SIP and what the far end does into events. Says exactly one last word. */
import { answerHeaders, inviteOf } from "../outgoing-invite.ts";
import { q850Of, reasonHeader } from "../headers/reason.ts";
import { tagIn, type ReplacedDialog } from "../headers/replaces.ts";
import { dialogNameOf, isSameDialog, replacing } from "./dialog-name.ts";
import { profileOf, sdpOf } from "../incoming-invite.ts";
import { inviteAgain } from "../invite-again.ts";
import { Conversation } from "./conversation.ts";
import { listenToDialog } from "./in-dialog-requests.ts";
import { moveConversation, mostMoves, type LendingLeg } from "./move-conversation.ts";
import type { Herald } from "./connected-news.ts";
import { cancelInvite } from "./own-requests.ts";
import { beginSession } from "./session-of-dialog.ts";
import type { LegEndReason } from "../../../domain/call/call-effect.ts";
import type { LegId } from "../../../domain/call/ids.ts";
import type { ConnectedIdentity, Renegotiation } from "../../../application/far-end.ts";
import type { PlaceLegOrder } from "../../../application/ports.ts";
import type { SipDialog, SipFailure, SipHeaders, SipRequest, SipResponse } from "../drachtio.ts";
import { sequenceNumberOf } from "../headers/cseq.ts";
import type { LastWord, LegParts } from "./leg-parts.ts";
import type { LegStage } from "./leg-stage.ts";

export class SipLeg implements LendingLeg {
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

  static offered(legId: LegId, parts: LegParts, from: Omit<Extract<LegStage, { kind: "offered" }>, "kind">): SipLeg {
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
    const leg = new SipLeg(placed, parts, { kind: "placing", invite: null, remoteTag: null, wantsEnd: null });
    keep(leg);
    const replaces = order.to.kind === "device" ? order.to.replaces : undefined;
    if (replaces === undefined) return new Promise<void>((resolve) => leg.sendInvite(order, {}, resolve));
    return leg.takeOver(parts.findLeg(replaces), order);
  }

  /** Does another request mean the dialog of this leg? */
  isDialog(meant: ReplacedDialog): boolean {
    return isSameDialog(dialogNameOf(this.stage), meant);
  }

  /** A leg of an earlier run of the box, whose dialog the stack has kept. */
  static takenBack(leg: { legId: LegId; placedTo: string | null }, parts: LegParts, dialog: SipDialog): SipLeg {
    const back = new SipLeg(leg, parts, { kind: "talking", conversation: new Conversation(dialog) });
    back.listen(dialog);
    return back;
  }

  progress(): void {
    if (this.stage.kind === "offered") this.stage.response.send(180);
  }

  /** `connected`: who has answered; null: the far end is not to know. */
  answer(sdp: string, connected: ConnectedIdentity | null): void {
    if (this.stage.kind !== "offered") return;
    const { request, response, terms } = this.stage;
    const answerInAckOf = sdpOf(request).kind === "none" ? sequenceNumberOf(request) : null;
    this.stage = { kind: "answering", answerInAckOf, wantsEnd: null, connected: null };
    const headers = { ...answerHeaders(request, connected, this.parts.office.domain), ...terms };
    this.parts.stack.createUAS(request, response, { localSdp: sdp, headers }, (error, dialog) => {
      if (error === null) return this.established(beginSession(dialog, terms));
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
      case "pausing":
        this.stage.stop();
        return this.over({ type: "leg-ended", legId: this.legId, how: "closed" });
      case "talking":
      case "moving":
        return this.hangUp(this.stage.conversation, reason);
      case "ending":
      case "over":
        return undefined;
    }
  }

  /** The answer to the far end's last re-INVITE or UPDATE: our session description, or a refusal. */
  answerReinvite(answer: { sdp: string } | { status: number }): void {
    if (this.stage.kind === "talking") this.stage.conversation.answerReinvite(answer);
  }

  async renegotiate(sdp: string): Promise<Renegotiation> {
    return this.stage.kind === "talking" ? this.stage.conversation.renegotiate(sdp) : { kind: "refused", status: 481 };
  }

  /** With whom the far end talks from now on. */
  tellConnected(connected: ConnectedIdentity): void {
    if (this.stage.kind === "answering") this.stage = { ...this.stage, connected };
    else this.tell((_dialog, by, conversation) => conversation.tellConnected(connected, by));
  }

  /** Sends a request of ours in the dialog, while there is one. */
  tell(request: (dialog: SipDialog, by: Herald, conversation: Conversation) => void): void {
    const { domain } = this.parts.office;
    const by = { ...this.parts, domain, legId: this.legId, isUp: () => this.stage.kind === "talking" };
    if (this.stage.kind === "talking") request(this.stage.conversation.dialog, by, this.stage.conversation);
  }

  /** `stack`: it has forgotten the leg. `account`: the phone behind the leg was signed out, and is told while it can be. */
  lost(cause: "stack" | "account"): void {
    if (cause === "account") this.end("failure");
    this.over({ type: "leg-ended", legId: this.legId, how: "lost" });
  }

  get dialog(): SipDialog | null {
    return this.stage.kind === "talking" ? this.stage.conversation.dialog : null;
  }

  lend(): Conversation | null {
    if (this.stage.kind !== "talking") return null;
    const { conversation } = this.stage;
    if (!conversation.isExchanging) this.stage = { kind: "moving", conversation };
    return conversation;
  }

  lent(outcome: "kept" | "given-away"): boolean {
    if (this.stage.kind !== "moving") return false;
    const { conversation } = this.stage;
    if (outcome === "kept") this.stage = { kind: "talking", conversation };
    else conversation.dialog.removeAllListeners();
    return true;
  }

  movedAway(): void {
    this.over({ type: "leg-ended", legId: this.legId, how: "closed" });
  }

  /** Goes on with the conversation of another leg: a page gets a call that replaces its own (RFC 3891), a phone goes on in its dialog. */
  private async takeOver(earlier: LendingLeg | null, order: PlaceLegOrder): Promise<void> {
    const { legId } = this;
    const dialog = earlier?.dialog ?? null;
    if (earlier === null || dialog === null) return this.over({ type: "leg-failed", legId, status: 481, q850: null });
    if (profileOf(order.sdp) === "webrtc")
      return new Promise((resolve) => this.sendInvite(order, replacing(dialog), resolve));
    // The lane of the leg is not held up: the phone's answer comes as an event.
    return void this.moveHere(earlier, order, 1);
  }

  /** A re-INVITE of the phone's own goes first: ours is repeated after it, if both legs are still there. */
  private async moveHere(earlier: LendingLeg, order: PlaceLegOrder, attempt: number): Promise<void> {
    const { legId } = this;
    const outcome = await moveConversation(earlier, order, this.parts.office.domain);
    if (outcome.kind === "moved") {
      this.established(outcome.dialog);
      return earlier.movedAway();
    }
    if (this.stage.kind !== "placing") return undefined;
    if (this.stage.wantsEnd !== null) return this.over({ type: "leg-ended", legId, how: "closed" });
    if (outcome.kind === "refused" || attempt === mostMoves)
      return this.over({ type: "leg-failed", legId, status: outcome.status, q850: null });
    const again = (): void => {
      this.stage = { kind: "placing", invite: null, remoteTag: null, wantsEnd: null };
      void this.moveHere(earlier, order, attempt + 1);
    };
    this.stage = { kind: "pausing", stop: this.parts.clock.after(outcome.pauseMs, again) };
    return undefined;
  }

  private sendInvite(order: PlaceLegOrder, extra: SipHeaders, sent: () => void): void {
    const terms = this.parts.terms.ofInvite(order.to);
    const invite = inviteOf(order, this.parts, { ...extra, ...terms });
    const isWanted = (): boolean => this.stage.kind === "placing" && this.stage.wantsEnd === null;
    const progress = {
      cbRequest: (error: unknown, request: SipRequest) => {
        if (!error) this.inviteSent(request);
        sent();
      },
      cbProvisional: (response: SipResponse) => this.provisional(response),
    };
    inviteAgain(this.parts.stack, { ...invite, isWanted }, progress, (error, dialog) => {
      sent();
      if (error !== null) return this.inviteFailed(error);
      return this.established(beginSession(dialog, terms));
    });
  }

  private inviteSent(invite: SipRequest): void {
    this.parts.onSent(this.legId, invite);
    if (this.stage.kind !== "placing") return;
    const { wantsEnd } = this.stage;
    this.stage = { ...this.stage, invite };
    if (wantsEnd !== null) cancelInvite(invite, wantsEnd, { legId: this.legId, log: this.parts.log });
  }

  private provisional(response: SipResponse): void {
    if (this.stage.kind !== "placing" || this.stage.wantsEnd !== null) return;
    const { legId } = this;
    this.stage = { ...this.stage, remoteTag: tagIn(response.get("to")) ?? this.stage.remoteTag };
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
    this.stage = { ...this.stage, wantsEnd: reason };
    if (invite !== null) cancelInvite(invite, reason, { legId: this.legId, log: this.parts.log });
  }

  private established(dialog: SipDialog): void {
    const { stage, legId } = this;
    if (stage.kind !== "placing" && stage.kind !== "answering") {
      // Cancelled while the 200 was on its way: the dialog has nobody any more.
      return dialog.destroy({ headers: {} }, () => undefined);
    }
    const answerInAckOf = stage.kind === "answering" ? stage.answerInAckOf : null;
    const conversation = new Conversation(dialog, answerInAckOf);
    this.stage = { kind: "talking", conversation };
    this.parts.onTalking(this, dialog);
    this.listen(dialog);
    if (stage.wantsEnd !== null) return this.hangUp(conversation, stage.wantsEnd);
    if (stage.kind === "answering" && stage.connected !== null) this.tellConnected(stage.connected);
    if (stage.kind === "placing") this.parts.emit({ type: "leg-answered", legId, sdp: dialog.remote.sdp ?? "" });
    return undefined;
  }

  private listen(dialog: SipDialog): void {
    const { legId } = this;
    dialog.on("ack", (ack) => this.acknowledged(ack));
    listenToDialog(dialog, {
      legId,
      emit: (event) => this.parts.emit(event),
      ended: (how) => this.over({ type: "leg-ended", legId, how: this.stage.kind === "ending" ? "closed" : how }),
      takesText: () => this.parts.takesText(legId),
      mayRefer: (isAttended) => this.parts.mayRefer(legId, isAttended),
      legOfDialog: (named) => this.parts.legOfDialog(named),
      takeReinvite: (reinvite) => this.stage.kind === "talking" && this.stage.conversation.takeReinvite(reinvite),
    });
  }

  private acknowledged(ack: SipRequest): void {
    if (this.stage.kind !== "talking") return;
    const answer = this.stage.conversation.acknowledged(ack);
    if (answer !== undefined) this.parts.emit({ type: "leg-acknowledged", legId: this.legId, answer });
  }

  private hangUp(conversation: Conversation, reason: LegEndReason): void {
    conversation.ends();
    this.stage = { kind: "ending" };
    conversation.dialog.destroy({ headers: { Reason: reasonHeader(reason) } }, () =>
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
