/**
 * A leg's dialog while its two ends talk: descriptions of media go one way at a time (RFC 3261 §14), the far end's and ours.
 *   nothing open ─theirs, ours─▶ open ─answered, refused─▶ nothing open
 * `answerInAckOf`: the CSeq number of an INVITE that came without an offer; its ACK brings the answer to ours.
 */
import { sdpOf } from "../incoming-invite.ts";
import { sequenceNumberOf } from "../headers/cseq.ts";
import { directionOf } from "./offer-direction.ts";
import { answerInSession } from "./session-of-dialog.ts";
import { ConnectedNews, type Herald } from "./connected-news.ts";
import { continuedFrom, pauseAfterGlare, requestPending, sendReinvite } from "./reinvite.ts";
import type { ConnectedIdentity, Renegotiation } from "../../../application/far-end.ts";
import type { SignallingEvent } from "../../../application/ports.ts";
import type { SipDialog, SipHeaders, SipRequest, SipResponse } from "../drachtio.ts";

/** A re-INVITE or UPDATE that waits for our answer. */
export type Reinvite = { request: SipRequest; response: SipResponse; answerInAckOf: number | null };

type OpenExchange = ({ by: "them" } & Reinvite) | { by: "us" } | null;
type Acknowledgement = Extract<SignallingEvent, { type: "leg-acknowledged" }>["answer"];

export class Conversation {
  readonly dialog: SipDialog;
  private answerInAckOf: number | null;
  private open: OpenExchange = null;
  private readonly news: ConnectedNews;

  constructor(dialog: SipDialog, answerInAckOf: number | null = null) {
    this.dialog = dialog;
    this.news = new ConnectedNews(dialog, (headers) => this.describeAgain(headers));
    this.answerInAckOf = answerInAckOf;
  }

  /** A description waits for its answer: another one has to wait. */
  get isExchanging(): boolean {
    return this.open !== null;
  }

  /** False: another one is not answered yet. */
  takeReinvite(reinvite: Reinvite): boolean {
    if (this.open !== null) return false;
    this.open = { by: "them", ...reinvite };
    return true;
  }

  /** The answer to the far end's last re-INVITE or UPDATE: our session description, or a refusal. */
  answerReinvite(answer: { sdp: string } | { status: number }): void {
    if (this.open?.by !== "them") return undefined;
    const { request, response, answerInAckOf } = this.open;
    this.open = null;
    if ("status" in answer) return response.send(answer.status);
    this.answerInAckOf = answerInAckOf;
    const { local } = this.dialog;
    local.sdp = continuedFrom(local.sdp, answer.sdp);
    const contact = local.contact === undefined ? {} : { Contact: local.contact };
    const headers = { ...contact, ...answerInSession(this.dialog, request), "Content-Type": "application/sdp" };
    return response.send(200, { headers, body: local.sdp });
  }

  async renegotiate(sdp: string): Promise<Renegotiation> {
    if (this.open !== null) return this.glare();
    const { status, sdp: answer } = await this.offer(sdp);
    if (status === requestPending) return this.glare();
    return answer === null ? { kind: "refused", status } : { kind: "agreed", sdp: answer };
  }

  /** With whom the far end talks from now on. */
  tellConnected(identity: ConnectedIdentity, by: Herald): void {
    this.news.tell(identity, by);
  }

  /** Headers of a request of ours that say with whom the far end talks from now on. */
  headersFor(identity: ConnectedIdentity, domain: string): SipHeaders {
    return this.news.headersFor(identity, domain);
  }

  /** An ACK; only one whose INVITE came without an offer matters: undefined. */
  acknowledged(ack: SipRequest): Acknowledgement | undefined {
    if (this.answerInAckOf === null || sequenceNumberOf(ack) !== this.answerInAckOf) return undefined;
    this.answerInAckOf = null;
    const description = sdpOf(ack);
    return description.kind === "sdp" ? { sdp: description.sdp, direction: directionOf(description.sdp) } : null;
  }

  /** Whoever still waits for our answer gets it: the call is over. */
  ends(): void {
    this.answerReinvite({ status: 487 });
  }

  /** A dialog that was taken back after a restart has no description to send again. */
  private async describeAgain(headers: SipHeaders): Promise<number> {
    const { sdp } = this.dialog.local;
    if (this.open !== null) return requestPending;
    return sdp === "" ? 488 : (await this.offer(sdp, headers)).status;
  }

  private async offer(sdp: string, identity: SipHeaders = {}): ReturnType<typeof sendReinvite> {
    this.open = { by: "us" };
    try {
      return await sendReinvite(this.dialog, sdp, identity);
    } finally {
      this.open = null;
    }
  }

  private glare(): Renegotiation {
    return { kind: "glare", pauseMs: pauseAfterGlare(this.dialog) };
  }
}
