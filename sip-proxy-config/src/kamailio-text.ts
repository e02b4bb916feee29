/**
 * The only ways in which text of a description enters a Kamailio configuration. Inside double quotes Kamailio knows backslash escapes;
 * a comment ends with its line. Both writers hold for any text, also where the description's schema already allows less.
 */

/** A quoted string. Throws on text that no quoted string of ours needs: it would mean that something unchecked got here. */
export function quoted(text: string): string {
  if (!/^[\x20-\x7e]*$/.test(text)) throw new Error(`not printable ASCII: ${JSON.stringify(text)}`);
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}

/** A comment of one line, whatever the text. Control characters and line separators become spaces. */
export function comment(text: string): string {
  return `# ${text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ").trim()}`;
}

/** A key of a hash table inside `$sht(table=>key)`, where nothing can be escaped. Throws on characters that could end it. */
export function tableKey(text: string): string {
  if (!/^[a-z0-9.:-]+$/.test(text)) throw new Error(`not a table key: ${JSON.stringify(text)}`);
  return text;
}
