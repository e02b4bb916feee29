/** What the operator may call with what is typed: an extension that is meant exactly, a telephone number, then everybody whom the directory finds. */
import { formatPhoneNumber } from "../domain/call/format-phone-number.ts";
import { toChoices } from "./directory-choices.ts";
import type { Directory } from "../domain/session/session.ts";
import type { Choice } from "./directory-choices.ts";

export type OutsideCalls = "some" | "none";

/** Whoever is busy or away can be called too: forwarding may lead on, and the box says it otherwise. */
export function toCallChoices(
  directory: Directory,
  typed: { text: string; ownLogin: string; outsideCalls: OutsideCalls },
): readonly Choice[] {
  const text = typed.text.trim();
  const found = toChoices({ ...directory, number: null }, typed.ownLogin);
  const colleagues = found
    .filter(({ operatorState }) => operatorState !== null)
    .map((choice) => ({ ...choice, isChoosable: true }));
  const offices = found.filter(({ operatorState }) => operatorState === null);
  const exact = isEmergency(text) ? [] : colleagues.filter(({ detail }) => detail === text);
  const number = typed.outsideCalls === "some" && isNumberLike(text) ? [numberChoice(text)] : [];
  return [...exact, ...number, ...colleagues.filter((one) => !exact.includes(one)), ...offices];
}

/** No extension is meant: the directory need not be waited for. */
export function isPlainNumber(text: string): boolean {
  return isNumberLike(text) && (isEmergency(text.trim()) || text.replaceAll(/\D/g, "").length >= 6);
}

function isNumberLike(text: string): boolean {
  return /^\+?[0-9\s()./-]{2,}$/.test(text.trim());
}

function isEmergency(text: string): boolean {
  return /^11[2358]$/.test(text);
}

function numberChoice(number: string): Choice {
  return {
    key: "dialled-number",
    destination: { target: { kind: "number", number }, label: formatPhoneNumber(number), tariff: "paid" },
    detail: "",
    operatorState: null,
    openState: null,
    isChoosable: true,
  };
}
