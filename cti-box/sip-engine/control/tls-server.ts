/** The control port's TLS server. New certificate files are taken up while it runs; connections that are open stay as they are. */
import { readFileSync, unwatchFile, watchFile } from "node:fs";
import type { Server } from "node:net";
import { createServer, type Server as TlsServer, type TlsOptions } from "node:tls";
import type { BoundedLog } from "../log.ts";
import type { ControlTls } from "./control-options.ts";
import { authenticationDeadlineMs } from "./serve-connection.ts";

const lookEveryMs = 1_000;

/** Throws, naming the files, when key and certificate do not belong together. The files are followed until the server is closed. */
export function openTlsServer(tls: ControlTls, connection: TlsOptions, log: BoundedLog): Server {
  const clients = tls.clientCaFile === undefined ? {} : { requestCert: true, rejectUnauthorized: true };
  const fixed: TlsOptions = { minVersion: "TLSv1.2", handshakeTimeout: authenticationDeadlineMs };
  let server: TlsServer;
  try {
    server = createServer({ ...connection, ...materialOf(tls), ...clients, ...fixed });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new Error(`admin-tls: ${tls.certFile} and ${tls.keyFile} cannot be used (${why})`, { cause: error });
  }
  followFiles(server, tls, log);
  return server;
}

function materialOf({ certFile, keyFile, clientCaFile }: ControlTls): TlsOptions {
  const ca = clientCaFile === undefined ? {} : { ca: readFileSync(clientCaFile) };
  return { cert: readFileSync(certFile), key: readFileSync(keyFile), ...ca };
}

function followFiles(server: TlsServer, tls: ControlTls, log: BoundedLog): void {
  const files = [tls.certFile, tls.keyFile, tls.clientCaFile].filter((file) => file !== undefined);
  const changed = (): void => {
    try {
      server.setSecureContext({ ...materialOf(tls), minVersion: "TLSv1.2" });
      log.write("info", "control port: new certificate", { file: tls.certFile });
    } catch (error) {
      // One of two files is new, or half written: the other change brings us here again. Until then the old ones serve.
      log.write("warn", "control port: certificate files cannot be used", { error: String(error) });
    }
  };
  for (const file of files) watchFile(file, { interval: lookEveryMs, persistent: false }, changed);
  server.once("close", () => {
    for (const file of files) unwatchFile(file, changed);
  });
}
