/** The box's HTTP server: API, event stream, operator channels, the softphone's pages, and the bridge under `/crm`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import helmet from "@fastify/helmet";
import httpProxy from "@fastify/http-proxy";
import rateLimit from "@fastify/rate-limit";
import fastifyStatic from "@fastify/static";
import fastify, { type FastifyInstance, type FastifyReply } from "fastify";
import { serializerCompiler, validatorCompiler } from "fastify-type-provider-zod";
import type { ApiOptions, ApiParts } from "./api-parts.ts";
import { callbackRoutes } from "./callback-routes.ts";
import { parkedRoutes } from "./parked-routes.ts";
import { consultationRoutes, transferRoutes } from "./transfer-routes.ts";
import { callRoutes, dialRoutes, readingRoutes } from "./call-routes.ts";
import { recallRoutes } from "./recall-routes.ts";
import { handlingRoutes } from "./handling-routes.ts";
import { OperatorChannels } from "./operator-channel.ts";
import { openApiRoute } from "./openapi/openapi-route.ts";
import { collectRoutes } from "./openapi/route-description.ts";
import { EventFollowers } from "./event-stream.ts";
import { handleErrors, sendProblem } from "./problem.ts";
import { recordRoutes } from "./record-routes.ts";
import { reportRoutes } from "./report-routes.ts";
import { availabilityRoutes, codeAndKeyRoutes, sessionRoutes } from "./session-routes.ts";
import { Sessions } from "./sessions.ts";
import { traceRoutes } from "./trace-routes.ts";
import { trunkChangeRoutes, trunkSettingsRoutes } from "./trunk-change-routes.ts";
import { trunkRoutes } from "./trunk-routes.ts";
import { WallboardChannel } from "./wallboard-channel.ts";
import { wallboardRoutes } from "./wallboard.ts";
import { serveUpgrades } from "./upgrades.ts";

const largestBody = 256 * 1024;
/** Requests per minute and address: an office behind one address makes a few hundred. */
const requestsPerMinute = 3_000;
const bridgeDeadlineMs = 10_000;

export type RunningApi = {
  url: string;
  /** `…/#code=…`: opens the softphone signed in, once. Null for an unknown operator. */
  oneTimeLink(login: string): string | null;
  /** Programs that follow the events, and how many events the slowest of them has not been sent yet. */
  followers(lastCursor: number): { count: number; largestLag: number };
  close(): Promise<void>;
};

/** Listens and serves. Rejects when the address cannot be opened. */
export async function startApi(parts: ApiParts): Promise<RunningApi> {
  const { options } = parts;
  const app = newServer(options.tls);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  // JSON is the only body the API reads; what is passed on to the bridge is not read here.
  app.removeContentTypeParser("text/plain");
  handleErrors(app, parts.log);
  const routes = collectRoutes(app);
  await protect(app, options.tls !== null);
  const sessions = new Sessions(parts);
  const channels = new OperatorChannels(parts, sessions);
  const wallboard = new WallboardChannel(parts, sessions);
  const followers = new EventFollowers();
  addRoutes(app, parts, sessions);
  openApiRoute(app, routes);
  await servePages(app, options.softphoneDirectory);
  if (options.crmBridge !== null) {
    await app.register(httpProxy, {
      upstream: options.crmBridge.url,
      prefix: "/crm",
      http: { requestOptions: { timeout: bridgeDeadlineMs } },
      replyOptions: { onError: (reply) => void sendProblem(reply as never, "bridge-unavailable") },
    });
  }
  const endUpgrades = serveUpgrades(app.server, parts, { channels, wallboard, followers });
  const close = async (): Promise<void> => {
    channels.close();
    wallboard.close();
    sessions.stop();
    endUpgrades();
    await app.close();
  };
  const listeningUrl = await app.listen(options.listen).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const url = options.publicUrl ?? listeningUrl;
  return {
    url,
    oneTimeLink: (login) => {
      const code = sessions.issueCode(login);
      return code === null ? null : `${url}/#code=${code}`;
    },
    followers: (lastCursor) => followers.figures(lastCursor),
    close,
  };
}

function addRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  sessionRoutes(app, parts, sessions);
  availabilityRoutes(app, parts, sessions);
  handlingRoutes(app, parts, sessions);
  codeAndKeyRoutes(app, parts, sessions);
  callRoutes(app, parts, sessions);
  transferRoutes(app, parts, sessions);
  consultationRoutes(app, parts, sessions);
  parkedRoutes(app, parts, sessions);
  callbackRoutes(app, parts, sessions);
  recallRoutes(app, parts, sessions);
  dialRoutes(app, parts, sessions);
  readingRoutes(app, parts, sessions);
  recordRoutes(app, parts, sessions);
  reportRoutes(app, parts, sessions);
  traceRoutes(app, parts, sessions);
  trunkRoutes(app, parts, sessions);
  trunkSettingsRoutes(app, parts, sessions);
  trunkChangeRoutes(app, parts, sessions);
  wallboardRoutes(app, parts, sessions);
}

function newServer(tls: ApiOptions["tls"]): FastifyInstance {
  const usual = {
    bodyLimit: largestBody,
    requestTimeout: 30_000,
    forceCloseConnections: true,
    // A path that cannot be decoded reaches no route and no error handler.
    frameworkErrors: (_error: unknown, _request: unknown, reply: unknown) =>
      void sendProblem(reply as FastifyReply, "malformed"),
  };
  return (tls === null ? fastify(usual) : fastify({ ...usual, https: tls })) as FastifyInstance;
}

async function protect(app: FastifyInstance, isHttps: boolean): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        connectSrc: ["'self'", "ws:", "wss:"],
        mediaSrc: ["'self'", "blob:", "mediastream:"],
        imgSrc: ["'self'", "data:"],
        fontSrc: ["'self'", "data:"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        scriptSrc: ["'self'"],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'self'"],
      },
    },
    strictTransportSecurity: isHttps,
    referrerPolicy: { policy: "no-referrer" },
  });
  app.addHook("onSend", async (_request, reply) => {
    // Only this page may use the microphone, and nothing else of the machine.
    reply.header("permissions-policy", "microphone=(self), camera=(), geolocation=()");
  });
  await app.register(rateLimit, { max: requestsPerMinute, timeWindow: "1 minute" });
}

const notBuilt = `<!doctype html><html lang="it"><meta charset="utf-8"><title>LA2-CTI</title>
<h1>Il softphone non è ancora stato costruito</h1><p>Eseguire <code>npm run build</code> nella cartella del progetto, poi ricaricare questa pagina.</p>
<h2 lang="en">The softphone has not been built yet</h2><p lang="en">Run <code>npm run build</code> in the project's folder, then reload this page.</p></html>`;

async function servePages(app: FastifyInstance, directory: string): Promise<void> {
  if (!existsSync(join(directory, "index.html"))) {
    app.get("/", (_request, reply) => reply.code(503).type("text/html; charset=utf-8").send(notBuilt));
    return;
  }
  await app.register(fastifyStatic, {
    root: directory,
    // Vite names assets by their content: those never change; the page that names them does.
    setHeaders: (reply, path) => {
      reply.header("cache-control", /\/assets\//.test(path) ? "public, max-age=31536000, immutable" : "no-cache");
    },
  });
}
