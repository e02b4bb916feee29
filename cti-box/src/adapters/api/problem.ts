/** Errors of the API as RFC 9457 problem details, in the language that the caller prefers (Italian or English). */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import type { CommandRefusal } from "../../application/use-cases.ts";
import type { Problem } from "../../../contracts/index.ts";
import type { Log } from "../../application/ports.ts";

type Slug =
  | CommandRefusal
  | "validation"
  | "malformed"
  | "not-signed-in"
  | "not-allowed"
  | "wrong-credentials"
  | "not-found"
  | "too-large"
  | "unsupported-media-type"
  | "too-many-requests"
  | "bridge-unavailable"
  | "internal";

/** Status, and the words for people: [Italian, English]. */
const problems: Readonly<Record<Slug, readonly [number, string, string]>> = {
  "unknown-call": [404, "Chiamata inesistente o già conclusa", "No such call, or it has ended"],
  "not-your-call": [403, "La chiamata è di un altro operatore", "This call belongs to another operator"],
  "wrong-state": [409, "Non è possibile in questo momento della chiamata", "Not possible at this point of the call"],
  "unknown-target": [422, "Destinazione sconosciuta", "Unknown destination"],
  "no-on-net-route": [
    422,
    "L'ufficio non è raggiungibile in rete: il trasferimento non sarebbe gratuito",
    "The office cannot be reached over the network: the transfer would not be free",
  ],
  "target-not-allowed": [
    422,
    "Destinazione non ammessa per i trasferimenti",
    "This destination is not allowed for transfers",
  ],
  "target-unavailable": [409, "Il collega non è raggiungibile", "The colleague cannot be reached"],
  "transfer-pending": [409, "Un trasferimento è già in corso", "A transfer is under way already"],
  validation: [422, "Dati non validi", "The data is not valid"],
  malformed: [400, "Richiesta non leggibile", "The request cannot be read"],
  "not-signed-in": [401, "Accesso necessario", "Sign in first"],
  "not-allowed": [403, "Operazione non consentita", "Not allowed"],
  "wrong-credentials": [
    401,
    "Utente o password errati, oppure collegamento scaduto",
    "Wrong user or password, or the link has expired",
  ],
  "not-found": [404, "Risorsa inesistente", "No such resource"],
  "too-large": [413, "Richiesta troppo grande", "The request is too large"],
  "unsupported-media-type": [
    415,
    "Formato non accettato: usare application/json",
    "Format not accepted: use application/json",
  ],
  "too-many-requests": [429, "Troppe richieste: riprovare tra poco", "Too many requests: try again shortly"],
  "bridge-unavailable": [503, "Il servizio dei ticket non risponde", "The ticket service does not answer"],
  internal: [500, "Errore interno", "Internal error"],
};

/** Thrown by a handler to answer with that problem. */
export class ProblemError extends Error {
  readonly slug: Slug;
  constructor(slug: Slug) {
    super(slug);
    this.slug = slug;
  }
}

function problemOf(slug: Slug, request: FastifyRequest, faults?: Problem["problems"]): Problem {
  const [status, italian, english] = problems[slug];
  const prefersEnglish = /^\s*en/i.test(request.headers["accept-language"] ?? "");
  return {
    type: `/problems/${slug}`,
    title: prefersEnglish ? english : italian,
    status,
    ...(faults && { problems: faults }),
  };
}

export function sendProblem(reply: FastifyReply, slug: Slug, faults?: Problem["problems"]): FastifyReply {
  const problem = problemOf(slug, reply.request, faults);
  return reply.code(problem.status).type("application/problem+json").send(problem);
}

/** Every error of the API leaves as a problem; what is not expected is logged and says nothing of the inside. */
export function handleErrors(app: FastifyInstance, log: Log): void {
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, "not-found"));
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error instanceof ProblemError) return sendProblem(reply, error.slug);
    if (hasZodFastifySchemaValidationErrors(error)) {
      const faults = error.validation.map((fault) => ({
        pointer: fault.instancePath || "/",
        detail: fault.message ?? "",
      }));
      return sendProblem(reply, "validation", faults);
    }
    const slug = slugOfStatus(error.statusCode ?? 500, error.code);
    if (slug === "internal") log.error({ error: String(error), stack: error.stack ?? "" }, "a request failed");
    return sendProblem(reply, slug);
  });
}

function slugOfStatus(status: number, code: string): Slug {
  if (status === 413) return "too-large";
  if (status === 415) return "unsupported-media-type";
  if (status === 429) return "too-many-requests";
  if (status === 503 || status === 502 || status === 504) return "bridge-unavailable";
  if (status === 404) return "not-found";
  return status >= 400 && status < 500 && code !== "" ? "malformed" : "internal";
}
