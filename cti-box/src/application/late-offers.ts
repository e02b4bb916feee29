/**
 * INVITEs and re-INVITEs that come without an offer: ours goes with the 200, the far end's answer comes in the ACK (RFC 3261 §13.2.1, §14.2; RFC 3264 §5). What a leg
 * still has to do waits for that ACK; a leg that ends, or is ended, waits for nothing.
 */
import { audioOfLeg, srtpOfLeg } from "./audio-of-leg.ts";
import { partnerOf } from "../domain/call/conversation.ts";
import { answeredLeg } from "../domain/call/legs.ts";
import type { Call, Leg } from "../domain/call/call.ts";
import type { LegId } from "../domain/call/ids.ts";
import type { TextOffers } from "./text/offered-text.ts";
import type { CodecsOfTrunk } from "../domain/trunk/trunk-codecs.ts";
import type { SrtpOfTrunk } from "../domain/trunk/trunk-srtp.ts";
import type { CallMedia } from "./call-media.ts";
import type { PostedEvent } from "./call-runner.ts";
import type { CallSignalling } from "./ports.ts";
import type { RemoteDescriptions } from "./remote-descriptions.ts";

export type LateOfferParts = {
  signalling: Pick<CallSignalling, "answerLeg" | "answerReinvite" | "refuseReinvite">;
  media: Pick<CallMedia, "createOffer" | "acceptAnswer">;
  codecsOfTrunk: CodecsOfTrunk;
  textOfTrunk: TextOffers["textOfTrunk"];
  srtpOfTrunk: SrtpOfTrunk;
  callId: Call["callId"];
  current(): Call;
  post(event: PostedEvent): void;
};

export class LateOffers {
  private readonly parts: LateOfferParts;
  private readonly descriptions: RemoteDescriptions;

  constructor(parts: LateOfferParts, descriptions: RemoteDescriptions) {
    this.parts = parts;
    this.descriptions = descriptions;
  }

  /** Answers a call. Rejects when the media fails, or the ACK brings no answer. */
  async answerCall({ legId, media: profile, peer }: Leg): Promise<void> {
    const { media, signalling, callId } = this.parts;
    const audio = audioOfLeg(this.parts.current(), legId, this.parts.codecsOfTrunk);
    const text = peer.kind === "trunk" && this.parts.textOfTrunk(peer.name);
    const srtp = srtpOfLeg(this.parts.current(), legId, this.parts.srtpOfTrunk);
    const sdp = await media.createOffer({ callId, legId }, { profile, towards: null, audio, srtp, text });
    if (answeredLeg(this.parts.current(), legId) === null) return;
    const acknowledged = this.descriptions.answerInAck(legId);
    await signalling.answerLeg(legId, sdp, null);
    const answer = await acknowledged;
    if (answeredLeg(this.parts.current(), legId) === null) return;
    if (answer === null) throw new Error("the ACK of a call without an offer brought no answer");
    await media.acceptAnswer({ callId, legId }, answer.sdp);
  }

  /** Answers a re-INVITE. An ACK without an answer leaves the media as it was. Rejects after the re-INVITE was refused. */
  async answerReinvite(legId: LegId): Promise<void> {
    const { media, signalling, callId } = this.parts;
    const leg = answeredLeg(this.parts.current(), legId);
    if (leg === null) return signalling.refuseReinvite(legId, 491);
    const acknowledged = this.descriptions.answerInAck(legId);
    try {
      const partner = partnerOf(this.parts.current(), legId);
      // What the other one speaks bounds our offer.
      const towards = partner === null ? null : { legId: partner, offer: null };
      const order = { profile: leg.media, towards, audio: "any" } as const;
      await signalling.answerReinvite(legId, await media.createOffer({ callId, legId }, order));
    } catch (error) {
      this.descriptions.acknowledged(legId, null);
      await signalling.refuseReinvite(legId, 488);
      throw error;
    }
    const answer = await acknowledged;
    if (answer === null || answeredLeg(this.parts.current(), legId) === null) return undefined;
    await media.acceptAnswer({ callId, legId }, answer.sdp);
    this.parts.post({ type: "leg-redescribed", legId, direction: answer.direction });
    return undefined;
  }
}
