/** What both offices' call records say about the transferred call: which legs it had, and which of them a carrier is paid for. */
import { setTimeout as delay } from "node:timers/promises";
import { type CallRecord, callRecordPageSchema } from "../../cti-box/contracts/index.ts";
import { boxUrl } from "../playground/office-config.ts";
import type { OfficePlan } from "../playground/plan.ts";

const deadlineMs = 8_000;

/** Records of one contact in one office. Throws when the box does not give them. */
async function recordsOf(office: OfficePlan, contactId?: string): Promise<CallRecord[]> {
  const query = new URLSearchParams({ limit: "500", ...(contactId !== undefined && { contactId }) });
  const response = await fetch(`${boxUrl(office)}/api/call-records?${query.toString()}`, {
    headers: { authorization: `Bearer ${office.serviceSecret}` },
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`${office.label} gives no call records (HTTP ${response.status})`);
  return callRecordPageSchema.parse(await response.json()).items;
}

export type TransferProof = { from: CallRecord; to: CallRecord; pstnLegsInTransfer: number };

/** Waits until both offices have recorded the ended call, and counts the paid legs of the transfer. */
export async function proveTransfer(from: OfficePlan, to: OfficePlan, callId: string): Promise<TransferProof> {
  const deadline = Date.now() + deadlineMs;
  while (Date.now() < deadline) {
    const origin = (await recordsOf(from)).find((record) => record.callId === callId);
    const arrived = origin === undefined ? undefined : (await recordsOf(to, origin.contactId)).at(-1);
    if (origin?.endedAt != null && arrived?.endedAt != null) {
      return { from: origin, to: arrived, pstnLegsInTransfer: paidLegs(origin, arrived) };
    }
    await delay(100);
  }
  throw new Error("the ended call is not in both offices' call records, or not under the same contact");
}

/** In the first office the citizen's own leg came over the carrier and is no part of the transfer; in the second every leg is. */
function paidLegs(from: CallRecord, to: CallRecord): number {
  const away = from.legs.filter(({ role, tariff }) => role === "office" && tariff === "pstn");
  const transfers = from.transfers.filter(({ tariff }) => tariff === "pstn");
  const arrived = to.legs.filter(({ tariff }) => tariff === "pstn");
  if (!from.legs.some(({ role }) => role === "office"))
    throw new Error("the first office's record has no leg to another office");
  return Math.max(away.length, transfers.length) + arrived.length;
}
