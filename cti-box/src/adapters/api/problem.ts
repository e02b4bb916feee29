/** Errors of the API as RFC 9457 problem details, in the language that the caller prefers (Italian or English). */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import type { DialRefusal } from "../../application/dial-orders.ts";
import type { CommandRefusal } from "../../application/use-cases.ts";
import type { Problem } from "../../../contracts/index.ts";
import { StoreFault, type Log } from "../../application/ports.ts";

export type ProblemSlug =
  | CommandRefusal
  | DialRefusal
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
  | "store-unavailable"
  | "unknown-cursor"
  | "wrong-method"
  | "tracing-off"
  | "no-trace"
  | "unknown-trunk"
  | "trunk-exists"
  | "unknown-operator"
  | "internal";

/** Status, and the words for people: [Italian, English]. */
const problems: Readonly<Record<ProblemSlug, readonly [number, string, string]>> = {
  "unknown-call": [404, "Chiamata inesistente o già conclusa", "No such call, or it has ended"],
  "not-your-call": [403, "La chiamata è di un altro operatore", "This call belongs to another operator"],
  "wrong-state": [409, "Non è possibile in questo momento della chiamata", "Not possible at this point of the call"],
  "unknown-target": [422, "Destinazione sconosciuta", "Unknown destination"],
  "no-on-net-route": [
    422,
    "L'ufficio non è raggiungibile in rete: il trasferimento non sarebbe gratuito",
    "The office cannot be reached over the network: the transfer would not be free",
  ],
  "target-not-allowed": [422, "Destinazione non ammessa", "This destination is not allowed"],
  "target-unavailable": [409, "Il collega non è raggiungibile", "The colleague cannot be reached"],
  "colleague-busy": [409, "Il collega è occupato", "The colleague is busy"],
  "transfer-pending": [409, "Un trasferimento è già in corso", "A transfer is under way already"],
  "invalid-number": [422, "Non è un numero che si possa chiamare", "This is not a number that can be called"],
  "number-not-allowed": [
    403,
    "Il suo profilo non può chiamare questo tipo di numero",
    "Your role may not call numbers of this kind",
  ],
  "already-busy": [409, "È già in una chiamata", "You are in a call already"],
  "no-phone": [409, "Nessun suo telefono è collegato", "None of your phones is connected"],
  "no-trunk": [
    503,
    "Nessuna linea esterna può portare la chiamata in questo momento",
    "No line to the outside can carry the call now",
  ],
  "box-stopping": [
    503,
    "La centrale si sta fermando: le chiamate in corso continuano, non se ne possono iniziare altre",
    "The telephone system is about to stop: calls in progress go on, no new ones can begin",
  ],
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
  "store-unavailable": [
    503,
    "Il registro delle chiamate non è disponibile in questo momento: riprovare tra poco",
    "The record of calls is not available now: try again shortly",
  ],
  "unknown-cursor": [
    409,
    "Il cursore va oltre gli eventi di questo ufficio: ricominciare da 0",
    "The cursor lies beyond this office's events: start again from 0",
  ],
  "tracing-off": [409, "Il tracciamento SIP è spento (sip.trace)", "SIP tracing is off (sip.trace)"],
  "no-trace": [
    404,
    "Nessun messaggio SIP di questa chiamata è (ancora) conservato",
    "No SIP message of such a call is kept (any more)",
  ],
  "unknown-operator": [404, "Nessun operatore ha questo nome", "No operator has this name"],
  "unknown-trunk": [404, "Nessuna linea esterna ha questo nome", "No trunk has this name"],
  "trunk-exists": [409, "Una linea esterna con questo nome c'è già", "A trunk of this name is there already"],
  "wrong-method": [405, "Metodo non ammesso per questa risorsa", "This resource does not know the method"],
  internal: [500, "Errore interno", "Internal error"],
};

export function statusOf(slug: ProblemSlug): number {
  return problems[slug][0];
}

/** Thrown by a handler to answer with that problem. */
export class ProblemError extends Error {
  readonly slug: ProblemSlug;
  readonly faults: Problem["problems"];
  constructor(slug: ProblemSlug, faults?: Problem["problems"]) {
    super(slug);
    this.slug = slug;
    this.faults = faults;
  }
}

