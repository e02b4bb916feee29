/** A way to the called citizen: which trunk, and what its INVITE says. Part of journaled events, so it holds no credentials. */
import type { LegId } from "../call/ids.ts";
import type { NumberKind } from "../routing/dialled-number.ts";
import type { CallerIdPolicy } from "./trunk.ts";

export type PlannedTrunkLeg = {
  legId: LegId;
  trunkId: string;
  uri: string;
  callerId: CallerIdPolicy;
  /** What the trunk's limits count the call as; absent in older journals. */
  numberKind?: NumberKind;
  /** Time without any answer after which the next way is tried. */
  failoverMs: number;
};
