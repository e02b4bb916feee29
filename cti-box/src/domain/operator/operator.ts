/**
 * An operator as routing sees one. The operator chooses `available` or `away`; everything else the box finds out.
 * Presence lives in memory, for routing only.
 */
import type { OperatorId } from "../call/ids.ts";
import type { OperatorSkills } from "../queue/skills.ts";

export type OperatorAvailability = "available" | "away";

export type Role = "supervisor" | "front_office" | "back_office" | "administrator";

export type OperatorPresence =
  | "available"
  | "away"
  | "do-not-disturb"
  | "on-call"
  | "ringing"
  | "wrap-up"
  | "unreachable"
  | "signed-out";

/** An operator of the office, from the configuration. */
export type OperatorProfile = {
  operatorId: OperatorId;
  displayName: string;
  extension: string;
  queueIds: readonly string[];
  roles: readonly Role[];
  skills: OperatorSkills;
  /** For queues that distribute by priority: 1 is rung first, 9 last. */
  priority: number;
};
