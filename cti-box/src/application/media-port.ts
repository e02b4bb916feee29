/**
 * What the calls need of a media server. The port is leg-oriented: every party has a media endpoint of its own at the server, and endpoints
 * are joined in pairs or in conferences, so that a caller can wait with music, be talked to, be held, and be handed to another operator without the party at
 * the far end noticing more than a change of voice.
 *
 *   (nothing) ─answerOffer / makeOffer+acceptAnswer─▶ idle (hears silence) ─connect, confer─▶ joined ─connect to another, disconnect─▶ …
 *        any state ─announce─▶ hears the announcement ─its end, connect─▶ as before it
 *        any state ─startMusic─▶ hears music, its counterpart silence ─stopMusic or connect─▶ as before the music
 *        any state ─closeLeg─▶ (nothing)
 *
 * Outside data (session descriptions) never throws: what the far end got wrong comes back as `{ ok: false, reason }`. Two implementations
 * of the audio exist, rtpengine and the embedded relay, and text is done beside either; one contract suite runs against both.
 */
import type { MediaDirection } from "../domain/call/call-event.ts";
import type { MediaProfile } from "../domain/call/call.ts";
import type { CallId, LegId } from "../domain/call/ids.ts";
import type { KeyMode } from "../domain/trunk/key-mode.ts";
import type { TrunkCodec } from "../domain/trunk/trunk-codecs.ts";
import type { SrtpUse } from "../domain/trunk/trunk-srtp.ts";

export type { MediaDirection } from "../domain/call/call-event.ts";
export type { MediaProfile } from "../domain/call/call.ts";

export type LegMedia = { callId: CallId; legId: LegId };

/** Sixteen events of RFC 4733 §3.2. */
export type DtmfDigit = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "*" | "#" | "A" | "B" | "C" | "D";

/**
 * What a leg may be offered and agree to: everything, or while its counterpart is not known, what every carrier speaks. A list binds the leg to these codecs in
 * this order, from its first description to its end, whatever its counterpart speaks.
 */
export type OfferedAudio = "any" | "telephone" | readonly TrunkCodec[];

/** What holds for a leg from its first description to its end. `srtp`: for RTP without DTLS; absent: off. */
export type LegRules = { audio?: OfferedAudio; srtp?: SrtpUse };

export type MediaFailure =
  /** The two sides have no audio codec in common and the server cannot translate. */
  | "no-shared-codec"
  /** Not a session description, too large, without usable audio, or not an answer to our offer. */
  | "bad-sdp"
  /** Valid, but of a kind that the server does not speak, or the leg may not (SRTP where it is off or with unknown ciphers only, RTP in the clear where SRTP is required, IPv6). */
  | "unsupported-transport"
  /** The operation needs a leg that was set up before, and it was not, or it ended meanwhile. */
  | "unknown-leg"
  /** The far end did not agree to telephone events (RFC 4733). */
  | "no-telephone-event"
  /** The far end did not agree to real-time text (RFC 4103). */
  | "no-text"
  /** No port, or too much asked at once. */
  | "capacity"
  /** The server does not answer. */
  | "media-server-down"
  /** The server answered with an error of its own. */
  | "media-server-refused";

export type MediaRefusal = { ok: false; reason: MediaFailure; detail: string };
export type MediaResult<T> = ({ ok: true } & T) | MediaRefusal;

export type MediaEvent =
  /** The far end of the leg pressed a key, as an event or as tones. Told once per key, where the server can tell. */
  | { type: "dtmf-received"; callId: CallId; legId: LegId; digit: DtmfDigit }
  /** A key is to go to the far end of this leg, whose keys travel by the signalling. */
  | { type: "key-to-signal"; callId: CallId; legId: LegId; digit: DtmfDigit; durationMs: number }
  /**
   * The far end of the leg wrote: T.140 characters in their order, whole ones; U+0008 takes one back, U+2028 begins a line, U+FFFD stands where text was lost.
   * Not to be logged nor kept.
   */
  | { type: "text-received"; callId: CallId; legId: LegId; text: string }
  /** The announcement has been played to its end. Not told of one that was broken off. */
  | { type: "announcement-ended"; callId: CallId; legId: LegId }
  /** The leg's media is gone: ICE or DTLS failed, or nothing arrived for a minute. Told once. */
  | { type: "media-lost"; callId: CallId; legId: LegId }
  /**
   * The server lost the call and has made room for it again, maybe elsewhere: each answered leg has to be re-INVITEd with a fresh `makeOffer`, and what it is
   * to hear has to be said anew. Legs that had not been answered are gone.
   */
  | { type: "media-moved"; callId: CallId };

/** `ok`: new calls are served. Where that is done by programs of their own: `servers`, each by its address, how often calls had to be set up anew, and legs that are carried in the place of programs that are lost. */
export type MediaHealth = {
  ok: boolean;
  detail: string;
  servers?: readonly { name: string; ok: boolean }[];
  movedCalls?: number;
  fallbackLegs?: number;
};

