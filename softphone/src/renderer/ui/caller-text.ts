/** The citizen in words: number as people read it, name where the network gave one. */
import { formatPhoneNumber } from "../domain/call/format-phone-number.ts";
import type { Caller, TransferOrigin } from "../domain/call/call.ts";
import type { Texts } from "../i18n/language.ts";

export function numberText(caller: Caller, t: Texts["t"]): string {
  if (caller.number !== null) return formatPhoneNumber(caller.number);
  return caller.isWithheld ? t("caller.withheld") : (caller.displayName ?? t("caller.unknown"));
}

/** Name and number in one line, for announcements and notices. */
export function callerLine(caller: Caller, t: Texts["t"]): string {
  const number = numberText(caller, t);
  return caller.displayName === null || caller.displayName === number ? number : `${caller.displayName}, ${number}`;
}

/** `420` → `7 min`. */
export function minutesText(seconds: number, t: Texts["t"]): string {
  const minutes = Math.round(seconds / 60);
  return minutes < 1 ? t("card.less-than-minute") : t("card.minutes", { minutes });
}

/** Where a call of another office comes from: transferred there, taken out of its queue, or its operator calls. */
export function originText(
  origin: Pick<TransferOrigin, "officeId" | "officeLabel" | "isOverflow" | "isOfficeCall">,
  t: Texts["t"],
): string {
  const { officeId, officeLabel, isOverflow, isOfficeCall } = origin;
  if (isOfficeCall) return t("card.origin.office-call", { office: officeLabel ?? officeId });
  return t(isOverflow ? "card.origin.overflow" : "card.origin", { office: officeLabel ?? officeId });
}
