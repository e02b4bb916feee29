/** The Via header (RFC 3261 §20.42, RFC 3581): where a response goes. */
import { splitOutsideQuotes, withoutQuoted } from "./header-list.ts";
import { parseParams } from "./sip-uri.ts";

export type Via = { protocol: string; host: string; port: number | null; params: ReadonlyMap<string, string | null> };

const viaPattern =
  // oxlint-disable-next-line no-control-regex -- what no host may have
  /^SIP\s*\/\s*2\.0\s*\/\s*([A-Za-z0-9-]+)\s+(\[[0-9a-fA-F:.]+\]|[^\s:;,"<>%@[\]\u0000-\u001f\u007f]+)(?:\s*:\s*(\d{1,5}))?\s*((?:;.*)?)$/i;

/** What was read last: the top Via of a message is asked for by one after the other. */
let last: { value: string; via: Via | null } = { value: "", via: null };

/** The parts of one Via value, or null when it cannot be read. `protocol` is lower-case. */
export function parseVia(value: string): Via | null {
  if (last.value !== value) last = { value, via: readVia(value) };
  return last.via;
}

function readVia(value: string): Via | null {
  const found = viaPattern.exec(value.trim());
  // Where a quote is not closed or a bracket stands, two readers see two sets of parameters.
  if (!found || /["<>]/.test(withoutQuoted(value))) return null;
  const port = found[3] === undefined ? null : Number(found[3]);
  if (port !== null && (port < 1 || port > 65_535)) return null;
  return {
    protocol: (found[1] ?? "").toLowerCase(),
    host: found[2] ?? "",
    port,
    params: parseParams(found[4] ?? ""),
  };
}

/** The value as the application and the response see it: `rport` and, where it differs, `received` filled in (RFC 3581 §4). */
export function withReceived(value: string, via: Via, source: { address: string; port: number }): string {
  const bare = value.includes('"')
    ? splitOutsideQuotes(value, ";")
        .filter((part) => !/^(?:rport|received)\s*(?:=|$)/i.test(part))
        .join(";")
    : value
        .replace(/;\s*rport\s*(?:=[^;]*)?(?=;|$)/i, "")
        .replace(/;\s*received\s*=[^;]*/i, "")
        .trimEnd();
  const host = via.host.replace(/^\[|\]$/g, "");
  const received = host === source.address ? "" : `;received=${source.address}`;
  return `${bare}${received};rport=${source.port}`;
}
