/** The keys of a peer that enciphers (RFC 4568): one line in what it describes, and the other side's, which it takes from what it is told. */
import { randomBytes } from "node:crypto";
import { SrtpEnvelope, type EnvelopeSuite } from "./srtp-envelope.ts";

export type PeerSrtp = {
  /** Absent: the first one that it is offered and knows, and in its own offers AES_CM_128_HMAC_SHA1_80. */
  suite?: EnvelopeSuite;
  /** RTP/AVP: keys beside plain RTP, as RFC 8643 has it. */
  protocol?: "RTP/SAVP" | "RTP/AVP";
};

const LENGTHS: Record<EnvelopeSuite, number> = { AES_CM_128_HMAC_SHA1_80: 30, AEAD_AES_128_GCM: 28 };

export class PeerKeys {
  private readonly wanted: EnvelopeSuite | undefined;
  private protocol: string;
  private tag = 1;
  private suite: EnvelopeSuite;
  private key: string;
  private theirKey: string | null = null;
  private outgoing: SrtpEnvelope;
  private incoming: SrtpEnvelope | null = null;
  /** Packets that did not open with the other side's key. */
  unreadable = 0;

  constructor({ suite, protocol = "RTP/SAVP" }: PeerSrtp) {
    this.wanted = suite;
    this.protocol = protocol;
    this.suite = suite ?? "AES_CM_128_HMAC_SHA1_80";
    this.key = randomBytes(LENGTHS[this.suite]).toString("base64");
    this.outgoing = new SrtpEnvelope(this.suite, this.key);
  }

  /** Another key from the next description on, and packets with it from now on. */
  renew(): void {
    this.key = randomBytes(LENGTHS[this.suite]).toString("base64");
    this.outgoing = new SrtpEnvelope(this.suite, this.key);
  }

  /** The same key, and packets from now on as if the sequence number had turned so often before: once in 22 minutes at 50 packets a second. */
  age(turns: number): void {
    this.outgoing = new SrtpEnvelope(this.suite, this.key, turns);
  }

  /** The key that the other side says it enciphers with. */
  get theirs(): string | null {
    return this.theirKey;
  }

  /** Enciphers with a key from now on that nobody was told. */
  sealWithAnother(): void {
    this.outgoing = new SrtpEnvelope(this.suite, randomBytes(LENGTHS[this.suite]).toString("base64"));
  }

  /** An offer to answer, or the answer to the own offer. */
  accept(sdp: string): void {
    const lines = [...sdp.matchAll(/^a=crypto:(\d+) (\S+) inline:([A-Za-z0-9+/=]+)/gm)].map(([, tag, suite, key]) => ({
      tag: Number(tag),
      suite: suite as EnvelopeSuite,
      key: key ?? "",
    }));
    const line = lines.find(({ suite }) => suite in LENGTHS && (this.wanted ?? suite) === suite);
    if (line === undefined) throw new Error(`no key for this peer in:\n${sdp}`);
    this.tag = line.tag;
    this.protocol = /^m=audio \d+ (\S+)/m.exec(sdp)?.[1] ?? this.protocol;
    if (line.suite !== this.suite) {
      this.suite = line.suite;
      this.renew();
    }
    // Who keeps the key keeps the count.
    if (line.key !== this.theirKey) this.incoming = new SrtpEnvelope(line.suite, line.key);
    this.theirKey = line.key;
  }

  described(): { protocol: string; lines: string[] } {
    return { protocol: this.protocol, lines: [`a=crypto:${this.tag} ${this.suite} inline:${this.key}`] };
  }

  seal(packet: Buffer): Buffer {
    return this.outgoing.seal(packet);
  }

  open(packet: Buffer): Buffer | null {
    const opened = this.incoming?.open(packet) ?? null;
    if (opened === null) this.unreadable += 1;
    return opened;
  }
}
