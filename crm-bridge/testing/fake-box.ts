/** A box as the bridge sees it: its event stream with cursor, its public keys, and tokens of operators. Real HTTP and WebSocket on loopback. */
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import { WebSocketServer } from "ws";
import { accessTokenAudience, callEventSchema, type CallEvent } from "@la2-cti/cti-box/contracts";

export const serviceSecret = "a-secret-between-box-and-bridge";
type WithoutCursor<T> = T extends unknown ? Omit<T, "cursor" | "at"> : never;
export type BoxEvent = WithoutCursor<CallEvent>;

export type FakeBox = {
  url: string;
  officeId: string;
  /** Stored and told to whoever follows. Returns the cursor. Throws when the event is none of the contract. */
  emit(event: BoxEvent): number;
  /** An event of a later version of the contract. */
  emitUnknown(): void;
  /** The same event again, under the same cursor. */
  repeatLast(): void;
  tokenOf(login: string, roles?: string[]): Promise<string>;
  /** Cursors that the bridge asked from, connection by connection. */
  askedFrom: number[];
  refusedConnections: number;
  /** Ends all connections; the bridge has to come back. */
  dropConnections(): void;
  close(): Promise<void>;
};

export async function startFakeBox(officeId: string): Promise<FakeBox> {
  const keys = await generateKeyPair("ES256", { extractable: true });
  const publicKey = { ...(await exportJWK(keys.publicKey)), kid: "1", alg: "ES256" };
  const events: CallEvent[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((request, response) => {
    response.setHeader("content-type", "application/json");
    if (request.url === "/api/keys") response.end(JSON.stringify({ keys: [publicKey] }));
    else response.writeHead(404).end("{}");
  });
  const sent = (event: CallEvent): string => JSON.stringify({ kind: "event", event });
  const box: Omit<FakeBox, "url" | "close"> = {
    officeId,
    askedFrom: [],
    refusedConnections: 0,
    emit: (event) => {
      const cursor = events.length + 1;
      const whole = callEventSchema.parse({ ...event, cursor, at: new Date().toISOString() });
      events.push(whole);
      for (const client of sockets.clients) client.send(sent(whole));
      return cursor;
    },
    emitUnknown: () => {
      const unknown = { type: "call-sung", cursor: events.length + 1, at: "later" } as unknown as CallEvent;
      events.push(unknown);
      for (const client of sockets.clients) client.send(sent(unknown));
    },
    repeatLast: () => {
      const last = events.at(-1);
      if (last) for (const client of sockets.clients) client.send(sent(last));
    },
    tokenOf: (login, roles = ["front_office"]) =>
      new SignJWT({ officeId, displayName: login, roles })
        .setProtectedHeader({ alg: "ES256", kid: "1" })
        .setSubject(login)
        .setAudience(accessTokenAudience)
        .setIssuedAt()
        .setExpirationTime("1h")
        .setJti(`${Math.random()}`)
        .sign(keys.privateKey),
    dropConnections: () => sockets.clients.forEach((client) => client.terminate()),
  };
  server.on("upgrade", (request: IncomingMessage, socket, head) => {
    const url = new URL(request.url ?? "/", "http://box");
    const isKnown = request.headers.authorization === `Bearer ${serviceSecret}`;
    if (url.pathname !== "/api/events/stream" || !isKnown) {
      box.refusedConnections += 1;
      socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
      return;
    }
    const after = Number(url.searchParams.get("after"));
    box.askedFrom.push(after);
    sockets.handleUpgrade(request, socket, head, (client) => {
      for (const event of events) if (event.cursor > after) client.send(sent(event));
      client.send(JSON.stringify({ kind: "caught-up", cursor: events.length }));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = async (): Promise<void> => {
    sockets.clients.forEach((client) => client.terminate());
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return Object.assign(box, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close });
}
