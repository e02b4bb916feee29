/** RT's HTTP as it is in bad hours. */
import { createServer, type RequestListener, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { createRestClient, type RestClient } from "./rest-client.ts";

const secret = "token 1-14-0123456789abcdef0123456789abcdef";
const schema = z.object({ id: z.string() });
const servers: Server[] = [];

async function clientOf(listener: RequestListener, timeoutMs = 2_000): Promise<RestClient> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  servers.push(server);
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return createRestClient({ url: `http://127.0.0.1:${port}/rt/`, authorization: secret, timeoutMs });
}
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

test("a good answer is parsed; fields that nobody asked for are left out", async () => {
  const rest = await clientOf((request, response) => {
    expect(request.url).toBe("/rt/REST/2.0/ticket/1");
    expect(request.headers.authorization).toBe(secret);
    response.end(JSON.stringify({ id: "1", later: true }));
  });
  expect(await rest({ method: "GET", path: "/ticket/1", schema })).toEqual({ ok: true, value: { id: "1" } });
});

describe("what RT says no with", () => {
  test.each([
    [401, '{"message":"Unauthorized"}', "unauthorised"],
    [403, '{"message":"No permission to create tickets in the queue \'URP\'"}', "forbidden"],
    [404, '{"message":"Not Found"}', "not-found"],
    [400, '{"message":"Permission Denied"}', "refused"],
    [409, "{}", "refused"],
    [429, "slow down", "rate-limited"],
    [500, "<html>Internal Server Error", "down"],
    [503, "", "down"],
    [302, "Login required", "not-understood"],
  ])("status %i is %3$s", async (status, body, kind) => {
    const rest = await clientOf((_request, response) => {
      response.writeHead(status, { location: "http://127.0.0.1:9/" }).end(body);
    });
    const answer = await rest({ method: "GET", path: "/ticket/1?x=1", schema });
    expect(answer).toMatchObject({ ok: false, kind });
    expect(JSON.stringify(answer)).not.toContain("0123456789abcdef");
  });
});

describe("answers that are not RT's", () => {
  test.each([
    ["not JSON", "<html>Sign in</html>"],
    ["cut off", '{"id": "1'],
    ["another shape", '{"id": {"deep": 1}}'],
    ["nothing", ""],
  ])("%s", async (_what, body) => {
    const rest = await clientOf((_request, response) => void response.end(body));
    expect(await rest({ method: "GET", path: "/ticket/1", schema })).toMatchObject({
      ok: false,
      kind: "not-understood",
    });
  });

  test("an endless one is left at its limit", async () => {
    let sent = 0;
    const rest = await clientOf((_request, response) => {
      const more = (): void => {
        sent += 65_536;
        if (!response.destroyed) response.write(Buffer.alloc(65_536, "a"), () => setImmediate(more));
      };
      more();
    });
    expect(await rest({ method: "GET", path: "/ticket/1", schema })).toEqual({
      ok: false,
      kind: "not-understood",
      detail: "GET /ticket/1: answer too long",
    });
    expect(sent).toBeLessThan(64 * 1_048_576);
  });
});

test("no answer in time", async () => {
  const rest = await clientOf(() => undefined, 150);
  const beganMs = performance.now();
  const answer = await rest({ method: "GET", path: "/ticket/1", schema });
  expect(answer).toEqual({ ok: false, kind: "down", detail: "no answer within 0.15 s" });
  expect(performance.now() - beganMs).toBeLessThan(1_500);
});

test("a body that stops in the middle", async () => {
  const rest = await clientOf((_request, response) => void response.write('{"id":'), 150);
  expect(await rest({ method: "GET", path: "/ticket/1", schema })).toMatchObject({ ok: false, kind: "down" });
});

test("nobody listens", async () => {
  const rest = createRestClient({ url: "http://127.0.0.1:9", authorization: secret, timeoutMs: 2_000 });
  const answer = await rest({ method: "GET", path: "/ticket/1", schema });
  expect(answer).toMatchObject({ ok: false, kind: "down" });
  expect(JSON.stringify(answer)).not.toContain("0123456789abcdef");
});

test("a number that RT repeats in its message does not get into ours", async () => {
  const message = "Incomplete query near 'Requestor.MobilePhone LIKE '3%3%1%5%5%5%0%1%2%3'' and '+39 331 5550123'";
  const rest = await clientOf((_request, response) => void response.writeHead(400).end(JSON.stringify({ message })));
  const answer = await rest({ method: "POST", path: "/tickets", schema });
  expect(answer).toMatchObject({ ok: false, kind: "refused" });
  expect(JSON.stringify(answer)).not.toMatch(/0123|3%1/);
});
