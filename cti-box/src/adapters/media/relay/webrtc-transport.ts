/**
 * A browser's path: ICE (RFC 8445), DTLS-SRTP (RFC 5763, 5764), RTCP on the same port (RFC 5761). Ends here; the relay sees plain RTP packets.
 *
 *   new ─localEndpoint: gather─▶ described ─applyRemote─▶ checking ─ICE─▶ handshaking ─DTLS─▶ up ─ICE restart─▶ checking again, DTLS stays
 *                                                              └──────── ICE or DTLS fails, consent lost for 30 s ────────▶ lost
 *
 * Uses werift's ICE and DTLS transports without its RTCPeerConnection: session descriptions, payload types and numbering are ours, so that a leg
 * can be renegotiated towards any counterpart. Full ICE rather than lite: a pair is only used after the browser has answered a check of ours with
 * its password, and consent checks (RFC 7675) tell when it has gone. An ICE restart keeps the DTLS association, as browsers expect (RFC 8842 §5.2).
 * We are the DTLS server whenever the browser lets us (`actpass` is answered with `passive`): it then starts the handshake without our help.
 */
import {
  IceCandidate,
  RTCDtlsFingerprint,
  RTCDtlsParameters,
  RTCDtlsTransport,
  RTCIceCandidate,
  RTCIceGatherer,
  RTCIceParameters,
  RTCIceTransport,
  RtpHeader,
} from "werift";
import type { DtlsSetup, LocalEndpoint, SessionDescription } from "../sdp/session-description.ts";
import { MediaRefused } from "../media-refused.ts";
import type { LegTransport, TransportEvents, TransportSettings } from "./leg-transport.ts";
import type { RtpPacket } from "./rtp-packet.ts";

/** A browser that got our answer connects within a second; this is for one that went away. */
const CONNECT_DEADLINE_MS = 30_000;

/** SRTP_AEAD_AES_128_GCM and SRTP_AES128_CM_HMAC_SHA1_80 (RFC 7714, RFC 5764), the two that browsers offer. */
const SRTP_PROFILES = [0x0007, 0x0001] as const;

type Remote = { usernameFragment: string; password: string; fingerprint: string };

export async function openWebrtcTransport(settings: TransportSettings, events: TransportEvents): Promise<LegTransport> {
  const certificate = await RTCDtlsTransport.SetupCertificate();
  const gatherer = new RTCIceGatherer({
    useIpv4: false,
    useIpv6: false,
    useTcp: false,
    // Only the configured address: with both families off no other interface is looked at.
    additionalHostAddresses: [settings.listenAddress],
    interfaceAddresses: { udp4: settings.listenAddress },
    ...(settings.ports === null ? {} : { portRange: [settings.ports.min, settings.ports.max] as [number, number] }),
  });
  // werift falls back to a public STUN server; the box tells its address by configuration and asks no stranger.
  Reflect.deleteProperty(gatherer.connection, "stunServer");
  const ice = new RTCIceTransport(gatherer);
  const dtls = new RTCDtlsTransport({}, ice, certificate, [...SRTP_PROFILES]);
  await ice.gather();
  if (ice.localCandidates.length === 0) {
    await dtls.stop();
    throw new MediaRefused("capacity", "no free port for ICE");
  }
  return new WebrtcTransport({ ice, dtls }, settings, events);
}

class WebrtcTransport implements LegTransport {
  private readonly ice: RTCIceTransport;
  private readonly dtls: RTCDtlsTransport;
  private readonly settings: TransportSettings;
  private readonly events: TransportEvents;
  private remote: Remote | null = null;
  private setup: DtlsSetup = "actpass";
  private phase: "open" | "lost" | "closed" = "open";
  private deadline: NodeJS.Timeout | null = null;

  constructor(
    parts: { ice: RTCIceTransport; dtls: RTCDtlsTransport },
    settings: TransportSettings,
    events: TransportEvents,
  ) {
    this.ice = parts.ice;
    this.dtls = parts.dtls;
    this.settings = settings;
    this.events = events;
    this.dtls.onRtp.subscribe(({ header, payload }) => {
      const { payloadType, sequenceNumber, timestamp, ssrc, marker } = header;
      events.packet({ payloadType, sequenceNumber, timestamp, ssrc, marker, payload });
    });
    this.ice.onStateChange.subscribe((state) => {
      if (state === "failed") this.lose("ICE failed");
    });
    this.dtls.onStateChange.subscribe((state) => {
      if (state === "failed" || state === "closed") this.lose(`DTLS ${state}`);
    });
  }

