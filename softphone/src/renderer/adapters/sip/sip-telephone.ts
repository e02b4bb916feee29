/**
 * The SIP telephone of the page: one registration over WebSocket (RFC 7118) with the session's own account, calls answered by WebRTC.
 * Traps of sip.js 0.21.2 closed here: it follows a foreign REFER by itself unless told otherwise (always 603 here), it does not announce
 * Replaces by default, and its default ICE servers are a third party's (here: the session's, else none).
 */
import { Invitation, SessionState, UserAgent } from "sip.js";
import { SIPExtension } from "sip.js/lib/api/user-agent-options.js";
import { SessionDescriptionHandler, defaultSessionDescriptionHandlerFactory } from "sip.js/lib/platform/web/index.js";
import { KeptRegistration } from "./kept-registration.ts";
import { RemoteAudio } from "./remote-audio.ts";
import { describeCaller } from "./describe-caller.ts";
import { microphoneConstraints, openMicrophone } from "./microphone.ts";
import type { AudioProcessing } from "./microphone.ts";
import type { AnswerFailure, LineEnd, PhoneListener, Telephone, Telephones } from "../../application/ports.ts";
import type { Session } from "../../domain/session/session.ts";

/** Host candidates are there within milliseconds; a slow STUN server may not hold up an answer. */
const iceGatheringTimeoutMs = 400;
/** The box decides how long it rings; this only bounds a call that everybody has forgotten. */
const noAnswerTimeoutSeconds = 300;

export function createTelephones(processing: AudioProcessing): Telephones {
  return { open: (account, listener) => new SipTelephone({ account, listener, processing }) };
}

type Options = { account: Session["sip"]; listener: PhoneListener; processing: AudioProcessing };

class SipTelephone implements Telephone {
  private readonly options: Options;
  private readonly calls = new Map<string, Invitation>();
  /** The stream opened for each call at its answer. */
  private readonly microphones = new WeakMap<Invitation, MediaStream>();
  private readonly audio: RemoteAudio;
  private readonly agent: UserAgent;
  private readonly registration: KeptRegistration;

  constructor(options: Options) {
    this.options = options;
    this.audio = new RemoteAudio(options.processing === "plain");
    this.agent = this.makeAgent();
    this.registration = new KeptRegistration(this.agent, (state) => options.listener.link(state));
    this.registration.start();
  }

  async answer(callId: string): Promise<{ ok: true } | { ok: false; why: AnswerFailure }> {
    const invitation = this.calls.get(callId);
    if (invitation?.state !== SessionState.Initial) return { ok: false, why: "call-gone" };
    const microphone = await openMicrophone(this.options.processing);
    if (!(microphone instanceof MediaStream)) {
      const why: Record<typeof microphone, AnswerFailure> = {
        denied: "microphone-denied",
        missing: "microphone-missing",
        insecure: "insecure-page",
      };
      return { ok: false, why: why[microphone] };
    }
    // While the microphone was opening the caller may have hung up.
    if (invitation.state !== SessionState.Initial) {
      stopTracks(microphone);
      return { ok: false, why: "call-gone" };
    }
    this.microphones.set(invitation, microphone);
    try {
      const audio = microphoneConstraints(this.options.processing);
      await invitation.accept({ sessionDescriptionHandlerOptions: { constraints: { audio, video: false } } });
      return { ok: true };
    } catch {
      stopTracks(microphone);
      return { ok: false, why: "media-failed" };
    }
  }

  decline(callId: string): void {
    const invitation = this.calls.get(callId);
    if (invitation?.state !== SessionState.Initial) return;
    const reason = 'Reason: SIP;cause=486;text="Declined by the operator"';
    ignoreLateFailure(invitation.reject({ statusCode: 486, extraHeaders: [reason] }));
  }

  hangUp(callId: string): void {
    const invitation = this.calls.get(callId);
    if (invitation === undefined) return;
    if (invitation.state === SessionState.Established) ignoreLateFailure(invitation.bye());
    else if (invitation.state === SessionState.Initial) this.decline(callId);
    else if (invitation.state === SessionState.Establishing) ignoreLateFailure(invitation.dispose());
  }

  setMicrophone(callId: string, microphone: "live" | "muted"): void {
    for (const sender of this.peerOf(callId)?.getSenders() ?? []) {
      if (sender.track !== null) sender.track.enabled = microphone === "live";
    }
  }

  /** As RTP events (RFC 4733); as INFO where the negotiated call has no such payload. */
  sendDigit(callId: string, digit: string): void {
    const dtmf = this.peerOf(callId)?.getSenders()[0]?.dtmf ?? null;
    if (dtmf !== null && dtmf.canInsertDTMF) {
      dtmf.insertDTMF(dtmf.toneBuffer + digit, 120, 70);
      return;
    }
    const invitation = this.calls.get(callId);
    if (invitation?.state !== SessionState.Established) return;
    const body = {
      contentDisposition: "render",
      contentType: "application/dtmf-relay",
      content: `Signal=${digit}\r\nDuration=120`,
    };
    ignoreLateFailure(invitation.info({ requestOptions: { body } }));
  }

