/**
 * The legs of a relay, who is joined to whom, and who hears what. Owns every leg and its transport.
 *
 *   idle ─join─▶ joined ─part, or the counterpart leaves─▶ idle
 *   idle ─confer─▶ in a conference ─part─▶ idle; the others stay in it
 *     each ─startMusic─▶ the same with `music` ─stopMusic, join─▶ without
 *     each ─announce─▶ the same with an announcement ─its end, join─▶ without
 */
import type { DtmfDigit, LegMedia, MediaEvent, MediaProfile } from "../../../application/media-port.ts";
import type { Log } from "../../../application/ports.ts";
import type { CallId } from "../../../domain/call/ids.ts";
import type { SessionDescription } from "../sdp/session-description.ts";
import { Announcement } from "./announcement.ts";
import { Conference } from "./conference.ts";
import type { GeneratedSound } from "./generated-audio.ts";
import { MediaRefused } from "../media-refused.ts";
import type { LegTransport, TransportSettings } from "./leg-transport.ts";
import { KeyModes } from "../sdp/key-modes.ts";
import type { Heard } from "./leg-voice.ts";
import { RelayLeg } from "./relay-leg.ts";
import type { RtpPacket } from "./rtp-packet.ts";
import { loadWebrtc } from "./load-ciphers.ts";
import { openRtpTransport } from "./rtp-transport.ts";

/** Counterpart and music are independent: a held party stays joined, and is joined again without a new connect when the music ends. */
export type JoinedLeg = {
  readonly leg: RelayLeg;
  /** At most one of the two. */
  counterpart: JoinedLeg | null;
  conference: Conference | null;
  hears: "counterpart" | "music";
  /** Goes before what the leg hears otherwise. */
  announcement: Announcement | null;
};

/** A far end that sends and then says nothing at all for this long has gone; comfort noise and RTP of silence come far more often. */
const SILENT_FOR_MS = 60_000;
const BEATS_PER_SECOND = 50;
/** Of a key that is passed on while nobody knows how long it will be held. */
const usualPressMs = 100;

export class RelayLegs {
  readonly listeners = new Set<(event: MediaEvent) => void>();
  private readonly legs = new Map<string, JoinedLeg>();
  /** Legs whose transport is being opened, so that a close meanwhile is noticed. */
  private readonly opening = new Set<string>();
  private readonly lost = new WeakSet<RelayLeg>();
  readonly keyModes = new KeyModes();
  private sounds = 0;
  private readonly settings: TransportSettings;
  private readonly log: Log;

  constructor(settings: TransportSettings, log: Log) {
    this.settings = settings;
    this.log = log;
  }

  get size(): number {
    return this.legs.size + this.opening.size;
  }

  find(media: LegMedia): JoinedLeg | undefined {
    return this.legs.get(keyOf(media));
  }

  get(media: LegMedia): JoinedLeg {
    const found = this.find(media);
    if (found === undefined) throw new MediaRefused("unknown-leg", `leg ${media.legId} has no media`);
    return found;
  }

  /** The leg, opened now if it is new, or with a fresh transport if the far end came back as somebody else (new DTLS identity, other kind). */
  async prepare(media: LegMedia, want: { profile: MediaProfile; session?: SessionDescription }): Promise<JoinedLeg> {
    const key = keyOf(media);
    const known = this.legs.get(key);
    const fits = known !== undefined && (want.session === undefined || known.leg.transport.fits(want.session));
    if (known !== undefined && fits) return known;
    if (this.opening.has(key)) throw new MediaRefused("unknown-leg", "the leg is being set up");
    this.opening.add(key);
    try {
      const fresh = await this.open(media, want.profile);
      if (!this.opening.has(key)) {
        await fresh.leg.transport.close();
        throw new MediaRefused("unknown-leg", "the leg ended meanwhile");
      }
      if (known !== undefined) await this.replace(known, fresh);
      this.legs.set(key, fresh);
      return fresh;
    } finally {
      this.opening.delete(key);
    }
  }

  join(one: JoinedLeg, other: JoinedLeg): void {
    this.part(one);
    this.part(other);
    one.counterpart = other;
    other.counterpart = one;
    for (const joined of [one, other]) Object.assign(joined, { hears: "counterpart", announcement: null });
  }

  confer(legs: readonly JoinedLeg[]): void {
    this.sounds += 1;
    const conference = new Conference(`conference ${this.sounds}`);
    for (const one of legs) {
      this.part(one);
      this.enter(one, conference);
      Object.assign(one, { hears: "counterpart", announcement: null });
    }
  }

  part(one: JoinedLeg): object {
    if (one.counterpart !== null) one.counterpart.counterpart = null;
    one.counterpart = null;
    one.conference?.leave(one.leg.media.legId);
    one.conference = null;
    return {};
  }

  private enter(one: JoinedLeg, conference: Conference): void {
    one.conference = conference;
    conference.join(one.leg.media.legId);
  }

  startMusic(one: JoinedLeg): object {
    one.hears = "music";
    return {};
  }

  stopMusic(one: JoinedLeg): object {
    one.hears = "counterpart";
    return {};
  }

  announce(one: JoinedLeg, sound: Buffer): object {
    this.sounds += 1;
    one.announcement = new Announcement(sound, `announcement ${this.sounds}`);
    return {};
  }