  async applyRemote(session: SessionDescription, role: "offered" | "answered"): Promise<void> {
    const { ice, fingerprints } = session;
    if (ice === null) throw new MediaRefused("bad-sdp", "no ICE credentials");
    const known = this.remote;
    const { usernameFragment, password } = ice;
    if (known?.usernameFragment === usernameFragment && known.password === password) return;
    const isFirst = known === null;
    this.remote = { usernameFragment, password, fingerprint: fingerprintsOf(session) };
    if (isFirst) {
      this.chooseRole(session.setup, role);
      this.dtls.setRemoteParams(
        new RTCDtlsParameters(
          fingerprints.map(({ algorithm, value }) => new RTCDtlsFingerprint(algorithm, value)),
          "auto",
        ),
      );
    }
    // New credentials on a running transport make werift restart ICE: fresh local credentials on the same socket.
    this.ice.setRemoteParams(new RTCIceParameters({ usernameFragment, password, iceLite: false }));
    // Roles are settled anew with each generation (RFC 8839 §4.4.1.1): who offered is in control.
    this.ice.connection.iceControlling = role === "answered";
    await this.ice.gather();
    // The end of candidates is never announced to werift: it would give up at once on a browser that hides its addresses.
    for (const candidate of ice.candidates) await this.ice.addRemoteCandidate(readCandidate(candidate));
    void this.comeUp(isFirst);
  }

  async localEndpoint(role: "offering" | "answering"): Promise<LocalEndpoint> {
    const { advertisedAddress } = this.settings;
    const { usernameFragment, password } = this.ice.localParameters;
    const own = this.ice.localCandidates[0];
    const fingerprint = this.dtls.localParameters.fingerprints[0];
    if (own === undefined || fingerprint === undefined)
      throw new MediaRefused("media-server-refused", "no ICE candidate");
    const candidate = `${own.foundation} 1 udp ${own.priority} ${advertisedAddress} ${own.port} typ host`;
    return {
      address: advertisedAddress,
      port: own.port,
      rtcpPort: null,
      crypto: [],
      security: {
        ice: { usernameFragment, password, candidates: [candidate] },
        fingerprint: { algorithm: fingerprint.algorithm, value: fingerprint.value },
        setup: role === "offering" ? "actpass" : this.setup,
      },
    };
  }

  fits(session: SessionDescription): boolean {
    return (
      session.profile === "webrtc" &&
      this.phase === "open" &&
      (this.remote === null || this.remote.fingerprint === fingerprintsOf(session))
    );
  }

  send(packet: RtpPacket): void {
    if (this.dtls.state !== "connected") return;
    const { payload, ...header } = packet;
    void this.dtls.sendRtp(payload, new RtpHeader(header));
  }

  async close(): Promise<void> {
    this.phase = "closed";
    this.stopDeadline();
    await this.dtls.stop();
  }

  private chooseRole(theirs: DtlsSetup | null, role: "offered" | "answered"): void {
    const isClient = theirs === "passive";
    this.dtls.role = isClient ? "client" : "server";
    if (role === "offered") this.setup = isClient ? "active" : "passive";
  }

  /** Runs beside the signalling: the browser can only start once it has our answer. */
  private async comeUp(isFirst: boolean): Promise<void> {
    this.stopDeadline();
    this.deadline = setTimeout(() => this.lose("no connection within 30 s"), CONNECT_DEADLINE_MS);
    try {
      await this.ice.start();
      if (isFirst && this.phase === "open") await this.dtls.start();
      this.stopDeadline();
    } catch (error) {
      this.lose(error instanceof Error ? error.message : String(error));
    }
  }

  private stopDeadline(): void {
    if (this.deadline !== null) clearTimeout(this.deadline);
    this.deadline = null;
  }

  private lose(detail: string): void {
    if (this.phase !== "open") return;
    this.phase = "lost";
    this.events.lost(detail);
  }
}

function fingerprintsOf({ fingerprints }: SessionDescription): string {
  return fingerprints.map(({ algorithm, value }) => `${algorithm} ${value}`.toLowerCase()).join();
}

function readCandidate(candidate: string): IceCandidate | undefined {
  return IceCandidate.fromJSON(new RTCIceCandidate({ candidate, sdpMid: "0", sdpMLineIndex: 0 }));
}
