/**
 * Who is asked what to do with a new request (control protocol §11): an HTTP server, or an application that waits for connections and is
 * given every request directly.
 */

export type HandlerOptions = {
  /** Method in lower case, or `*`. */
  method: string;
  /** `http://…`, `https://…`, or `tcp://host:port`, `tls://host:port`. */
  url: string;
  /** GET tells the request's facts in the query; POST adds the whole message as body. */
  how?: "GET" | "POST";
};

export type Address = { host: string; port: number; transport: "tcp" | "tls" };

export type Handler = { kind: "http"; url: URL; how: "GET" | "POST" } | { kind: "direct"; address: Address };

/** Null: not an address that can be asked. */
export function parseHandler(text: string, how: "GET" | "POST" = "GET"): Handler | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol === "http:" || url.protocol === "https:") return { kind: "http", url, how };
  if (url.protocol !== "tcp:" && url.protocol !== "tls:") return null;
  const port = Number(url.port);
  if (url.hostname === "" || !(port >= 1)) return null;
  const transport = url.protocol === "tls:" ? "tls" : "tcp";
  return { kind: "direct", address: { host: url.hostname.replace(/^\[|\]$/g, ""), port, transport } };
}

/** `host:port[;transport=tcp|tls]` of a `route` answer; null when it is none. */
export function parseApplicationAddress(text: string): Address | null {
  const found = /^(?:\[([\da-fA-F:.]+)\]|([^\s:;[\]@/]+)):(\d{1,5})(?:;transport=(tcp|tls))?$/.exec(text);
  const host = found?.[1] ?? found?.[2];
  const port = Number(found?.[3]);
  if (host === undefined || port < 1 || port > 65_535) return null;
  return { host, port, transport: found?.[4] === "tls" ? "tls" : "tcp" };
}
