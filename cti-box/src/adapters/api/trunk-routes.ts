/** The links to carriers, for administrators and the office's own programs. */
import type { FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { trunkListSchema, trunkTestSchema, type TrunkTest, type TrunkView } from "../../../contracts/index.ts";
import type { TrunkTestView, TrunkView as OwnView } from "../../application/use-cases.ts";
import type { ApiParts } from "./api-parts.ts";
import { requireRole } from "./authorise.ts";
import { languageOf, ProblemError } from "./problem.ts";
import { nothingToTest, wordsFor, type Language } from "./trunk-test/words.ts";
import type { Sessions } from "./sessions.ts";
import { time, timeOrNull } from "./to-contract.ts";

const readers = ["administrator"] as const;
const testsPerMinute = 12;
const trunkParams = z.object({ trunkId: z.string().min(1).max(64) });

export function trunkRoutes(app: FastifyInstance, parts: ApiParts, sessions: Sessions): void {
  const api = app.withTypeProvider<ZodTypeProvider>();
  const route = {
    config: { api: { id: "listTrunks", summary: "Carriers as they are now", who: { roles: readers } } },
    schema: { response: { 200: trunkListSchema } },
  };
  api.get("/api/trunks", route, async (request) => {
    await requireRole(request, { parts, sessions }, readers);
    return { items: parts.trunks.list().map(toContract) };
  });

  const testRoute = {
    config: {
      api: {
        id: "testTrunk",
        summary: "Registers and probes once, and says in words what is wrong",
        who: { roles: readers },
        problems: ["unknown-trunk"],
      },
      // Carriers lock accounts that guess.
      rateLimit: { max: testsPerMinute, timeWindow: "1 minute" },
    },
    schema: { params: trunkParams, response: { 200: trunkTestSchema } },
  } as const;
  api.post("/api/trunks/:trunkId/test", testRoute, async (request): Promise<TrunkTest> => {
    await requireRole(request, { parts, sessions }, readers);
    const result = await parts.trunks.test(request.params.trunkId);
    if (result === null) throw new ProblemError("unknown-trunk");
    return testToContract(result, languageOf(request));
  });
}

function testToContract({ trunkId, addresses, steps }: TrunkTestView, language: Language): TrunkTest {
  const isWell = steps.every((step) => step.isWell);
  return {
    trunkId,
    verdict: steps.length === 0 ? "nothing-to-test" : isWell ? "well" : "wrong",
    message: steps.length === 0 ? nothingToTest(addresses, language) : null,
    steps: steps.map(({ finding, messages, tookMs, step, uri, isWell: isStepWell, aheadMs }) => ({
      step,
      uri,
      isWell: isStepWell,
      code: finding.code,
      ...wordsFor({ step, uri, finding, aheadMs }, language),
      seconds: tookMs / 1000,
      messages: messages.map(({ direction, atMs, text }) => ({ direction, at: time(atMs), text })),
    })),
  };
}

function toContract({ health, registration, toll, ...trunk }: OwnView): TrunkView {
  const { alarm, stoppedUntilMs, ...day } = toll;
  return {
    ...trunk,
    toll: {
      ...day,
      stoppedUntil: timeOrNull(stoppedUntilMs),
      alarm: alarm && { at: time(alarm.atMs), limit: alarm.limit },
    },
    health: health && { state: health.state, since: time(health.sinceMs), lastStatus: lastStatusOf(health) },
    registration: registration && {
      state: registration.state,
      since: time(registration.sinceMs),
      lastStatus: registration.lastStatus,
    },
  };
}

function lastStatusOf({ last }: NonNullable<OwnView["health"]>): number | null {
  return last?.kind === "answered" ? last.status : null;
}
