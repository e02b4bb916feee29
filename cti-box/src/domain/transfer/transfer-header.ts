/**
 * `X-LA2-Transfer: reason=competence;waited=123;mode=attended`: why a member hands the call over, the seconds the citizen has already spent
 * there, and whether its operator speaks first (absent: no). Then an INFO with `X-LA2-Transfer: completed` says that the citizen is on the line.
 * `waited=0;mode=call`: an operator of the member calls, there is no citizen.
 * `mode=overflow;topic=casa`: peak sharing, a caller out of the member's line, whose queue is for this subject (absent: any).
 * No personal data; read from members only.
 */
import type { TransferReason } from "../call/call-view.ts";
import type { TransferMode } from "./transfer.ts";

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

/** Value of the INFO's header. */
export const handoverCompleted = "completed";

export type HandoverMode = TransferMode | "overflow" | "call";

export function writeTransferHeader(transfer: {
  reason: TransferReason | null;
  waitedSeconds: number;
  mode: HandoverMode;
  topic?: string | null;
}): string {
  const { reason, waitedSeconds, mode, topic = null } = transfer;
  const modeText = mode === "blind" ? "" : `;mode=${mode}`;
  const reasonText = reason === null ? "" : `reason=${reason};`;
  return `${reasonText}waited=${Math.floor(waitedSeconds)}${modeText}${topic === null ? "" : `;topic=${topic}`}`;
}

export type TransferHeader = {
  reason: TransferReason | null;
  waitedSeconds: number | null;
  mode: HandoverMode;
  topic: string | null;
};

/** Unknown or damaged parts are null; a header without any known part gives null. */
export function readTransferHeader(header: string | null): TransferHeader | null {
  if (header === null || header.length > 200) return null;
  const reason = transferReasons.find((one) => one === /(?:^|;)\s*reason=([a-z_]+)/.exec(header)?.[1]) ?? null;
  const digits = /(?:^|;)\s*waited=([0-9]{1,6})(?:;|\s|$)/.exec(header)?.[1];
  const waited = digits === undefined ? null : Number(digits);
  const waitedSeconds = waited !== null && waited <= maxWaitedSeconds ? waited : null;
  const mode = (["attended", "overflow", "call"] as const).find(
    (one) => one === /(?:^|;)\s*mode=([a-z]+)(?:;|\s|$)/.exec(header)?.[1],
  );
  const topic = /(?:^|;)\s*topic=([a-z_]{1,64})(?:;|\s|$)/.exec(header)?.[1] ?? null;
  return reason === null && waitedSeconds === null ? null : { reason, waitedSeconds, mode: mode ?? "blind", topic };
}
