/** The API as an OpenAPI 3.1 document, made of the routes as they are registered and the very schemas that validate them. */
import { z } from "zod";
import { contractVersion, problemSchema } from "../../../../contracts/index.ts";
import { statusOf, type ProblemSlug } from "../problem.ts";
import { ComponentSchemas, type JsonSchema } from "./component-schemas.ts";
import type { Asker, ChannelDescription, DescribedRoute, RouteDescription } from "./route-description.ts";

export type Operation = {
  operationId: string;
  summary: string;
  tags: string[];
  security: { [scheme: string]: string[] }[];
  parameters?: { in: "path" | "query"; name: string; required: boolean; schema: JsonSchema }[];
  requestBody?: { required: boolean; content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: JsonSchema }> }>;
};
export type OpenApiDocument = {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
};

const securitySchemes = {
  session: { type: "http", scheme: "bearer", bearerFormat: "JWT", description: "An operator's session token" },
  service: { type: "http", scheme: "bearer", description: "The service secret of the office's own programs" },
  wallboardKey: { type: "http", scheme: "bearer", description: "The key of the screen on the wall" },
};

export function openApiDocument(
  routes: readonly DescribedRoute[],
  channels: readonly ChannelDescription[],
): OpenApiDocument {
  const components = new ComponentSchemas();
  const paths: OpenApiDocument["paths"] = {};
  const add = (url: string, method: string, operation: Operation): void => {
    const path = url.replaceAll(/:([A-Za-z]+)/g, "{$1}");
    paths[path] = { ...paths[path], [method]: operation };
  };
  for (const route of routes) add(route.url, route.method.toLowerCase(), operationOf(route, components));
  for (const channel of channels) add(channel.url, "get", channelOf(channel, components));
  return {
    openapi: "3.1.1",
    info: {
      title: "LA2-CTI box",
      version: contractVersion,
      summary: "Telephone box of a citizen contact office",
      license: { name: "EUPL-1.2", identifier: "EUPL-1.2" },
    },
    servers: [{ url: "/", description: "The box that serves this document" }],
    paths,
    components: { schemas: components.all(), securitySchemes },
  } as OpenApiDocument;
}

function operationOf({ url, schema, api }: DescribedRoute, components: ComponentSchemas): Operation {
  const { params, querystring, body } = schema as { [part in "params" | "querystring" | "body"]?: z.ZodType };
  const parameters = [...parametersOf("path", params, components), ...parametersOf("query", querystring, components)];
  return {
    ...headOf(url, api),
    ...(parameters.length > 0 && { parameters }),
    ...(body && { requestBody: { required: true, content: json(components.schemaOf(body, "input")) } }),
    responses: {
      ...answersOf(schema.response as Record<string, z.ZodType> | undefined, api, components),
      ...problemsOf(api, { hasBody: body !== undefined }, components),
    },
  };
}

/** OpenAPI knows no WebSocket: the frames' schemas stand under names of our own. */
function channelOf(channel: ChannelDescription, components: ComponentSchemas): Operation {
  const { url, query, fromBox, toBox } = channel;
  const parameters = parametersOf("query", query, components);
  const frames = {
    "x-frames-from-box": components.schemaOf(fromBox, "output"),
    ...(toBox && { "x-frames-to-box": components.schemaOf(toBox, "input") }),
  };
  return {
    ...headOf(url, channel),
    ...(parameters.length > 0 && { parameters }),
    ...frames,
    responses: {
      "101": { description: "The WebSocket is open" },
      // An upgrade is refused with the bare status.
      ...Object.fromEntries(
        ["400", "401", "403", ...(channel.problems ?? []).map((slug) => String(statusOf(slug)))].map((status) => [
          status,
          { description: "Refused" },
        ]),
      ),
    },
  };
}

function headOf(url: string, { id, summary, who }: Omit<RouteDescription, "produces">) {
  return { operationId: id, summary, tags: [url.split("/")[2] ?? ""], security: securityOf(who) };
}

function securityOf(who: Asker): Operation["security"] {
  if (who === "anybody") return [];
  if (who === "office") return [{ session: [] }, { service: [] }, { wallboardKey: [] }];
  if (who === "operator-or-program") return [{ session: [] }, { service: [] }];
  if (who === "operator") return [{ session: [] }];
  return who === "program" ? [{ service: [] }] : [{ service: [] }, { session: [...who.roles] }];
}

function parametersOf(
  place: "path" | "query",
  schema: z.ZodType | undefined,
  components: ComponentSchemas,
): NonNullable<Operation["parameters"]> {
  if (schema === undefined) return [];
  if (!(schema instanceof z.ZodObject)) throw new Error(`the ${place}'s schema is no object`);
  return Object.entries(schema.shape as Record<string, z.ZodType>).map(([name, field]) => ({
    in: place,
    name,
    required: place === "path" || !field.safeParse(undefined).success,
    schema: components.schemaOf(field, "input"),
  }));
}

function answersOf(
  answers: Record<string, z.ZodType> = {},
  { id, produces }: RouteDescription,
  components: ComponentSchemas,
): Operation["responses"] {
  if (Object.keys(answers).length === 0 && produces === undefined) throw new Error(`${id} declares no answer`);
  if (produces !== undefined) {
    const content = Object.fromEntries(produces.map((type) => [type, { schema: { type: "string" } }]));
    return { "200": { description: "OK", content } };
  }
  return Object.fromEntries(
    Object.entries(answers).map(([status, schema]) => [
      status,
      schema instanceof z.ZodUndefined
        ? { description: "Done" }
        : { description: schema.description ?? "OK", content: json(components.schemaOf(schema, "output")) },
    ]),
  );
}

/** One answer per status; its description names the problems that have it. */
function problemsOf(
  { who, problems = [] }: RouteDescription,
  { hasBody }: { hasBody: boolean },
  components: ComponentSchemas,
): Operation["responses"] {
  const slugs: ProblemSlug[] = [
    ...(hasBody ? (["malformed", "too-large", "unsupported-media-type"] as const) : []),
    ...(who === "anybody" ? [] : (["not-signed-in"] as const)),
    ...(typeof who === "object" ? (["not-allowed"] as const) : []),
    // Each route has at least a query in which nothing unknown may stand.
    "validation",
    ...problems,
    "too-many-requests",
    "internal",
  ];
  const byStatus = Map.groupBy(new Set(slugs), statusOf);
  const schema = components.schemaOf(problemSchema, "output");
  return Object.fromEntries(
    [...byStatus].map(([status, found]) => [
      String(status),
      {
        description: found.map((slug) => `/problems/${slug}`).join(", "),
        content: { "application/problem+json": { schema } },
      },
    ]),
  );
}

function json(schema: JsonSchema): Record<string, { schema: JsonSchema }> {
  return { "application/json": { schema } };
}
