/**
 * Links of other programs, `tel:` (RFC 3966) and `sip:`: they bring the softphone forward and fill the search field. They never dial: a page
 * on the internet could otherwise make an operator's phone call a premium number.
 */
import type { LinkOpened } from "./desktop-bridge.ts";

const longestLink = 300;
const longestText = 120;

/** The first link among a program's arguments; null when there is none. */
export function linkAmong(words: readonly string[]): LinkOpened | null {
  const link = words.find((word) => /^(tel|sips?):/i.test(word));
  return link === undefined ? null : readLink(link);
}

/** Anything that is no clean number or address only opens the window. */
export function readLink(link: string): LinkOpened {
  if (link.length > longestLink) return { kind: "open" };
  const tel = /^tel:(?:\/\/)?([^;?]+)/i.exec(link)?.[1];
  if (tel !== undefined) return fill(decoded(tel).replaceAll(/[\s().\u2010-]/g, ""), /^\+?[0-9*#]{2,20}$/);
  const sip = /^sips?:(?:\/\/)?([^;?>]+)/i.exec(link)?.[1];
  return sip === undefined ? { kind: "open" } : fill(decoded(sip), /^[\w.+-]{1,64}(@[\w.:-]{1,100})?$/);
}

function fill(text: string, form: RegExp): LinkOpened {
  return form.test(text) ? { kind: "fill", text: text.slice(0, longestText) } : { kind: "open" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
