/** The way to another office, on-net. */
import type { LegId } from "../call/ids.ts";

/** Request-URI and, when a proxy stands between, the next hop. */
export type OfficeRoute = { uri: string; nextHop: string | null };

/** A leg to another office, planned outside. */
export type PlannedOfficeLeg = { legId: LegId; route: OfficeRoute };
