/** The office that is asked for help: does it take this caller out of the other one's line? Decided at once, so that the caller there loses no time. */
import { isTakingCalls, knowsTopic } from "./declaration.ts";
import type { SharingDeclaration } from "./declaration.ts";

export type SharedAdmission = { kind: "taken" } | { kind: "refused"; status: number; why: string };

/** `taken`: callers of other offices that are here now. `isHere`: calls of this contact that are here already. */
export function admitShared(
  declared: SharingDeclaration | null,
  now: { taken: number; isHere: boolean; topic: string | null; atMs: number },
): SharedAdmission {
  if (declared === null) return { kind: "refused", status: 403, why: "this office takes no callers of other offices" };
  if (now.isHere) return { kind: "refused", status: 482, why: "the contact is in this office already" };
  if (!knowsTopic(declared, now.topic))
    return { kind: "refused", status: 480, why: "the subject is not one that was declared" };
  if (!isTakingCalls(declared, now.atMs)) return { kind: "refused", status: 480, why: "outside of the declared hours" };
  if (now.taken >= declared.capacity) return { kind: "refused", status: 486, why: "declared capacity is used up" };
  return { kind: "taken" };
}
