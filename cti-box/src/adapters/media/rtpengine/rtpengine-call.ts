/**
 * The legs of one call at rtpengine, in one rtpengine call of the same id. Operations run one after the other; each says what is wanted and then
 * `arrange` brings rtpengine there.
 *
 *   leg: (nothing) ─answerOffer, makeOffer+acceptAnswer─▶ paired with silence ⇄ paired with a leg ─close─▶ (nothing)
 */
import type { DtmfDigit, LegMedia, LegRules, MediaDirection, AudioServer } from "../../../application/media-port.ts";
import type { CallId, LegId } from "../../../domain/call/ids.ts";
import { MediaRefused } from "../media-refused.ts";
import { allowedBy, boundOf, codecsOf, codecsToOffer, type AudioCodec } from "../sdp/audio-codecs.ts";
import type { SessionDescription } from "../sdp/session-description.ts";
import type { CallSettings } from "./call-settings.ts";
import { startAnew } from "./moved-legs.ts";
import { Announcement, breakOff } from "./announcement.ts";
import { Arrangement } from "./arrangement.ts";
import { Player } from "./player.ts";
import { MixerSeats } from "./mixer-seats.ts";
import { Pairing, silenceTagOf, tagOf } from "./pairing.ts";
import { isSamePath, markOutdated, newLeg, part, describe, speechOf, type RtpengineLeg } from "./rtpengine-leg.ts";
import { isUnanswered, type RtpengineServer } from "./rtpengine-servers.ts";
import { Turns } from "./turns.ts";

export class RtpengineCall {
  readonly callId: CallId;
  private readonly settings: CallSettings;
  private readonly pairing: Pairing;
  private readonly arrangement: Arrangement;
  private readonly seats: MixerSeats;
  private readonly legs = new Map<LegId, RtpengineLeg>();
  private readonly lost = new WeakSet<RtpengineLeg>();
  /** What far ends have offered while their legs are not set up yet. */
  private readonly expected = new Map<LegId, readonly AudioCodec[]>();
  readonly turns = new Turns();

  constructor(callId: CallId, settings: CallSettings) {
    this.callId = callId;
    this.settings = settings;
    this.pairing = new Pairing(callId, settings);
    this.seats = new MixerSeats(() => settings.mixer());
    const player = new Player({
      ...settings,
      send: (command, leg, members) => this.send(command, tagOf(leg), members),
      inTurn: (work) => this.turns.inTurn(work),
      isThere: (leg) => this.legs.get(leg.media.legId) === leg,
      arrange: () => this.arrange(),
    });
    this.arrangement = new Arrangement({
      player,
      pairing: this.pairing,
      send: (command, leg) => this.send(command, tagOf(leg), {}),
    });
  }

  get server(): RtpengineServer {
    return this.settings.server;
  }

  get size(): number {
    return this.legs.size;
  }

  /** Legs whose far end has described itself. */
  get described(): readonly RtpengineLeg[] {
    return [...this.legs.values()].filter(({ far }) => far !== null);
  }

  get medias(): readonly LegMedia[] {
    return [...this.legs.values()].map(({ media }) => media);
  }

  /** Tells that the leg's media is gone, once. */
  lose(media: LegMedia, detail: string): void {
    const leg = this.legs.get(media.legId);
    if (leg === undefined || this.lost.has(leg)) return;
    this.lost.add(leg);
    this.settings.lost(media, detail);
  }

  get isSetUp(): boolean {
    return this.described.some(({ endpoint }) => endpoint !== null);
  }

  /** To another rtpengine, or to the same one that has forgotten the call. Far ends have to be offered anew. False: it has left `from` already. */
  async moveTo(server: RtpengineServer, from: RtpengineServer): Promise<boolean> {
    return this.turns.inTurn(async () => {
      if (this.server !== from) return false;
      startAnew(this.legs, this.settings, server);
      await this.seats.clear();
      return true;
    });
  }

  /** No legs, and nothing under way that might make one. */
  get isIdle(): boolean {
    return this.legs.size === 0 && this.turns.isIdle;
  }

  /** A leg that an earlier run of the box had set up. */
  takeBack(leg: RtpengineLeg): void {
    this.legs.set(leg.media.legId, leg);
  }

  has(media: LegMedia): boolean {
    return this.legs.has(media.legId);
  }

