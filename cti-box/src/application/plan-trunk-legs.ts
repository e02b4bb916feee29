/** The ways to a telephone number, best first: trunks that carry it now, each with the INVITE that it gets. */
import { requestUri } from "../domain/trunk/choose-trunks.ts";
import type { DialledNumber } from "../domain/routing/dialled-number.ts";
import type { PlannedTrunkLeg } from "../domain/trunk/trunk-route.ts";
import type { Ids } from "./ports.ts";
import type { TrunkBook } from "./trunk-book.ts";

export type TrunkPlanner = { trunks: Pick<TrunkBook, "routesTo">; ids: Pick<Ids, "legId"> };

/** Empty: no trunk carries such numbers, or all that do are down, full or at their limits. */
export function planTrunkLegs({ trunks, ids }: TrunkPlanner, dialled: DialledNumber): PlannedTrunkLeg[] {
  return trunks.routesTo(dialled).map(({ trunkId, outbound }) => {
    const { callerId, failoverMs } = outbound;
    const uri = requestUri(outbound, dialled.number);
    return { legId: ids.legId(), trunkId, uri, callerId, failoverMs, numberKind: dialled.kind };
  });
}
