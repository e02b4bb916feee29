/** JSON that PostgreSQL can look into: its texts hold neither NUL nor half a surrogate pair, which a stranger's name may hold. */

/** As JSON writes them; a rare false alarm costs a second writing. */
const unknownToPostgres = /\\u(?:0000|d[89a-f])/i;

/** What cannot be kept is replaced by U+FFFD. */
export function jsonText(value: object): string {
  const text = JSON.stringify(value);
  if (!unknownToPostgres.test(text)) return text;
  return JSON.stringify(value, (_key, one: unknown) =>
    typeof one === "string" ? one.replaceAll("\u0000", "\uFFFD").toWellFormed() : one,
  );
}
