/** An engine with TLS and UDP contacts, a drachtio-srf application on it, a scripted name server, and what the engine logs; for tests over real sockets. */
import { readFileSync } from "node:fs";
import type { ConnectionOptions, TlsOptions as ServerOptions } from "node:tls";
import type { SipEngineOptions } from "../engine.ts";
import type { TlsOptions } from "../tls/tls-options.ts";
import { connectApplication, portOf, type ConnectedApplication } from "./connected-application.ts";
import { RawPeer } from "./raw-peer.ts";
import { ScriptedNames, type Zone } from "./scripted-names.ts";
import { StreamPeer } from "./stream-peer.ts";
import type { CertificatePair, ThrowawayCertificates } from "./throwaway-certificates.ts";

export type SecureScene = ConnectedApplication & {
  names: ScriptedNames;
  /** `level message fields`, in order. */
  logged: string[];
  /** Port of the TLS contact. */
  port: number;
  /** A TLS client of the engine. */
  client(tls?: ConnectionOptions): Promise<StreamPeer>;
  /** A TLS server that the engine may call. */
  server(by: CertificatePair, more?: ServerOptions): Promise<StreamPeer>;
  datagrams(): Promise<RawPeer>;
};

export type SceneOptions = Partial<SipEngineOptions> & { own?: Partial<TlsOptions>; zone?: Zone };

export async function openSecureScene(
  certificates: ThrowawayCertificates,
  { own = {}, zone = {}, ...more }: SceneOptions = {},
): Promise<SecureScene> {
  const names = await ScriptedNames.open(zone);
  const logged: string[] = [];
  const tls = { ...certificates.server, caFile: certificates.caFile, ...own };
  const contacts = ["sips:127.0.0.1:0;transport=tls", "sip:127.0.0.1:0;transport=udp"];
  const application = await connectApplication(contacts, 50, {
    tls,
    dnsServers: [names.at],
    log: (level, message, fields) => logged.push(`${level} ${message} ${JSON.stringify(fields)}`),
    ...more,
  });
  const port = portOf(application.engine, "tls");
  const peers: { close(): unknown }[] = [];
  const kept = <T extends { close(): unknown }>(peer: T): T => {
    peers.push(peer);
    return peer;
  };
  return {
    ...application,
    names,
    logged,
    port,
    client: async (options = {}) =>
      kept(await StreamPeer.connect({ host: "127.0.0.1", port }, { ...trusting(certificates), ...options })),
    server: async (by, options = {}) =>
      kept(await StreamPeer.open("127.0.0.1", 0, { ...material(by), noDelay: true, ...options })),
    datagrams: async () =>
      kept(await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(application.engine, "udp") })),
    close: async () => {
      for (const peer of peers) await peer.close();
      await application.close();
      await names.close();
    },
  };
}

export function trusting({ caFile }: ThrowawayCertificates): { ca: Buffer } {
  return { ca: readFileSync(caFile) };
}

export function material({ certFile, keyFile }: CertificatePair): { cert: Buffer; key: Buffer } {
  return { cert: readFileSync(certFile), key: readFileSync(keyFile) };
}

/** A request of a TLS client; `more` are header lines. */
export function secureRequest(method: string, callId: string, more: string[] = []): string[] {
  return [
    `${method} sip:200@office.example SIP/2.0`,
    `Via: SIP/2.0/TLS client.invalid;branch=z9hG4bK${callId}`,
    `From: <sip:anna@office.example>;tag=${callId}`,
    "To: <sip:200@office.example>",
    `Call-ID: ${callId}`,
    `CSeq: 1 ${method}`,
    "Max-Forwards: 70",
    "Contact: <sip:anna@client.invalid;transport=tls>",
    ...more,
  ];
}
