/**
 * `X-LA2-Transfer: reason=competence;waited=123`: why a member hands the call over and the seconds the citizen has already spent there.
 * No personal data; read from members only.
 */
import type { TransferReason } from "../call/call-view.ts";

export const transferReasons = [
  "competence",
  "overload",
  "second_level",
  "citizen_request",
  "overflow",
  "other",
] as const satisfies readonly TransferReason[];

/** More than a day on the line is not believed. */
const maxWaitedSeconds = 86_400;

export function writeTransferHeader(transfer: { reason: TransferReason; waitedSeconds: number }): string {
  return `reason=${transfer.reason};waited=${Math.floor(transfer.waitedSeconds)}`;
}

/** Unknown or damaged parts are null; a header without any known part gives null. */
export function readTransferHeader(
  header: string | null,
): { reason: TransferReason | null; waitedSeconds: number | null } | null {
  if (header === null || header.length > 200) return null;
  const reason = transferReasons.find((one) => one === /(?:^|;)\s*reason=([a-z_]+)/.exec(header)?.[1]) ?? null;
  const digits = /(?:^|;)\s*waited=([0-9]{1,6})(?:;|\s|$)/.exec(header)?.[1];
  const waited = digits === undefined ? null : Number(digits);
  const waitedSeconds = waited !== null && waited <= maxWaitedSeconds ? waited : null;
  return reason === null && waitedSeconds === null ? null : { reason, waitedSeconds };
}