  beat(beat: number): void {
    for (const joined of this.legs.values()) {
      if (joined.announcement?.isOverAt(beat) === true) {
        joined.announcement = null;
        this.tell({ type: "announcement-ended", ...joined.leg.media });
      }
      joined.leg.beat(beat, soundFor(joined));
      if (beat % BEATS_PER_SECOND === 0) this.watch(joined);
    }
  }

  async close(media: LegMedia): Promise<void> {
    const key = keyOf(media);
    this.opening.delete(key);
    this.keyModes.forget(media);
    const joined = this.legs.get(key);
    if (joined === undefined) return;
    this.part(joined);
    this.legs.delete(key);
    await joined.leg.transport.close();
  }

  async closeCall(callId: CallId): Promise<void> {
    for (const key of this.opening) if (key.startsWith(`${callId} `)) this.opening.delete(key);
    this.keyModes.forgetCall(callId);
    const legs = [...this.legs.values()].map(({ leg }) => leg.media).filter((media) => media.callId === callId);
    await Promise.all(legs.map((media) => this.close(media)));
  }

  async closeAll(): Promise<void> {
    this.opening.clear();
    await Promise.all([...this.legs.values()].map(({ leg }) => this.close(leg.media)));
  }

  private async open(media: LegMedia, profile: MediaProfile): Promise<JoinedLeg> {
    const open = profile === "rtp" ? openRtpTransport : (await loadWebrtc()).openWebrtcTransport;
    let joined: JoinedLeg | null = null;
    const transport: LegTransport = await open(this.settings, {
      packet: (packet) => {
        if (joined !== null) this.heard(joined, packet);
      },
      lost: (detail) => {
        if (joined !== null) this.tellLost(joined, detail);
      },
    });
    joined = {
      leg: new RelayLeg({ media, profile, keyMode: this.keyModes.of(media) }, transport),
      counterpart: null,
      conference: null,
      hears: "counterpart",
      announcement: null,
    };
    return joined;
  }

  /** The new leg takes the old one's place beside its counterpart. */
  private async replace(old: JoinedLeg, fresh: JoinedLeg): Promise<void> {
    const { counterpart, conference, hears, announcement } = old;
    this.part(old);
    if (conference !== null) this.enter(fresh, conference);
    if (counterpart !== null) {
      fresh.counterpart = counterpart;
      counterpart.counterpart = fresh;
    }
    fresh.hears = hears;
    fresh.announcement = announcement;
    await old.leg.transport.close();
  }

  private heard(joined: JoinedLeg, packet: RtpPacket): void {
    const heard = joined.leg.hear(packet);
    if (heard === null) return;
    const { counterpart, conference } = joined;
    for (const digit of joined.leg.keysIn(heard)) this.keyBegan(joined, digit, heard.kind);
    if (conference !== null && !isAway(joined)) conference.hear(joined.leg.media.legId, heard);
    if (counterpart === null || isAway(joined) || isAway(counterpart)) return;
    // Who gets the key in another way would hear it twice.
    if (joined.leg.isSoundingKey && counterpart.leg.session.keyWay !== "tone") return;
    counterpart.leg.relay(heard, joined.leg.media.legId);
  }

  /** Told, and said to the counterpart where the packets that it came in do not say it. */
  private keyBegan(joined: JoinedLeg, digit: DtmfDigit, kind: Heard["kind"]): void {
    this.tell({ type: "dtmf-received", ...joined.leg.media, digit });
    const { counterpart } = joined;
    if (counterpart === null || isAway(joined) || isAway(counterpart)) return;
    const way = counterpart.leg.session.keyWay;
    const passesItself = way === (kind === "key" ? "event" : "tone");
    if (!passesItself && way !== null) this.press(counterpart, digit, usualPressMs);
  }

  press({ leg }: JoinedLeg, digit: DtmfDigit, durationMs: number): Exclude<ReturnType<RelayLeg["press"]>, "signalled"> {
    const outcome = leg.press(digit, durationMs);
    if (outcome !== "signalled") return outcome;
    this.tell({ type: "key-to-signal", ...leg.media, digit, durationMs });
    return "pressed";
  }

  private watch(joined: JoinedLeg): void {
    const { lastHeardAtMs, session } = joined.leg;
    const { direction } = session;
    if (direction !== "sendrecv" && direction !== "sendonly") return;
    if (performance.now() - lastHeardAtMs > SILENT_FOR_MS) this.tellLost(joined, "nothing arrived for a minute");
  }

  private tellLost(joined: JoinedLeg, detail: string): void {
    const { leg } = joined;
    if (this.lost.has(leg) || this.find(leg.media) !== joined) return;
    this.lost.add(leg);
    this.log.warn({ ...leg.media, detail }, "media of a leg was lost");
    this.tell({ type: "media-lost", ...leg.media });
  }

  private tell(event: MediaEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}

/** What a leg hears of our own making; null where its counterpart speaks. */
function soundFor({ leg, hears, counterpart, conference, announcement }: JoinedLeg): GeneratedSound | null {
  if (announcement !== null) return announcement;
  if (hears === "music") return "melody";
  if (conference !== null) return conference.soundFor(leg.media.legId);
  return counterpart === null || isAway(counterpart) ? "silence" : null;
}

/** Hears something that is not its counterpart, and is not heard meanwhile. */
function isAway({ hears, announcement }: JoinedLeg): boolean {
  return hears === "music" || announcement !== null;
}

function keyOf({ callId, legId }: LegMedia): string {
  return `${callId} ${legId}`;
}
