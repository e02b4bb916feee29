/** The description of the API, for whoever writes a program against it. It says nothing of this office, so anybody may read it. */
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import {
  channelFromBoxSchema,
  channelToBoxSchema,
  eventStreamFrameSchema,
  wallboardFrameSchema,
  wallboardHelloSchema,
} from "../../../../contracts/index.ts";
import { openApiDocument } from "./openapi-document.ts";
import type { ChannelDescription, DescribedRoute } from "./route-description.ts";

const channels: readonly ChannelDescription[] = [
  {
    url: "/api/events/stream",
    id: "followEvents",
    summary: "WebSocket: past events, then live ones",
    who: "program",
    problems: ["unknown-cursor"],
    query: z.strictObject({ after: z.int().min(0).default(0) }),
    fromBox: eventStreamFrameSchema,
    toBox: null,
  },
  {
    url: "/api/operator-channel",
    id: "openOperatorChannel",
    summary: "WebSocket: the box's line to an operator's page; the token is in the first frame",
    who: "anybody",
    fromBox: channelFromBoxSchema,
    toBox: channelToBoxSchema,
  },
  {
    url: "/api/wallboard/stream",
    id: "followWallboard",
    summary:
      "WebSocket: the office in numbers after each change, at most once a second; the token is in the first frame",
    who: "anybody",
    fromBox: wallboardFrameSchema,
    toBox: wallboardHelloSchema,
  },
];

/** To be called when all other routes are there. The document is made when it is first asked for, and that throws for a route that is not described well enough. */
export function openApiRoute(app: FastifyInstance, routes: readonly DescribedRoute[]): void {
  const api = { id: "readOpenApi", summary: "This document", who: "anybody" } as const;
  const schema = { response: { 200: z.looseObject({}).describe("OpenAPI 3.1") } };
  let document: object | null = null;
  app.get("/api/openapi.json", { config: { api }, schema }, () => (document ??= openApiDocument(routes, channels)));
}