  /** A leg will be set up for this offer: whoever is rung meanwhile is offered what its far end speaks. */
  expect(media: LegMedia, offer: SessionDescription): void {
    const codecs = offer.codecs.map(({ codec }) => codec);
    this.expected.set(media.legId, codecs);
  }

  async answerOffer(media: LegMedia, offer: SessionDescription, { audio = "any", srtp }: LegRules): Promise<string> {
    const known = this.legs.get(media.legId);
    const leg = known ?? newLeg(media, offer.profile, this.settings.keyModes.of(media));
    if (leg.profile !== offer.profile) throw new MediaRefused("unsupported-transport", `now over ${offer.protocol}`);
    leg.session.bind({ codecs: allowedBy(audio), srtp });
    const agreed = leg.session.considerOffer(offer, leg.counterpart?.session.codecs ?? boundOf(audio));
    this.legs.set(media.legId, leg);
    const before = { far: leg.far, endpoint: leg.endpoint, offeredBy: leg.offeredBy };
    try {
      if (leg.far === null || !isSamePath(leg.far, { remote: offer, agreed }))
        Object.assign(leg, { endpoint: null, offeredBy: "far-end" });
      describe(leg, { remote: offer, agreed, setup: leg.far?.setup ?? offer.setup });
      await this.arrange();
      this.mustStillBe(leg);
    } catch (error) {
      Object.assign(leg, before);
      // A first offer that comes to nothing leaves nothing behind; a failed re-INVITE leaves the leg as it was (RFC 3261 §14.1).
      if (known === undefined) await this.giveUp(leg, error);
      throw error;
    }
    const { endpoint } = leg;
    if (endpoint === null) throw new MediaRefused("media-server-refused", "no ports were opened");
    leg.far = { remote: offer, agreed, setup: endpoint.security?.setup === "active" ? "passive" : "active" };
    const answer = leg.session.answered(offer, agreed, endpoint);
    this.settings.memory.keep(leg, this.server.name);
    return answer;
  }

  /** `towards`: its codecs are offered first, so that nothing has to be translated where that can be had; rtpengine translates the rest. A bound leg is offered what it is bound to. */
  async makeOffer(media: LegMedia, order: Parameters<AudioServer["makeOffer"]>[1]): Promise<string> {
    const known = this.legs.get(media.legId);
    const leg = known ?? newLeg(media, order.profile, this.settings.keyModes.of(media));
    const first = order.towards === undefined ? codecsOf(order.audio) : this.spokenBy(order.towards);
    leg.session.bind({ codecs: allowedBy(order.audio), srtp: order.srtp });
    const formats = leg.session.considerOffering(leg.session.isBound ? null : codecsToOffer(first));
    this.legs.set(media.legId, leg);
    try {
      leg.endpoint ??= await this.pairing.openTowards(leg, formats);
      this.mustStillBe(leg);
    } catch (error) {
      if (known === undefined) await this.giveUp(leg, error);
      throw error;
    }
    const offer = leg.session.offered(formats, leg.endpoint);
    if (known === undefined) this.settings.memory.keep(leg, this.server.name);
    return offer;
  }

  async acceptAnswer(media: LegMedia, answer: SessionDescription): Promise<MediaDirection> {
    const leg = this.get(media);
    const agreed = leg.session.considerAnswer(answer);
    const before = leg.far;
    try {
      describe(leg, { remote: answer, agreed, setup: answer.setup });
      await this.arrange();
      this.mustStillBe(leg);
    } catch (error) {
      leg.far = before;
      throw error;
    }
    leg.session.accepted(answer, agreed);
    this.settings.memory.keep(leg, this.server.name);
    return answer.direction;
  }

  async connect(a: LegMedia, b: LegMedia): Promise<void> {
    const [one, other] = [this.get(a), this.get(b)];
    if (one === other) throw new MediaRefused("unknown-leg", "not two legs of one call");
    if ([one, other].every((leg) => speechOf(leg) === "srtp")) return this.meetAtMixer([one, other]);
    if (one.counterpart !== other) {
      part(one);
      part(other);
    }
    one.counterpart = other;
    other.counterpart = one;
    for (const leg of [one, other]) {
      leg.hears = "counterpart";
      breakOff(leg);
    }
    await this.arrange();
  }