/** The part of the port that is about audio. */
export interface AudioServer {
  /**
   * Answers an SDP offer of a leg's far end: the first INVITE, or a re-INVITE (hold, ICE restart). The leg hears silence until it is connected
   * or music starts. `direction` is what the far end does, seen from itself: `sendonly` and `inactive` mean that it holds us (RFC 3264 §8.4;
   * `c=0.0.0.0` counts as hold too). `audio: "telephone"`: agrees to G.711 alone, for whoever is to talk over a trunk that nobody has called yet.
   * Real-time text (RFC 4103) beside the audio is agreed to wherever the server has it.
   */
  answerOffer(
    leg: LegMedia,
    offerSdp: string,
    options?: LegRules,
  ): Promise<MediaResult<{ answerSdp: string; direction: MediaDirection }>>;
  /**
   * Makes an offer for a leg that we call, or a new offer for one that exists (re-INVITE). `towards` bounds it by what that leg can speak, also while its offer is still being answered;
   * absent: everything we know, or with `audio: "telephone"` only what every carrier speaks (G.711), for whoever is to talk over a trunk that
   * nobody has called yet. `text`: offers real-time text too, which a webrtc leg never is; what was agreed to before is offered again without being asked.
   */
  makeOffer(
    leg: LegMedia,
    options: LegRules & { profile: MediaProfile; towards?: LegId; text?: boolean },
  ): Promise<MediaResult<{ offerSdp: string }>>;
  /** The far end's answer to our last offer; `direction` as in `answerOffer`. */
  acceptAnswer(leg: LegMedia, answerSdp: string): Promise<MediaResult<{ direction: MediaDirection }>>;
  /**
   * Joins two legs of one call both ways, parts each from what it was joined to, and ends music on both. `renegotiate` names the legs that must be
   * re-INVITEd with a fresh `makeOffer({ towards: the other })` before both hear each other: they do not share a codec now. Usually empty.
   */
  connect(a: LegMedia, b: LegMedia): Promise<MediaResult<{ renegotiate: LegId[] }>>;
  /**
   * Joins three legs or more of one call in a conference: each hears the others, and not itself. Parts each from what it was joined to, and ends music
   * on all. Who leaves (disconnect, connect, closeLeg) leaves the others together; who has music is not heard meanwhile. `renegotiate` names the legs
   * that must be re-INVITEd with a fresh `makeOffer({ audio: "telephone" })` before they are heard.
   */
  confer(legs: readonly LegMedia[]): Promise<MediaResult<{ renegotiate: LegId[] }>>;
  /** Parts the leg from its counterpart; both hear silence. A leg joined to nobody is no error. */
  disconnect(leg: LegMedia): Promise<MediaResult<object>>;
  /** Hold music or wait tone to this leg only; its counterpart, if any, hears silence meanwhile. */
  startMusic(leg: LegMedia): Promise<MediaResult<object>>;
  stopMusic(leg: LegMedia): Promise<MediaResult<object>>;
  /**
   * Plays a sound once to this leg, in place of the music if there is any, which then goes on; its counterpart, if any, hears silence meanwhile.
   * `sound`: A-law, 8000 samples per second. A later one takes the place of one under way; `connect` and `closeLeg` break it off.
   */
  announce(leg: LegMedia, sound: Buffer): Promise<MediaResult<object>>;
  /**
   * How the leg's far end says keys and wants to be told them; said before the leg is set up, and holding to its end. Unsaid: as events (RFC 4733). Whatever it is,
   * its keys are told, and passed on to its counterpart in that one's way. A server that knows no tones takes `inband` for no keys, and `auto` for events.
   */
  keysBy(leg: LegMedia, mode: KeyMode): void;
  /**
   * One key press towards that leg in its way, `durationMs` 40 to 5000. Resolves when it is on its way; where that is the signalling, when `key-to-signal` has
   * been told.
   */
  sendDtmf(leg: LegMedia, digit: DtmfDigit, durationMs: number): Promise<MediaResult<object>>;
  /** Ends the leg's media and frees its ports. Never fails; a leg that does not exist is no error. */
  closeLeg(leg: LegMedia): Promise<void>;
  closeCall(callId: CallId): Promise<void>;
  /**
   * After a kill of the box: takes back what is left of these calls' media and frees what is left of others. What legs hear has to be said anew.
   */
  takeBack(callIds: readonly CallId[]): LegsTakenBack;
  /** Adds a listener, for the life of the server. */
  onEvent(listener: (event: MediaEvent) => void): void;
  health(): Promise<MediaHealth>;
  /** Legs that hold ports now, for the end-of-call check. */
  activeLegs(): number;
  /** Ends every leg and frees every port. */
  close(): Promise<void>;
}

/** `unsettled`: legs that were called, and the box was killed before their far end's answer was kept: their far ends have to be offered anew. `goOn`: all others that are left. */
export type LegsTakenBack = { goOn: readonly LegId[]; unsettled: readonly LegId[] };

export interface MediaServer extends AudioServer {
  /**
   * Writes to the leg's far end (T.140; U+0008 takes the last character back, U+2028 begins a line). Resolves when the text is queued: it leaves within 300 ms,
   * or as fast as the far end wants to read. Who holds us gets it afterwards.
   */
  sendText(leg: LegMedia, text: string): Promise<MediaResult<object>>;
  /** Whether the far end has agreed to real-time text by now. */
  hasText(leg: LegMedia): boolean;
}
