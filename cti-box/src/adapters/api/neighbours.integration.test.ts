/** The two programs that the page reaches through the box's origin: the engine under /sip, the bridge under /crm. Either may be away. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { WebSocketServer } from "ws";
import { afterEach, expect, it } from "vitest";
import { problemSchema } from "../../../contracts/index.ts";
import { ApiScene, serviceSecret } from "../../../testing/api-scene.ts";

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end();
});

async function neighbour(): Promise<{ server: Server; port: number; asked: string[]; origin: string }> {
  const asked: string[] = [];
  const server = createServer((request: IncomingMessage, response) => {
    let body = "";
    request.on("data", (chunk) => (body += String(chunk)));
    request.on("end", () => {
      asked.push(`${request.method} ${request.url} ${request.headers.authorization} ${body}`);
      response.writeHead(201, { "content-type": "application/json" }).end('{"from":"the bridge"}');
    });
  });
  const sockets = new WebSocketServer({ server });
  sockets.on("connection", (socket, request) => {
    asked.push(`upgrade ${request.url} ${request.headers["sec-websocket-protocol"] ?? "-"}`);
    socket.on("message", (content: Buffer) => socket.send(content.toString("utf8")));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ends.push(async () => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    if (server.listening) await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { server, port, asked, origin: `http://127.0.0.1:${port}` };
}

async function box(change: Parameters<typeof ApiScene.open>[0]): Promise<ApiScene> {
  const scene = await ApiScene.open(change);
  ends.push(() => scene.close());
  return scene;
}

it("passes requests and lines on to the bridge, with their token and without the prefix", async () => {
  const { asked, origin } = await neighbour();
  const scene = await box({ crmBridge: { url: origin, serviceSecret } });
  const answer = await scene.ask("POST", "/crm/api/tickets?x=1", { token: "t", body: { subject: "però" } });
  expect({ status: answer.status, json: answer.json }).toEqual({ status: 201, json: { from: "the bridge" } });
  const line = scene.line("/crm/api/operator-channel");
  expect(await line.opened).toBe(101);
  line.say({ kind: "hello" });
  expect(await line.frame((frame) => frame["kind"] === "hello")).toEqual({ kind: "hello" });
  expect(asked).toEqual(['POST /api/tickets?x=1 Bearer t {"subject":"però"}', "upgrade /api/operator-channel -"]);
});

it("with the bridge away tickets get a clear problem, and the phone goes on", async () => {
  const gone = await neighbour();
  await ends.pop()?.();
  const scene = await box({ crmBridge: { url: gone.origin, serviceSecret } });
  const answer = await scene.ask("GET", "/crm/api/tickets/1", { headers: { "accept-language": "en" } });
  expect(answer.status).toBe(503);
  expect(answer.headers.get("content-type")).toContain("application/problem+json");
  expect(problemSchema.parse(answer.json)).toMatchObject({
    type: "/problems/bridge-unavailable",
    title: "The ticket service does not answer",
  });
  expect(await scene.line("/crm/api/operator-channel").opened).toBe(502);
  const session = await scene.signIn("anna");
  const page = await scene.page(session.token);
  scene.office.register("anna" as never, "session");
  await scene.office.call();
  await page.frame((frame) => frame["kind"] === "call");
});

it("an office without a bridge has no /crm and says so in the session", async () => {
  const scene = await box({ crmBridge: null });
  expect((await scene.signIn("anna")).crmBasePath).toBeNull();
  expect((await scene.ask("GET", "/crm/api/tickets/1")).status).toBe(404);
  expect(await scene.line("/crm/api/operator-channel").opened).toBe(404);
});

it("a line to the bridge ends on both sides when either side ends, and when the box stops", async () => {
  const { origin, server } = await neighbour();
  const scene = await box({ crmBridge: { url: origin, serviceSecret } });
  const first = scene.line("/crm/a");
  const second = scene.line("/crm/b");
  await Promise.all([first.opened, second.opened]);
  server.closeAllConnections();
  first.socket.terminate();
  await first.closed;
  await scene.api.close();
  await second.closed;
});

it("/sip is for SIP from the box's own page only", async () => {
  const { port, asked } = await neighbour();
  const scene = await box({ sipWebSocket: { host: "127.0.0.1", port } });
  const foreign = { origin: "https://elsewhere.example" };
  expect(await scene.line("/sip").opened).toBe(400);
  expect(await scene.line("/sip", { protocol: "xmpp" }).opened).toBe(400);
  expect(await scene.line("/sip", { protocol: "sip", headers: foreign }).opened).toBe(403);
  expect(asked).toEqual([]);
  const line = scene.line("/sip", { protocol: "sip", headers: { origin: scene.api.url } });
  expect(await line.opened).toBe(101);
  expect(line.socket.protocol).toBe("sip");
  line.say('{"kind":"REGISTER"}');
  await line.frame((frame) => frame["kind"] === "REGISTER");
  expect(asked).toEqual(["upgrade / sip"]);
});

it("behind a name of its own, the page's origin is the public one", async () => {
  const { port } = await neighbour();
  const publicUrl = "https://softphone.comune.example";
  const free = await neighbour();
  await ends.pop()?.();
  const listen = { host: "127.0.0.1", port: free.port };
  const scene = await box({ sipWebSocket: { host: "127.0.0.1", port }, publicUrl, listen });
  expect(await scene.line("/sip", { protocol: "sip", headers: { origin: publicUrl } }).opened).toBe(101);
  expect(scene.api.oneTimeLink("anna")).toMatch(/^https:\/\/softphone\.comune\.example\/#code=/);
});
