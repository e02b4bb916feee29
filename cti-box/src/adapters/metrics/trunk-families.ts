/** The links to carriers. A trunk that is not asked, or needs no registration, has no such figure. */
import type { Family, Sample } from "../../../sip-engine/engine.ts";
import type { TrunkQueries, TrunkView } from "../../application/use-cases.ts";
import { counter, gauge } from "./family.ts";

export function trunkFamilies(trunks: TrunkQueries): Family[] {
  const all = trunks.list();
  const perTrunk = (valueOf: (trunk: TrunkView) => number | null): Sample[] =>
    all.flatMap((trunk) => {
      const value = valueOf(trunk);
      return value === null ? [] : [{ labels: { trunk: trunk.trunkId }, value }];
    });
  const refused = trunks
    .refusedByLimits()
    .map(({ trunkId, limit, calls }) => ({ labels: { trunk: trunkId, limit }, value: calls }));
  return [
    gauge(
      "la2_trunk_calls",
      "Calls over the trunk now.",
      perTrunk(({ calls }) => calls),
    ),
    gauge(
      "la2_trunk_capacity_calls",
      "Calls that it may carry at the same time.",
      perTrunk(({ capacity }) => capacity),
    ),
    gauge(
      "la2_trunk_up",
      "Whether the carrier answers OPTIONS.",
      perTrunk(({ health }) => (health === null ? null : Number(health.state === "up"))),
    ),
    gauge(
      "la2_trunk_registered",
      "Whether the office is registered at the carrier.",
      perTrunk(({ registration }) => (registration === null ? null : Number(registration.state === "registered"))),
    ),
    counter(
      "la2_trunk_calls_placed_total",
      "Calls that went out over the trunk.",
      perTrunk(({ placed }) => placed),
    ),
    counter("la2_trunk_refused_by_limits_total", "Calls that its limits against toll fraud kept back.", refused),
  ];
}
