/** An administrator wants to know whether a trunk works: registers and probes once, and says what is in the way. */
import { clockDifference, findingOf, isWell } from "../domain/trunk/trunk-trial.ts";
import type { Reach } from "../domain/trunk/trunk-trial.ts";
import { registrationsOf } from "./office-settings.ts";
import type { TrunkSettings } from "./office-settings.ts";
import type { Clock } from "./ports.ts";
import type { CarrierReach, TrialOrder, TrialResult, TrunkTrials } from "./trunk-ports.ts";
import type { TrunkRegistrations } from "./trunk-registrations.ts";
import type { TrunkTestStep, TrunkTestView } from "./use-cases.ts";

export type TestTrunkParts = {
  trials: TrunkTrials;
  reach: CarrierReach;
  clock: Pick<Clock, "now">;
  registrations: Pick<TrunkRegistrations, "again">;
};

/** Steps one after the other, so that the exchange can be read; none: the trunk only takes calls. */
export async function testTrunk(parts: TestTrunkParts, trunk: TrunkSettings): Promise<TrunkTestView> {
  const steps: TrunkTestStep[] = [];
  for (const order of ordersFor(trunk)) steps.push(await tryStep(parts, order));
  // One that waits after a failure need not wait any longer.
  if (steps.some(({ finding }) => finding.code === "registered")) parts.registrations.again(trunk.trunkId);
  return { trunkId: trunk.trunkId, addresses: [...trunk.addresses], steps };
}

function ordersFor(trunk: TrunkSettings): TrialOrder[] {
  const { trunkId, outbound } = trunk;
  const registrations = registrationsOf([trunk]).map((order) => ({ step: "registration" as const, trunkId, order }));
  return outbound === undefined ? registrations : [...registrations, { step: "probe", trunkId, uri: outbound.uri }];
}

async function tryStep({ trials, reach, clock }: TestTrunkParts, order: TrialOrder): Promise<TrunkTestStep> {
  const uri = order.step === "registration" ? order.order.registrar : order.uri;
  const startedMs = clock.now();
  const { answer, messages }: TrialResult = await trials.tryCarrier(order);
  const seen: Reach | null = answer.kind === "answered" ? null : await reach.look(uri);
  const nowMs = clock.now();
  const finding = findingOf(order.step, answer, seen);
  const aheadMs = clockDifference(answer, nowMs);
  return { step: order.step, uri, finding, isWell: isWell(finding), aheadMs, tookMs: nowMs - startedMs, messages };
}