  close(): void {
    for (const callId of this.calls.keys()) this.hangUp(callId);
    this.audio.close();
    this.registration.close();
  }

  private makeAgent(): UserAgent {
    const { account } = this.options;
    const uri = UserAgent.makeURI(account.addressOfRecord);
    if (uri === undefined) throw new Error(`not a SIP address of record: ${account.addressOfRecord}`);
    return new UserAgent({
      uri,
      authorizationUsername: account.authorizationUser,
      authorizationPassword: account.authorizationPassword,
      transportOptions: { server: toSocketUrl(account.webSocketUrl), connectionTimeout: 5, keepAliveInterval: 30 },
      sipExtensionReplaces: SIPExtension.Supported,
      noAnswerTimeout: noAnswerTimeoutSeconds,
      userAgentString: "LA2-CTI softphone",
      logBuiltinEnabled: false,
      sessionDescriptionHandlerFactory: defaultSessionDescriptionHandlerFactory((_constraints, handler) =>
        this.microphoneOf(handler),
      ),
      sessionDescriptionHandlerFactoryOptions: {
        iceGatheringTimeout: iceGatheringTimeoutMs,
        peerConnectionConfiguration: { iceServers: account.iceServers.map(({ urls }) => ({ urls })) },
      },
      delegate: {
        onInvite: (invitation) => this.ring(invitation),
        onReferRequest: (request) => request.reject({ statusCode: 603 }),
        onConnect: () => this.registration.connected(),
        onDisconnect: () => this.registration.disconnected(),
      },
    });
  }

  /** The stream opened at the answer; a later negotiation that wants a new one opens it then. */
  private async microphoneOf(handler: SessionDescriptionHandler): Promise<MediaStream> {
    for (const invitation of this.calls.values()) {
      const stream = invitation.sessionDescriptionHandler === handler ? this.microphones.get(invitation) : undefined;
      if (stream !== undefined) return stream;
    }
    const opened = await openMicrophone(this.options.processing);
    if (opened instanceof MediaStream) return opened;
    throw new Error(`microphone ${opened}`);
  }

  private ring(invitation: Invitation): void {
    const { listener } = this.options;
    const named = invitation.request.getHeader("X-LA2-Call-Id")?.trim();
    const callId = named === undefined || named === "" ? invitation.request.callId : named;
    const earlier = this.calls.get(callId);
    this.calls.set(callId, invitation);
    let how: LineEnd = "over";
    invitation.delegate = {
      onBye: (bye) => {
        how = howEnded(bye.request);
        ignoreLateFailure(bye.accept());
      },
      onCancel: (cancel) => {
        how = howEnded(cancel.request);
      },
      onRefer: (referral) => ignoreLateFailure(referral.reject({ statusCode: 603 })),
      onInvite: () => this.playRemote(callId, invitation),
    };
    invitation.stateChange.addListener((state) => {
      if (this.calls.get(callId) !== invitation) return;
      if (state === SessionState.Established) {
        this.playRemote(callId, invitation);
        listener.opened(callId);
      }
      if (state === SessionState.Terminated) {
        this.calls.delete(callId);
        this.audio.stop(callId);
        listener.ended(callId, how);
      }
    });
    const continues = invitation.replacee !== undefined;
    listener.ringing({ callId, caller: describeCaller(invitation), continues });
    if (earlier !== undefined && earlier.state === SessionState.Established) ignoreLateFailure(earlier.bye());
  }

  private playRemote(callId: string, invitation: Invitation): void {
    const handler = invitation.sessionDescriptionHandler;
    if (handler instanceof SessionDescriptionHandler) this.audio.play(callId, handler.remoteMediaStream);
  }

  private peerOf(callId: string): RTCPeerConnection | undefined {
    const handler = this.calls.get(callId)?.sessionDescriptionHandler;
    return handler instanceof SessionDescriptionHandler ? handler.peerConnection : undefined;
  }
}

/** RFC 3326: the box says when another phone of the operator's has the call now. */
function howEnded(request: { getHeader(name: string): string | undefined }): LineEnd {
  return /cause=200;\s*text="Call completed elsewhere"/i.test(request.getHeader("Reason") ?? "") ? "elsewhere" : "over";
}

/** sip.js throws when the far end was quicker; the state listener has already told what happened. */
function ignoreLateFailure(done: Promise<unknown>): void {
  done.catch(() => undefined);
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

function toSocketUrl(pathOrUrl: string): string {
  if (/^wss?:/.test(pathOrUrl)) return pathOrUrl;
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${pathOrUrl}`;
}