  async confer(medias: readonly LegMedia[]): Promise<void> {
    const legs = medias.map((media) => this.get(media));
    if (new Set(legs).size < 3) throw new MediaRefused("unknown-leg", "not three legs of one call");
    await this.meetAtMixer(legs);
  }

  /** Conferences, and two legs with SRTP: rtpengine (10.5) would pass the key of one on to the other, and its cipher besides. */
  private async meetAtMixer(legs: readonly RtpengineLeg[]): Promise<void> {
    const seats = await this.seats.seat(legs, (leg) => this.mustStillBe(leg));
    await this.arrange();
    await this.seats.begin(seats);
  }

  async disconnect(media: LegMedia): Promise<void> {
    part(this.get(media));
    await this.arrange();
  }

  async setHearing(media: LegMedia, hears: RtpengineLeg["hears"]): Promise<void> {
    this.get(media).hears = hears;
    await this.arrange();
  }

  async announce(media: LegMedia, sound: Buffer): Promise<void> {
    const leg = this.get(media);
    breakOff(leg);
    leg.announcement = new Announcement(sound);
    await this.arrange();
  }

  /** rtpengine puts a key into the audio of whoever the leg hears, so somebody must be speaking to it. */
  async sendDtmf(media: LegMedia, digit: DtmfDigit, durationMs: number): Promise<void> {
    const leg = this.get(media);
    if (leg.session.keyWay === "signalled") return this.settings.keyToSignal(media, { digit, durationMs });
    if (leg.far?.agreed.events.length === 0) throw new MediaRefused("no-telephone-event", "the far end took none");
    if (leg.pairing.with !== "leg") throw new MediaRefused("media-server-refused", "nobody speaks to this leg now");
    if (!this.pairing.allowsKeys) {
      this.pairing.allowKeys();
      for (const one of this.legs.values()) markOutdated(one);
      await this.arrange();
    }
    await this.send("play DTMF", tagOf(leg.pairing.leg), { code: digit, duration: durationMs });
  }

  /** Takes the leg out at once; what rtpengine holds for it follows. Never throws. */
  async closeLeg(legId: LegId): Promise<void> {
    const leg = this.legs.get(legId);
    this.expected.delete(legId);
    if (leg === undefined) return;
    const wasPaired = leg.counterpart;
    part(leg);
    breakOff(leg);
    this.legs.delete(legId);
    this.settings.memory.forget(legId);
    try {
      if (this.legs.size === 0) {
        await this.seats.clear();
        await this.settings.ng.send({ command: "delete", "call-id": this.callId, "delete-delay": 0 });
        return;
      }
      if (wasPaired !== null) await this.arrange();
      for (const tag of [tagOf(leg), silenceTagOf(leg)])
        await this.send("delete", tag, { "to-tag": tag, "delete-delay": 0 });
    } catch {
      // Gone with a restart, or to be ended by rtpengine's own timeout: the leg is closed either way.
    }
  }

  /** Of a leg that could not be set up. A server that does not answer is not asked again: the caller waits, and it ends half a call by itself. */
  private async giveUp(leg: RtpengineLeg, error: unknown): Promise<void> {
    if (isUnanswered(error)) this.legs.delete(leg.media.legId);
    else await this.closeLeg(leg.media.legId);
  }

  private spokenBy(legId: LegId): readonly AudioCodec[] {
    const agreed = this.legs.get(legId)?.session.codecs ?? [];
    return agreed.length > 0 ? agreed : (this.expected.get(legId) ?? []);
  }

  private async arrange(): Promise<void> {
    await this.arrangement.bring([...this.legs.values(), ...this.seats.taken]);
    for (const { legId } of await this.seats.clear())
      await this.send("delete", legId, { "to-tag": legId, "delete-delay": 0 });
  }

  private async send(command: string, tag: string, members: Record<string, string | number | Buffer>): Promise<void> {
    await this.settings.ng.send({ command, "call-id": this.callId, "from-tag": tag, ...members });
  }

  private get(media: LegMedia): RtpengineLeg {
    const leg = this.legs.get(media.legId);
    if (leg === undefined) throw new MediaRefused("unknown-leg", `leg ${media.legId} has no media`);
    return leg;
  }

  private mustStillBe(leg: RtpengineLeg): void {
    if (this.legs.get(leg.media.legId) !== leg) throw new MediaRefused("unknown-leg", "the leg ended meanwhile");
  }
}
