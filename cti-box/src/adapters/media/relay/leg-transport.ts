/** The two ways a far end can be reached, RTP sockets (in the clear or with keys of SRTP) or ICE with DTLS-SRTP, as the relay's legs see them. */
import type { LocalEndpoint, SessionDescription } from "../sdp/session-description.ts";
import type { RtpPacket } from "./rtp-packet.ts";
import type { SrtpKeys } from "./srtp-path.ts";

export type TransportEvents = {
  packet(packet: RtpPacket): void;
  /** The path is gone for good. */
  lost(detail: string): void;
};

export interface LegTransport {
  /** Takes the far end's side in: address, or ICE credentials and fingerprint. Resolves at once; the path comes up by itself. `keys` null: no SRTP, or of DTLS. */
  applyRemote(session: SessionDescription, role: "offered" | "answered", keys: SrtpKeys | null): Promise<void>;
  /** Our side, for an offer or an answer. */
  localEndpoint(role: "offering" | "answering"): Promise<LocalEndpoint>;
  /** A description from which this transport can go on; false needs a new one (other kind, or new DTLS identity). */
  fits(session: SessionDescription): boolean;
  /** Sends if there is a path, and forgets the packet if not. */
  send(packet: RtpPacket): void;
  close(): Promise<void>;
}

export type TransportSettings = {
  listenAddress: string;
  /** Address written into descriptions where it is not the listening one (1:1 NAT). */
  advertisedAddress: string;
  ports: { min: number; max: number } | null;
};
