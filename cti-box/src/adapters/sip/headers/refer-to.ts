/** Where a REFER wants the call to go (RFC 3515 §2.1), as user and host, and whether it names another dialog (RFC 3891). */
import { parseNameAddress } from "./identity.ts";
import { parseSipUri } from "../drachtio.ts";

export function readReferTo(header: string | undefined): { user: string; host: string; hasReplaces: boolean } | null {
  const address = header === undefined || header.length > 2048 ? null : parseNameAddress(header);
  if (address === null) return null;
  const [bare = "", headers = ""] = address.uri.split("?", 2);
  const uri = parseSipUri(bare);
  if (uri === null || uri.user === null) return null;
  return { user: uri.user, host: uri.host, hasReplaces: /(^|&)replaces=/i.test(headers) };
}
