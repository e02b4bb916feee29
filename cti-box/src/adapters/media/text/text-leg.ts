/**
 * What one leg and its far end agree to about text. The m-line keeps its place for the life of the session (RFC 3264 §8), and the payload types stay what they were.
 *
 *   no text ─answered, or offered and accepted─▶ agreed ─answered or accepted without it─▶ no text
 */
import type { LegMedia } from "../../../application/media-port.ts";
import type { TransportSettings } from "../relay/leg-transport.ts";
import { mirrored } from "../sdp/negotiate.ts";
import { hasPlainAudio, OFFERED_FORMATS, placesIn, readText, withTextAt } from "./text-description.ts";
import type { DescribedText, LocalText } from "./text-description.ts";
import { TextStream } from "./text-stream.ts";
import type { AgreedText } from "./text-stream.ts";

/** An agreement as it is remembered; nothing that was written is in it. */
export type KeptText = { media: LegMedia; port: number; place: number; protocol: string; agreed: AgreedText };

type TextLegParts = {
  settings: TransportSettings;
  told: (leg: LegMedia, text: string) => void;
  /** No port could be opened: the leg goes on without text. */
  failed: (leg: LegMedia, error: unknown) => void;
};

export class TextLeg {
  readonly media: LegMedia;
  private readonly parts: TextLegParts;
  private stream: TextStream | "none" | "closed" = "none";
  private place: number | null = null;
  private protocol = "RTP/AVP";
  private agreed: AgreedText | null = null;
  /** Of our last offer; null: it had no text. */
  private offered: AgreedText["receive"] | null = null;

  constructor(media: LegMedia, parts: TextLegParts) {
    this.media = media;
    this.parts = parts;
  }

  get hasText(): boolean {
    return this.agreed !== null;
  }

  get holdsPort(): boolean {
    return typeof this.stream === "object";
  }

  kept(): KeptText | null {
    const { media, stream, place, protocol, agreed } = this;
    if (typeof stream !== "object" || place === null || agreed === null) return null;
    return { media, port: stream.port, place, protocol, agreed };
  }

  /** Goes on at the same port, where the far end sends. */
  async takeBack({ port, place, protocol, agreed }: KeptText): Promise<void> {
    Object.assign(this, { place, protocol });
    const stream = await this.open({ ...this.parts.settings, ports: { min: port, max: port + 1 } }, "resumed");
    if (stream !== null) await this.agree(stream, agreed);
  }

  /** Our answer with text, where the offer has some that we can agree to. */
  async answer(offerSdp: string, answerSdp: string): Promise<string> {
    const far = hasPlainAudio(answerSdp) ? (readText(offerSdp, this.place) ?? readText(offerSdp, null)) : null;
    const stream = far === null ? null : await this.open();
    if (far === null || stream === null) {
      await this.disagree();
      return answerSdp;
    }
    Object.assign(this, { place: far.place, protocol: far.protocol, offered: null });
    const { t140, red } = far.formats;
    await this.agree(stream, agreementWith(far, { t140, red }));
    return withTextAt(answerSdp, far.place, this.local(stream, mirrored(far.direction), { t140, red }));
  }

  /** Our offer with text, where that is wanted or was agreed to before. */
  async offer(offerSdp: string, isWanted: boolean): Promise<string> {
    this.offered = null;
    const mayHave = (isWanted || this.agreed !== null) && hasPlainAudio(offerSdp);
    const stream = mayHave ? await this.open() : null;
    if (stream === null) return this.place === null ? offerSdp : withTextAt(offerSdp, this.place, null);
    this.place ??= placesIn(offerSdp);
    this.offered = this.agreed?.receive ?? OFFERED_FORMATS;
    return withTextAt(offerSdp, this.place, this.local(stream, "sendrecv", this.offered));
  }

  async accept(answerSdp: string): Promise<void> {
    const { stream, offered, place } = this;
    const far = offered === null || place === null ? null : readText(answerSdp, place);
    if (offered === null || far === null || typeof stream !== "object") return this.disagree();
    await this.agree(stream, agreementWith(far, offered));
  }

  /** False: too much is waiting. */
  write(text: string): boolean {
    return typeof this.stream === "object" && this.stream.write(text);
  }

  async close(): Promise<void> {
    const { stream } = this;
    this.stream = "closed";
    this.agreed = null;
    if (typeof stream === "object") await stream.close();
  }

  /** The leg's one port; null: there is none, or the leg ended meanwhile. */
  private async open(settings = this.parts.settings, start: "begun" | "resumed" = "begun"): Promise<TextStream | null> {
    if (this.stream !== "none") return typeof this.stream === "object" ? this.stream : null;
    try {
      const told = (text: string): void => this.parts.told(this.media, text);
      const opened = await TextStream.open(settings, { start, told });
      if (this.stream === "none") this.stream = opened;
      else await opened.close();
    } catch (error) {
      this.parts.failed(this.media, error);
    }
    return this.streamNow();
  }

  /** The leg may have changed while its port was opened. */
  private streamNow(): TextStream | null {
    return typeof this.stream === "object" ? this.stream : null;
  }

  private async agree(stream: TextStream, agreed: AgreedText): Promise<void> {
    this.agreed = agreed;
    await stream.agree(agreed);
  }

  private async disagree(): Promise<void> {
    this.agreed = null;
    if (typeof this.stream === "object") await this.stream.agree(null);
  }

  private local(stream: TextStream, direction: LocalText["direction"], formats: LocalText["formats"]): LocalText {
    const { protocol } = this;
    return { address: this.parts.settings.advertisedAddress, port: stream.port, direction, protocol, formats };
  }
}

function agreementWith(far: DescribedText, receive: AgreedText["receive"]): AgreedText {
  const { address, port, direction, formats } = far;
  const listens = direction === "sendrecv" || direction === "recvonly";
  return { address, port, listens, receive, send: formats };
}
