/**
 * Finding a caller's tickets by telephone number. RT keeps numbers as people wrote them ("331 555 01 23", "0039-331…"), so the search is coarse (the
 * digits of the number in their order, anything between them) and each find is compared as a number afterwards. Where the account may not see the
 * requestor's numbers there is nothing to compare: then only usual spellings count, which RT itself compares.
 */
import { parsePhoneNumberFromString, type CountryCode } from "libphonenumber-js";
import type { FoundTicket } from "./rest-answers.ts";

const requestorFields = ["MobilePhone", "WorkPhone", "HomePhone"] as const;
/** Fewer digits than these in any order would be found in half the numbers of the country. */
const fewestDigits = 5;

export type CallerQuestion = { phone: string; country: string; phoneField: string | undefined };

/** Null for what is not a number in E.164: nothing else may get into a query. */
export function coarseQuery({ phone, country, phoneField }: CallerQuestion): string | null {
  const national = nationalDigits(phone, country);
  if (national === null) return null;
  const digits = national.split("").join("%");
  const places = requestorFields.map((name) => `Requestor.${name}`);
  if (phoneField !== undefined) places.push(`CF.{${phoneField}}`);
  return `Status = '__Active__' AND (${places.map((place) => `${place} LIKE '${digits}'`).join(" OR ")})`;
}

/** Those of the tickets whose requestor has the number in a usual spelling. */
export function exactQuery({ phone, country }: CallerQuestion, ticketIds: readonly string[]): string | null {
  const national = nationalDigits(phone, country);
  if (national === null) return null;
  const digits = phone.slice(1);
  const prefix = digits.slice(0, digits.length - national.length);
  const spellings = [phone, `00${digits}`, digits, `+${prefix} ${national}`, `00${prefix} ${national}`, national];
  const matches = requestorFields.flatMap((name) => spellings.map((text) => `Requestor.${name} = '${text}'`));
  return `(${ticketIds.map((id) => `id = ${id}`).join(" OR ")}) AND (${matches.join(" OR ")})`;
}

/** `unseen`: the account may not see the requestor's numbers. */
export function callerMatch(ticket: FoundTicket, question: CallerQuestion): "same" | "other" | "unseen" {
  const ofField = ticket.CustomFields.filter((one) => one.name === question.phoneField).flatMap((one) => one.values);
  const ofRequestors = ticket.Requestor.flatMap((user) => requestorFields.map((name) => user[name]));
  const written = [...ofField, ...ofRequestors].filter((text) => typeof text === "string" && text !== "");
  if (written.some((text) => asE164(text as string, question.country) === question.phone)) return "same";
  const seesNumbers = ofRequestors.some((text) => typeof text === "string" && text !== "");
  return ticket.Requestor.length === 0 || seesNumbers ? "other" : "unseen";
}

function asE164(text: string, country: string): string | null {
  return parsePhoneNumberFromString(text.slice(0, 40), country as CountryCode)?.number ?? null;
}

function nationalDigits(phone: string, country: string): string | null {
  if (!/^\+[1-9][0-9]{4,14}$/.test(phone)) return null;
  const national = parsePhoneNumberFromString(phone, country as CountryCode)?.nationalNumber ?? phone.slice(1);
  return national.length < fewestDigits ? phone.slice(1) : national;
}
