/** A registration over a real WebSocket that is cut at the worst moment. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { UserAgent } from "sip.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { KeptRegistration } from "./kept-registration.ts";
import type { LinkState } from "../../domain/session/session.ts";

let server: WebSocketServer;
let kept: KeptRegistration;
const told: LinkState[] = [];

beforeEach(async () => {
  server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "sip" });
  await once(server, "listening");
  // Node's own does not take jsdom's events.
  vi.stubGlobal("WebSocket", WebSocket);
  told.length = 0;
});
afterEach(async () => {
  kept.close();
  for (const socket of server.clients) socket.terminate();
  server.close();
  await once(server, "close");
  vi.unstubAllGlobals();
});

test("a REGISTER whose answer was lost with its connection does not keep the page from registering again", async () => {
  const registers: string[] = [];
  server.on("connection", (socket) =>
    socket.on("message", (content: Buffer) => {
      const request = content.toString();
      if (!request.startsWith("REGISTER ") || /;expires=0\b/.test(request)) return;
      registers.push(request);
      if (registers.length === 1) socket.terminate();
      else accept(socket, request);
    }),
  );
  start((server.address() as AddressInfo).port);
  await vi.waitFor(() => expect(told.at(-1)).toBe("connected"), { timeout: 10_000 });
  expect(told).toEqual(["connecting", "lost", "connected"]);
  expect(registers).toHaveLength(2);
  // One binding: the same contact, so that no second telephone rings.
  expect(contactOf(registers[1] ?? "")).toBe(contactOf(registers[0] ?? ""));
});

function start(port: number): void {
  const uri = UserAgent.makeURI("sip:anna@office.example");
  if (uri === undefined) throw new Error("no URI");
  const agent = new UserAgent({
    uri,
    transportOptions: { server: `ws://127.0.0.1:${port}` },
    logLevel: "error",
    delegate: { onConnect: () => kept.connected(), onDisconnect: () => kept.disconnected() },
  });
  kept = new KeptRegistration(agent, (state) => told.push(state));
  kept.start();
}

function accept(socket: WebSocket, request: string): void {
  const kind = /^(?:Via|From|Call-ID|CSeq|Contact):/i;
  const kept = request.split("\r\n").filter((line) => kind.test(line));
  const to = /^To: (.*)$/m.exec(request)?.[1]?.trim() ?? "";
  socket.send(["SIP/2.0 200 OK", ...kept, `To: ${to};tag=registrar`, "Content-Length: 0", "", ""].join("\r\n"));
}

function contactOf(request: string): string | undefined {
  return /^Contact: (<[^>]+>)/m.exec(request)?.[1];
}
