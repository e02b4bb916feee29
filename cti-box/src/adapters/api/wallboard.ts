/** The office in numbers for a screen on the wall: who may see it, and what it shows. */
import type { FastifyInstance, FastifyRequest } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { wallboardSchema, type Wallboard } from "../../../contracts/index.ts";
import type { OfficeFiguresView } from "../../application/use-cases.ts";
import { averageWaitMs } from "../../domain/figures/queue-day.ts";
import type { ApiParts } from "./api-parts.ts";
import { bearerOf } from "./authorise.ts";
import { ProblemError } from "./problem.ts";
import { isEqual, type OpenSession, type Sessions } from "./sessions.ts";
import { time } from "./to-contract.ts";

/** A screen or program of the office, or a session of an operator; null: a stranger. */
export async function viewerOf(
  token: string,
  { parts, sessions }: { parts: ApiParts; sessions: Sessions },
): Promise<OpenSession | "screen" | null> {
  const { crmBridge, wallboardKey } = parts.options;
  const secrets = [wallboardKey, crmBridge?.serviceSecret ?? null];
  const isSecret = secrets.map((secret) => secret !== null && isEqual(token, secret)).includes(true);
  return isSecret ? "screen" : sessions.find(token);
}

export function wallboardRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const route = {
    config: { api: { id: "readWallboard", summary: "The office in numbers, per queue", who: "office" as const } },
    schema: { response: { 200: wallboardSchema } },
  };
  api.get("/api/wallboard", route, async (request: FastifyRequest) => {
    const token = bearerOf(request.headers.authorization);
    if (token === null || (await viewerOf(token, { parts, sessions })) === null)
      throw new ProblemError("not-signed-in");
    return wallboardOf(parts);
  });
}

export function wallboardOf({ figures, options }: ApiParts): Wallboard {
  const { atMs, operators, queues } = figures.now();
  const { officeId, label } = options.office;
  return {
    at: time(atMs),
    office: { officeId, label },
    operators,
    queues: queues.map((queue) => queueOf(queue, atMs)),
  };
}

function queueOf(
  { queueId, label, now, callbacks, today, operators }: OfficeFiguresView["queues"][number],
  atMs: number,
): Wallboard["queues"][number] {
  const { answered, abandoned, turnedAway } = today;
  const averageMs = averageWaitMs(today);
  return {
    queueId,
    label,
    waiting: now.waiting,
    waitingSince: now.waiting === 0 ? null : time(atMs - now.longestWaitMs),
    talking: now.talking,
    callbacks,
    today: {
      answered,
      abandoned,
      turnedAway,
      averageWaitSeconds: averageMs === null ? null : Math.round(averageMs / 1_000),
    },
    operators,
  };
}
