/** What the environment says of the programs around the box, in place of the file: rtpengine, drachtio-server, PostgreSQL. */
import { isPostgresUrl, notPostgresUrl } from "./store-section.ts";

type Environment = Record<string, string | undefined>;
/** A section of the configuration as it is to be; a text: what is wrong with the variable; null: it says nothing. */
type Override = object | string | null;

/** `given`: the file as it was read, nothing of it checked yet. A variable that is empty says nothing. */
export function environmentOverrides(
  environment: Environment,
  given: unknown,
): { overrides: Record<string, object>; problems: string[] } {
  const overrides: Record<string, object> = {};
  const problems: string[] = [];
  const take = (section: string, override: Override): void => {
    if (typeof override === "string") problems.push(override);
    else if (override !== null) overrides[section] = override;
  };
  take("media", rtpengine(environment["LA2_RTPENGINE"] ?? "", section(given, "media")));
  take("engine", drachtio(environment["LA2_DRACHTIO"] ?? ""));
  take("store", postgres(environment["LA2_POSTGRES"] ?? "", section(given, "store")));
  return { overrides, problems };
}

/** What the file says of its own rtpengine (hold music, key log) stays when the environment names another address. */
function rtpengine(text: string, inFile: Record<string, unknown>): Override {
  if (text === "") return null;
  const [, ngHost, ngPort] = /^([^:]+):(\d+)$/.exec(text) ?? [];
  if (ngHost === undefined) return `LA2_RTPENGINE: ${text} is not host:port of rtpengine's ng protocol`;
  return { ...(inFile["kind"] === "rtpengine" && inFile), kind: "rtpengine", ngHost, ngPort: Number(ngPort) };
}

function drachtio(text: string): Override {
  if (text === "") return null;
  const [, host, port, secret] = /^([^:]+):(\d+)(?:,(.+))?$/.exec(text) ?? [];
  if (host === undefined) return `LA2_DRACHTIO: ${text} is not host:port,secret of a drachtio-server`;
  return { kind: "drachtio-server", host, port: Number(port), secret: secret ?? "cymru" };
}

/** The schema that the file names stays. A password may stand in the address, so it is not repeated. */
function postgres(url: string, inFile: Record<string, unknown>): Override {
  if (url === "") return null;
  return isPostgresUrl(url) ? { postgres: { ...section(inFile, "postgres"), url } } : `LA2_POSTGRES: ${notPostgresUrl}`;
}

function section(given: unknown, name: string): Record<string, unknown> {
  const found = typeof given === "object" && given !== null ? (given as Record<string, unknown>)[name] : null;
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Record<string, unknown>) : {};
}
