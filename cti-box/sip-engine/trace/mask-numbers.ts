/** Telephone numbers of a message, masked as in the log: the first six characters and the last two stay, so that a number can still be told from another. */

const shown = { first: 6, last: 2 } as const;
/** Shorter ones are extensions and service numbers, which say nothing about a person. */
const shortest = 7;
const longest = 20;

function masked(number: string): string {
  const digits = number.replaceAll(/\D/g, "");
  return digits.length < shortest ? number : `${number.slice(0, shown.first)}…${number.slice(-shown.last)}`;
}

/** `sip:+39…@`, `tel:+39…`, with the separators that RFC 3966 allows. */
const inUri = new RegExp(`\\b(sips?:|tel:)((?:%2B|\\+)?[\\d().-]{${shortest},${longest}})(?=[@;:>?\\s"]|$)`, "gim");
/** Anything that is written as an international number, and a display name or value that is nothing but digits. */
const international = /\+\d{8,15}/g;
const alone = new RegExp(`("|^[\\w-]+: ?)(\\d{${shortest},${longest}})(?="| ?<|\\r?$)`, "gm");
/** Their digits are no telephone numbers. */
const plainHeaders =
  /^(?:call-id|i|cseq|content-length|l|via|v|max-forwards|date|expires|rseq|rack|timestamp|min-se|session-expires|x|session-id)[ \t]*:/i;

/** Text of a message with the numbers in it masked; the body only where it has URIs or international numbers. */
export function maskNumbers(text: string): string {
  const end = /\r?\n\r?\n/.exec(text)?.index ?? text.length;
  const head = text
    .slice(0, end)
    .split("\n")
    .map((line) => (plainHeaders.test(line) ? line : maskPlain(maskUris(line))))
    .join("\n");
  return head + maskUris(text.slice(end)).replaceAll(international, masked);
}

const maskUris = (text: string): string =>
  text.replaceAll(inUri, (_all, scheme: string, number: string) => scheme + masked(number.replace(/^%2B/i, "+")));

const maskPlain = (text: string): string =>
  text
    .replaceAll(international, masked)
    .replaceAll(alone, (_all, before: string, digits: string) => before + masked(digits));
