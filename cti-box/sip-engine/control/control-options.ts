/** Options of the control port, checked with the engine's others. */
import { problemsOfFiles } from "../tls/certificate-files.ts";
import { parseHandler, type HandlerOptions } from "./outbound/handler.ts";

export type ControlOptions = {
  /** `closed`: applications connect over TLS only. */
  plain?: "open" | "closed";
  /** TLS port for applications (1.2 or newer). With `clientCaFile` an application needs a certificate of that authority as well. */
  tls?: ControlTls;
  /** Who is asked what to do with a new request, by method (lower case) or `*` (control protocol §11). The first that fits is asked. */
  handlers?: readonly HandlerOptions[];
  /** PEM file of the authority to believe, of https handlers and tls applications, in place of the system's. */
  handlerCaFile?: string;
  /** How long the calls of an application with a tag `instance:NAME` wait for its return, in milliseconds (default 30 s). */
  absenceMs?: number;
  /** How long an application may leave waiting frames unread before it is let go, in milliseconds (default 30 s). */
  stalledMs?: number;
};

export type ControlTls = { host: string; port: number; certFile: string; keyFile: string; clientCaFile?: string };

/** What is wrong with them, in words for people. */
export function problemsOfControl({
  plain,
  tls,
  handlers = [],
  handlerCaFile,
  absenceMs = 0,
}: ControlOptions): string[] {
  const problems: string[] = [];
  if (plain === "closed" && tls === undefined) problems.push("admin: closed, but there is no admin-tls either");
  if (tls !== undefined && !(Number.isInteger(tls.port) && tls.port >= 0 && tls.port <= 65_535))
    problems.push(`admin-tls: port ${tls.port} is not between 0 and 65535`);
  problems.push(
    ...problemsOfFiles({
      "admin-tls-cert": tls?.certFile,
      "admin-tls-key": tls?.keyFile,
      "admin-tls-client-ca": tls?.clientCaFile,
      "handler-ca": handlerCaFile,
    }),
  );
  for (const { url } of handlers) {
    const parsed = parseHandler(url);
    if (parsed === null) problems.push(`handler: ${url} is not an http, https, tcp or tls address`);
  }
  if (!(absenceMs >= 0 && absenceMs <= 3_600_000))
    problems.push(`absence: ${absenceMs} is not between 0 and 3600000 milliseconds`);
  return problems;
}
