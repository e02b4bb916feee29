/**
 * What a route says of itself, beside its schemas: `config: { api: { … } }`. Authorisation itself is the handler's; a test asks every route without
 * a token and with roles that are not enough, so that a description cannot promise what the handler does not keep.
 */
import type { FastifyInstance, FastifySchema } from "fastify";
import { z } from "zod";
import type { Role } from "../../../../contracts/index.ts";
import type { ProblemSlug } from "../problem.ts";

/** `office`: an operator, a program, or a screen with the wallboard's key. `operator`: with a session token. `program`: the office's own, with the service secret. Roles: a program, or an operator with one of them. */
export type Asker = "anybody" | "office" | "operator" | "operator-or-program" | "program" | { roles: readonly Role[] };

export type RouteDescription = {
  /** `operationId`: a verb and a noun, in camel case. */
  id: string;
  summary: string;
  who: Asker;
  /** Refusals of its own. Those that follow from `who` and from the schemas, and 429 and 500, are added. */
  problems?: readonly ProblemSlug[];
  /** Content types of the answers where they are not JSON. */
  produces?: readonly string[];
};

/** A channel that a GET with an upgrade opens; the schemas are those of its JSON frames. */
export type ChannelDescription = Omit<RouteDescription, "produces"> & {
  url: string;
  fromBox: z.ZodType;
  toBox: z.ZodType | null;
  query?: z.ZodType;
};

declare module "fastify" {
  interface FastifyContextConfig {
    api?: RouteDescription;
  }
}

export type DescribedRoute = { method: string; url: string; schema: FastifySchema; api: RouteDescription };

/** An answer without content. */
export const noContent = z.undefined().describe("Done");

const noQuery = z.strictObject({});

/**
 * Collects the API's routes as they are added, from now on, and refuses one that does not describe itself. A route without a query of its own takes
 * none: what is not known is refused there as everywhere.
 */
export function collectRoutes(app: FastifyInstance): readonly DescribedRoute[] {
  const routes: DescribedRoute[] = [];
  app.addHook("onRoute", (route) => {
    if (!route.url.startsWith("/api/")) return;
    route.schema = { querystring: noQuery, ...route.schema };
    // Fastify adds HEAD to each GET.
    for (const method of [route.method].flat().filter((each) => each !== "HEAD")) {
      const api = route.config?.api;
      if (api === undefined)
        throw new Error(`${method} ${route.url} does not describe itself (config.api): docs/api.md`);
      routes.push({ method, url: route.url, schema: route.schema, api });
    }
  });
  return routes;
}
