/**
 * Takes out of a SIP message what nobody who watches may learn: digest answers and nonces, passwords in URIs, media keys, key presses, text messages, and
 * what programs tell each other in User-to-User. Tolerant like the reader: it looks at lines, not at a parsed message, so that broken messages are masked too.
 * A body keeps its length, so that Content-Length stays true.
 */

const mask = "***";
const stars = (text: string): string => "*".repeat(text.length);

/** Quoted or bare values of these digest parameters; a nonce and its answer together could be guessed at offline. */
const digestSecrets = /\b(response|nonce|cnonce|opaque|rspauth|nextnonce)(\s*=\s*)(?:"(?:[^"\\]|\\.)*"|[^\s,"]+)/gi;
const credentialsInUri = /([?&](?:proxy-)?authorization=)[^&>\s"]*/gi;

/** What to hide of these headers, by lower-case name; folded lines have been joined by then. */
const maskedHeaders = new Map<string, (value: string) => string>([
  ["authorization", credentials],
  ["proxy-authorization", credentials],
  ["www-authenticate", (value) => value.replaceAll(digestSecrets, `$1$2"${mask}"`)],
  ["proxy-authenticate", (value) => value.replaceAll(digestSecrets, `$1$2"${mask}"`)],
  ["authentication-info", (value) => value.replaceAll(digestSecrets, `$1$2"${mask}"`)],
  // Its parameters tell how it is written, its content is the programs' own (tickets, identities).
  ["user-to-user", (value) => value.replace(/^[^;]*/, mask)],
  // A signed statement on who calls: whoever holds it could say it again, and it repeats both numbers.
  ["identity", () => mask],
  ["y", () => mask],
]);

/** Only Digest is read; of every other scheme all that follows is the secret. */
function credentials(value: string): string {
  return /^digest\s/i.test(value)
    ? value.replaceAll(digestSecrets, `$1$2"${mask}"`)
    : value.replace(/\s.*$/s, ` ${mask}`);
}

/** A line with keys of SRTP (RFC 4568), of which it may hold several. */
const cryptoLine = /^a=crypto:.*$/gim;
const keyOfSrtp = /(\binline:)([^\s|;]+)/gi;
/** Other lines of a session description: passwords of ICE (RFC 8839), older kinds of keys. */
const keysInSdp = [/^(a=ice-pwd:)(\S+)/gim, /^(a=key-mgmt:\S+ )(\S+)/gim, /^(k=)(\S+)/gim] as const;
const pressedKey = /^([ \t]*Signal[ \t]*[=:][ \t]*)(\S+)/gim;
const pressedKeys = /(\bdigits=")([^"]*)/gi;

/** Text of a message, with its secrets masked. */
export function maskSecretsInText(text: string): string {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const body = end === null ? "" : text.slice(end.index + end[0].length);
  return maskHead(head) + (end?.[0] ?? "") + (body === "" ? "" : maskBody(head, body));
}

/** Bytes of a message, with its secrets masked; the same bytes where there are none. */
export function maskSecrets(bytes: Buffer): Buffer {
  // Latin-1 gives each byte back as it was.
  const text = bytes.toString("latin1");
  const masked = maskSecretsInText(text);
  return masked === text ? bytes : Buffer.from(masked, "latin1");
}

function maskHead(head: string): string {
  const lines = head.split("\n");
  for (let first = 1; first < lines.length;) {
    let next = first + 1;
    while (/^[ \t]/.test(lines[next] ?? "")) next += 1;
    const line = lines[first] ?? "";
    const colon = line.indexOf(":");
    const masked = colon < 1 ? undefined : maskedHeaders.get(line.slice(0, colon).trimEnd().toLowerCase());
    if (masked !== undefined) {
      // A folded header becomes one line: its secret may stand on any of them.
      const value = [line.slice(colon + 1), ...lines.slice(first + 1, next)].map((part) => part.trim()).join(" ");
      lines.splice(first, next - first, `${line.slice(0, colon)}: ${masked(value)}${line.endsWith("\r") ? "\r" : ""}`);
      next = first + 1;
    }
    first = next;
  }
  return maskPasswords(lines.join("\n"), () => mask).replaceAll(credentialsInUri, `$1${mask}`);
}

/** Passwords of `sip:user:password@host`. One look at each character: a pattern would start anew at every `sip:` of a long run. */
function maskPasswords(text: string, masked: (password: string) => string): string {
  let done = "";
  let from = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    let start = at;
    while (start > from && !/[\s<>"@]/.test(text.charAt(start - 1))) start -= 1;
    const [, user = "", password = ""] = /^(.*?sips?:[^:]*:)(.+)$/i.exec(text.slice(start, at)) ?? [];
    done += text.slice(from, start) + (user === "" ? text.slice(start, at) : user + masked(password));
    from = at;
  }
  return done + text.slice(from);
}

function maskBody(head: string, body: string): string {
  const type = (/^(?:content-type|c)[ \t]*:[ \t]*([^\s;]*)/im.exec(head)?.[1] ?? "").toLowerCase();
  // What people write to each other, in a request or back in its answer.
  if (head.startsWith("MESSAGE ") || /^cseq[ \t]*:[ \t]*\d+[ \t]+MESSAGE[ \t]*$/im.test(head)) return stars(body);
  if (type === "application/dtmf") return stars(body);
  let masked = body.replaceAll(cryptoLine, (line) =>
    line.replaceAll(keyOfSrtp, (_all, name: string, key: string) => name + stars(key)),
  );
  for (const keys of keysInSdp)
    masked = masked.replaceAll(keys, (_all, name: string, key: string) => name + stars(key));
  masked = masked
    .replaceAll(pressedKey, (_all, name: string, key: string) => name + stars(key))
    .replaceAll(pressedKeys, (_all, name: string, keys: string) => name + stars(keys));
  return maskPasswords(masked, stars);
}
