/** The control port's TLS server. New certificate files are taken up while it runs; connections that are open stay as they are. */
import type { Server } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import type { BoundedLog } from "../log.ts";
import { FollowedMaterial } from "../tls/certificate-files.ts";
import type { ControlTls } from "./control-options.ts";
import { authenticationDeadlineMs } from "./serve-connection.ts";

/** Throws, naming the files, when key and certificate do not belong together. The files are followed until the server is closed. */
export function openTlsServer(tls: ControlTls, connection: TlsOptions, log: BoundedLog): Server {
  const files = { certFile: tls.certFile, keyFile: tls.keyFile, caFile: tls.clientCaFile };
  const clients = tls.clientCaFile === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  const material = new FollowedMaterial(files, { what: "admin-tls", log });
  const server = createServer({
    ...connection,
    ...material.current,
    ...clients,
    handshakeTimeout: authenticationDeadlineMs,
  });
  material.follow((renewed) => server.setSecureContext(renewed));
  server.once("close", () => material.close());
  return server;
}
