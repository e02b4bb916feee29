/**
 * WebSocket upgrades, by path: the box's own channels, and the two neighbours that the page reaches through the box's one origin,
 * the engine (`/sip`) and the bridge (`/crm/…`), whose connections are passed on byte by byte.
 */
import type { IncomingMessage, Server } from "node:http";
import { connect } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { ApiParts } from "./api-parts.ts";
import { isService } from "./authorise.ts";
import { isKnownCursor, serveEventStream, type EventFollowers } from "./event-stream.ts";
import type { OperatorChannels } from "./operator-channel.ts";
import type { WallboardChannel } from "./wallboard-channel.ts";

const largestFrame = 64 * 1024;

type Upgrade = { request: IncomingMessage; socket: Duplex; head: Buffer };

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** A page may only come from this box's own origin (cross-site WebSocket hijacking); programs send no Origin. */
function isForeign(request: IncomingMessage, parts: ApiParts): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return false;
  if (parts.options.publicUrl !== null && origin === new URL(parts.options.publicUrl).origin) return false;
  try {
    return new URL(origin).host !== host;
  } catch {
    return true;
  }
}

/** Passes the connection on to another program of the office, with the request as it came but for its path. */
function passOn(upgrade: Upgrade, to: { host: string; port: number; path: string }): void {
  const { request, socket, head } = upgrade;
  const upstream = connect({ host: to.host, port: to.port, noDelay: true });
  let reached = false;
  upstream.once("connect", () => {
    reached = true;
    const lines = [`GET ${to.path} HTTP/1.1`];
    for (let index = 0; index < request.rawHeaders.length; index += 2)
      lines.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
    upstream.write(`${lines.join("\r\n")}\r\n\r\n`);
    upstream.write(head);
    upstream.pipe(socket).pipe(upstream);
  });
  upstream.on("error", () => (reached ? socket.destroy() : refuse(socket, "502 Bad Gateway")));
  upstream.on("close", () => {
    if (reached) socket.destroy();
  });
  socket.on("error", () => upstream.destroy());
  socket.on("close", () => upstream.destroy());
}

export type UpgradeTargets = { channels: OperatorChannels; wallboard: WallboardChannel; followers: EventFollowers };

/** Serves upgrades on the server. Returns the way to end all of them. */
export function serveUpgrades(
  server: Server,
  parts: ApiParts,
  { channels, wallboard, followers }: UpgradeTargets,
): () => void {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: largestFrame });
  const passedOn = new Set<Duplex>();
  const openEventStream = async ({ request, socket, head }: Upgrade, after: number): Promise<void> => {
    const verdict = await isKnownCursor(parts, after).catch(() => null);
    if (socket.destroyed) return;
    if (verdict === null) return refuse(socket, "503 Service Unavailable");
    if (!verdict) return refuse(socket, "409 Conflict");
    sockets.handleUpgrade(request, socket, head, (opened) =>
      serveEventStream({ socket: opened, connection: socket }, { parts, followers }, after),
    );
  };
  const handle = (upgrade: Upgrade): void => {
    const { request, socket, head } = upgrade;
    socket.on("error", () => socket.destroy());
    const url = addressOf(request);
    if (url === null) return refuse(socket, "400 Bad Request");
    if (isForeign(request, parts)) return refuse(socket, "403 Forbidden");
    const { sipWebSocket, crmBridge } = parts.options;
    if (url.pathname === "/api/operator-channel") {
      return sockets.handleUpgrade(request, socket, head, (opened) => channels.accept(opened));
    }
    if (url.pathname === "/api/wallboard/stream") {
      return sockets.handleUpgrade(request, socket, head, (opened) => wallboard.accept(opened));
    }
    if (url.pathname === "/api/events/stream") {
      if (!isService(request.headers.authorization, parts)) return refuse(socket, "401 Unauthorized");
      const after = cursorFrom(url.searchParams.get("after") ?? "0");
      if (after === null) return refuse(socket, "400 Bad Request");
      return void openEventStream(upgrade, after);
    }
    if (url.pathname === "/sip" && !speaksSip(request)) return refuse(socket, "400 Bad Request");
    const neighbour = neighbourOf(url, sipWebSocket, crmBridge?.url ?? null);
    if (neighbour === null) return refuse(socket, "404 Not Found");
    passedOn.add(socket);
    socket.once("close", () => passedOn.delete(socket));
    return passOn(upgrade, neighbour);
  };
  server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => handle({ request, socket, head }));
  return () => {
    for (const socket of passedOn) socket.destroy();
    for (const client of sockets.clients) client.terminate();
    sockets.close();
  };
}

/** Null for a request line that is no address, such as `//`. */
function addressOf(request: IncomingMessage): URL | null {
  return URL.parse(`http://box${request.url ?? "/"}`);
}

function cursorFrom(text: string): number | null {
  const cursor = /^\d{1,16}$/.test(text) ? Number(text) : null;
  return cursor !== null && Number.isSafeInteger(cursor) ? cursor : null;
}

/** SIP over WebSocket is asked for by its subprotocol (RFC 7118 §4.1). */
function speaksSip(request: IncomingMessage): boolean {
  const offered = request.headers["sec-websocket-protocol"] ?? "";
  return offered.split(",").some((protocol) => protocol.trim().toLowerCase() === "sip");
}

function neighbourOf(
  url: URL,
  sip: { host: string; port: number } | null,
  bridgeUrl: string | null,
): { host: string; port: number; path: string } | null {
  if (url.pathname === "/sip" && sip !== null) return { ...sip, path: "/" };
  if (!url.pathname.startsWith("/crm/") || bridgeUrl === null) return null;
  const bridge = new URL(bridgeUrl);
  const port = Number(bridge.port) || 80;
  return { host: bridge.hostname, port, path: `${url.pathname.slice("/crm".length)}${url.search}` };
}
