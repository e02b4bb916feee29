/** A drachtio-srf application that waits for the engine to connect (`srf.listen`), and a caller that ends the call it answered. */
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { AddressInfo, Server } from "node:net";
import Srf from "drachtio-srf";
import { exampleSdp, headerOf, type RawPeer } from "./raw-peer.ts";

/** What the package's types leave out. */
type Listening = { listen(options: object): Server; endSession(request: Srf.SrfRequest): void };

/** Every INVITE is answered, and the session ended after the BYE. */
export async function listeningApplication(
  secret: string,
  tls?: { certFile: string; keyFile: string },
): Promise<{ port: number; close(): void }> {
  // A name for all of its connections, as an application has it that also connects by itself.
  const srf = new Srf(["instance:listening"]);
  srf.on("error", () => undefined);
  const files = tls && { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
  const waiting = srf as unknown as Listening;
  const server = waiting.listen({ host: "127.0.0.1", port: 0, secret, ...(files && { tls: files }) });
  if (!server.listening) await once(server, "listening");
  srf.invite((req, res) => {
    void srf.createUAS(req, res, { localSdp: exampleSdp }).then((dialog) => {
      dialog.on("destroy", () => waiting.endSession(req));
    });
  });
  return { port: (server.address() as AddressInfo).port, close: () => void server.close() };
}

/** The caller's ACK and BYE for a call that was answered with `ok`. */
export function acknowledgeAndHangUp(caller: RawPeer, ok: string): void {
  for (const [cseq, method] of [
    [1, "ACK"],
    [2, "BYE"],
  ])
    caller.send([
      `${method} sip:callee@127.0.0.1 SIP/2.0`,
      `Via: SIP/2.0/UDP ${caller.hostPort};branch=z9hG4bK-${headerOf(ok, "Call-ID")}-${method}`,
      `From: ${headerOf(ok, "From")}`,
      `To: ${headerOf(ok, "To")}`,
      `Call-ID: ${headerOf(ok, "Call-ID")}`,
      `CSeq: ${cseq} ${method}`,
      "Max-Forwards: 70",
    ]);
}
