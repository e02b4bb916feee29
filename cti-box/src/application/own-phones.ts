/** Where a call rings that an operator asked for: the own phones, unless the operator is busy already. */
import type { PlannedDeviceLeg } from "../domain/call/call-event.ts";
import type { OperatorId } from "../domain/call/ids.ts";
import type { OperatorRoom } from "./operator-room.ts";
import type { Ids } from "./ports.ts";

export type OwnPhonesParts = {
  room: Pick<OperatorRoom, "presenceOf" | "devicesForDialling">;
  ids: Pick<Ids, "legId">;
};

export type OwnPhones =
  | { ok: true; legs: readonly PlannedDeviceLeg[] }
  | { ok: false; reason: "already-busy" | "no-phone" };

export function ownPhones({ room, ids }: OwnPhonesParts, operatorId: OperatorId): OwnPhones {
  const presence = room.presenceOf(operatorId);
  if (presence === "on-call" || presence === "ringing") return { ok: false, reason: "already-busy" };
  const legs = room.devicesForDialling(operatorId).map((device) => ({ legId: ids.legId(), device }));
  return legs.length === 0 ? { ok: false, reason: "no-phone" } : { ok: true, legs };
}
