/** TLS of listening SIP addresses and of the connections that are made from them; for all contacts, or for one in place of that. */
import { problemsOfFiles } from "./certificate-files.ts";

/** Whether peers that connect are asked for a certificate, and whether they may come without one. */
export type ClientCertificates = "none" | "request" | "require";

export type TlsOptions = {
  /** Certificate with its chain, and its key (PEM). Followed while they are in use. */
  certFile: string;
  keyFile: string;
  /** Authorities of the servers that are called, in place of those that Node.js brings along (PEM). */
  caFile?: string;
  /** Default `none`. A certificate that was asked for and is of no authority in `clientCaFile` counts as none. */
  clients?: ClientCertificates;
  /** Authorities of peers that connect; default: those of `caFile`. */
  clientCaFile?: string;
  /** Shown to a server that asks for a certificate, where it is not the same one. */
  outgoing?: { certFile: string; keyFile: string };
};

/** What is wrong with them, in words for people; each under the name of its command-line flag. */
export function problemsOfTls(tls: TlsOptions): string[] {
  const problems = problemsOfFiles({
    "tls-cert": tls.certFile,
    "tls-key": tls.keyFile,
    "tls-ca": tls.caFile,
    "tls-client-ca": tls.clientCaFile,
    "tls-outgoing-cert": tls.outgoing?.certFile,
    "tls-outgoing-key": tls.outgoing?.keyFile,
  });
  const asks = tls.clients !== undefined && tls.clients !== "none";
  if (asks && tls.clientCaFile === undefined && tls.caFile === undefined)
    problems.push(`tls-client-ca: is needed to ${tls.clients} certificates of peers that connect`);
  return problems;
}
