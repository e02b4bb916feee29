/** Where a REFER wants the call to go (RFC 3515 §2.1), as user and host, and which other dialog of the phone it names (RFC 3891). */
import { parseNameAddress } from "./identity.ts";
import { parseSipUri } from "../drachtio.ts";
import { readReplaces, type ReplacedDialog } from "./replaces.ts";

export type ReferTarget = { user: string; host: string; replaces: ReplacedDialog | null };

/** Null when it cannot be read. */
export function readReferTo(header: string | undefined): ReferTarget | null {
  const address = header === undefined || header.length > 2048 ? null : parseNameAddress(header);
  if (address === null) return null;
  const [bare = "", headers = ""] = address.uri.split("?", 2);
  const uri = parseSipUri(bare);
  if (uri === null || uri.user === null) return null;
  const named = /(?:^|&)replaces=([^&]*)/i.exec(headers)?.[1];
  const replaces = named === undefined ? null : readReplaces(unescaped(named));
  if (named !== undefined && replaces === null) return null;
  return { user: uri.user, host: uri.host, replaces };
}

/** Damaged escapes make the header unreadable. */
function unescaped(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
