/**
 * RTP over UDP for trunks and desk phones, in the clear or enciphered with keys from the session descriptions (srtp-path.ts): an even port for RTP and the next one for RTCP (RFC 3550 §11), or one port for both with rtcp-mux.
 *
 * Symmetric RTP (RFC 4961): we send to the described address until the first packet comes from the described *host*, then to that packet's port,
 * whatever port was described: carriers and phones behind a port-translating router need that. Packets from other hosts are dropped, so a stranger
 * who finds the port can neither speak into the call nor draw its audio to himself. A changed description unlatches; so does a second without
 * packets from the latched port, because a router may forget its mapping in mid-call.
 * A packet that does not open with the far end's key latches nothing.
 * RTCP is received and not evaluated; a relay that does not mix leaves reports to the ends.
 */
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import type { LocalEndpoint, SessionDescription } from "../sdp/session-description.ts";
import { MediaRefused } from "../media-refused.ts";
import type { LegTransport, TransportEvents, TransportSettings } from "./leg-transport.ts";
import { readRtpPacket, writeRtpPacket } from "./rtp-packet.ts";
import type { RtpPacket } from "./rtp-packet.ts";
import { loadSrtp } from "./load-ciphers.ts";
import type { SrtpKeys, SrtpPath } from "./srtp-path.ts";

const BIND_ATTEMPTS = 64;
const RELATCH_AFTER_MS = 1000;

/** `port` is the described one until a packet told better. */
type Remote = { host: string; describedPort: number; port: number; lastPacketAtMs: number | null };

export async function openRtpTransport(settings: TransportSettings, events: TransportEvents): Promise<RtpTransport> {
  for (let attempt = 0; attempt < BIND_ATTEMPTS; attempt += 1) {
    const pair = await bindPair(settings);
    if (pair !== null) return new RtpTransport(pair, settings, events);
  }
  throw new MediaRefused("capacity", "no free pair of RTP ports");
}

export class RtpTransport implements LegTransport {
  private readonly rtp: Socket;
  private readonly rtcp: Socket;
  private readonly settings: TransportSettings;
  private remote: Remote | null = null;
  private isMuxed = false;
  /** Null: in the clear. */
  private srtp: SrtpPath | null = null;

  constructor(pair: { rtp: Socket; rtcp: Socket }, settings: TransportSettings, events: TransportEvents) {
    this.rtp = pair.rtp;
    this.rtcp = pair.rtcp;
    this.settings = settings;
    this.rtp.on("message", (bytes, from) => {
      if (this.remote === null || from.address !== this.remote.host) return;
      const packet = this.srtp === null ? readRtpPacket(bytes) : this.srtp.open(bytes);
      if (packet === null || !latch(this.remote, from.port, Date.now())) return;
      events.packet(packet);
    });
    // An ICMP refusal of one packet is no end of a call; a broken socket shows as silence, which the leg watches for.
    this.rtp.on("error", () => {});
    this.rtcp.on("error", () => {});
  }

  async applyRemote(
    session: Pick<SessionDescription, "address" | "port" | "rtcpMux">,
    _role?: "offered" | "answered",
    keys: SrtpKeys | null = null,
  ): Promise<void> {
    // Before anything changes: a packet may come meanwhile.
    const ciphers = keys === null ? null : { keys, ...(await loadSrtp()) };
    const { address, port } = session;
    this.isMuxed = session.rtcpMux;
    if (ciphers === null) this.srtp = null;
    else if (this.srtp === null) this.srtp = new ciphers.SrtpPath(ciphers.keys);
    else this.srtp.rekey(ciphers.keys);
    // Hold by c=0.0.0.0 names no place to send to; what comes back is the address from before or the one of the next description.
    if (address === "0.0.0.0") return;
    if (this.remote?.host === address && this.remote.describedPort === port) return;
    this.remote = { host: address, describedPort: port, port, lastPacketAtMs: null };
  }

  async localEndpoint(role: "offering" | "answering"): Promise<LocalEndpoint> {
    const rtcpPort = role === "answering" && this.isMuxed ? null : this.rtcp.address().port;
    const { port } = this.rtp.address();
    return { address: this.settings.advertisedAddress, port, rtcpPort, security: null, crypto: [] };
  }

  fits(session: SessionDescription): boolean {
    return session.profile === "rtp";
  }

  send(packet: RtpPacket): void {
    if (this.remote === null) return;
    const bytes = this.srtp === null ? writeRtpPacket(packet) : this.srtp.seal(packet);
    this.rtp.send(bytes, this.remote.port, this.remote.host, () => {});
  }

  async close(): Promise<void> {
    await Promise.all([this.rtp, this.rtcp].map((socket) => new Promise<void>((done) => socket.close(() => done()))));
  }
}

/** Whether a packet from this port is the far end's. */
function latch(remote: Remote, port: number, nowMs: number): boolean {
  const { lastPacketAtMs } = remote;
  const isFree = lastPacketAtMs === null || nowMs - lastPacketAtMs > RELATCH_AFTER_MS;
  if (port !== remote.port && !isFree) return false;
  remote.port = port;
  remote.lastPacketAtMs = nowMs;
  return true;
}

/** An even port and its neighbour, or null if one of them is taken. */
async function bindPair(settings: TransportSettings): Promise<{ rtp: Socket; rtcp: Socket } | null> {
  const rtp = await bind(settings.listenAddress, evenPort(settings.ports));
  if (rtp === null) return null;
  const { port } = rtp.address();
  const rtcp = port % 2 === 0 ? await bind(settings.listenAddress, port + 1) : null;
  if (rtcp !== null) return { rtp, rtcp };
  rtp.close();
  return null;
}

/** A random even port of the range, so that a port just freed is not reused at once; 0 lets the system choose. */
function evenPort(ports: TransportSettings["ports"]): number {
  if (ports === null) return 0;
  const first = Math.ceil(ports.min / 2);
  const count = Math.floor((ports.max - 1) / 2) - first + 1;
  return count < 1 ? ports.min : (first + Math.floor(Math.random() * count)) * 2;
}

function bind(address: string, port: number): Promise<Socket | null> {
  const socket = createSocket("udp4");
  return new Promise((done) => {
    socket.once("error", () => {
      socket.close();
      done(null);
    });
    socket.bind({ address, port, exclusive: true }, () => {
      socket.removeAllListeners("error");
      done(socket);
    });
  });
}