/** A refusal of a command becomes its problem. */
export function settled<T extends { ok: true }>(result: T | { ok: false; reason: ProblemSlug }): asserts result is T {
  if (!result.ok) throw new ProblemError(result.reason);
}

/** The language that the caller prefers. */
export function languageOf(request: FastifyRequest): "it" | "en" {
  return /^\s*en/i.test(request.headers["accept-language"] ?? "") ? "en" : "it";
}

function problemOf(slug: ProblemSlug, request: FastifyRequest, faults?: Problem["problems"]): Problem {
  const [status, italian, english] = problems[slug];
  return {
    type: `/problems/${slug}`,
    title: languageOf(request) === "en" ? english : italian,
    status,
    ...(faults && { problems: faults }),
  };
}

export function sendProblem(reply: FastifyReply, slug: ProblemSlug, faults?: Problem["problems"]): FastifyReply {
  const problem = problemOf(slug, reply.request, faults);
  return reply.code(problem.status).type("application/problem+json").send(problem);
}

/** Every error of the API leaves as a problem; what is not expected is logged and says nothing of the inside. */
export function handleErrors(app: FastifyInstance, log: Log): void {
  const methods = knownMethods(app);
  app.setNotFoundHandler((request, reply) => {
    const allowed = methods(request.url);
    if (allowed.length === 0) return sendProblem(reply, "not-found");
    return sendProblem(reply.header("allow", allowed.join(", ")), "wrong-method");
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (error instanceof ProblemError) return sendProblem(reply, error.slug, error.faults);
    if (error instanceof StoreFault) return sendProblem(reply, "store-unavailable");
    if (hasZodFastifySchemaValidationErrors(error)) {
      return sendProblem(reply, "validation", faultsOf(error.validation));
    }
    const slug = slugOfStatus(error.statusCode ?? 500, error.code);
    if (slug === "internal") log.error({ error: String(error), stack: error.stack ?? "" }, "a request failed");
    return sendProblem(reply, slug);
  });
}

/** The methods that the API's routes know for a path; to be asked once all routes are there. */
function knownMethods(app: FastifyInstance): (url: string) => string[] {
  const routes: { shape: RegExp; methods: string[] }[] = [];
  app.addHook("onRoute", ({ url, method }) => {
    if (!url.startsWith("/api/")) return;
    const shape = new RegExp(`^${url.replaceAll(/:[A-Za-z]+/g, "[^/]+")}$`);
    routes.push({ shape, methods: [method].flat() });
  });
  return (url) => {
    const path = url.split("?")[0] ?? "";
    return [...new Set(routes.filter(({ shape }) => shape.test(path)).flatMap((route) => route.methods))];
  };
}

type Fault = { instancePath: string; message?: string | undefined; params?: unknown };
type Issue = { path: PropertyKey[]; message: string; keys?: string[] };

/** One line per fault, each at the JSON pointer (RFC 6901) of its field; a field that is not known is named itself. */
function faultsOf(faults: readonly Fault[]): NonNullable<Problem["problems"]> {
  return faults.flatMap((fault) => {
    const place = fault.instancePath === "/" ? "" : fault.instancePath;
    const { keys, errors } = (fault.params ?? {}) as { keys?: string[]; errors?: Issue[][] };
    if (keys) return keys.map((key) => ({ pointer: `${place}/${key}`, detail: "unknown field" }));
    // Of several shapes, the one that the sender came nearest to.
    const nearest = errors?.toSorted((one, other) => one.length - other.length)[0];
    if (nearest) return faultsOf(nearest.map((issue) => faultFrom(place, issue)));
    return [{ pointer: place, detail: fault.message ?? "" }];
  });
}

function faultFrom(place: string, { path, message, ...params }: Issue): Fault {
  return { instancePath: [place, ...path.map(String)].join("/"), message, params };
}

function slugOfStatus(status: number, code: string): ProblemSlug {
  if (status === 413) return "too-large";
  if (status === 415) return "unsupported-media-type";
  if (status === 429) return "too-many-requests";
  if (status === 503 || status === 502 || status === 504) return "bridge-unavailable";
  if (status === 404) return "not-found";
  return status >= 400 && status < 500 && code !== "" ? "malformed" : "internal";
}
