/** The bridge's HTTP API and operator channel against strangers, wrong roles and bad input. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generateKeyPair, SignJWT } from "jose";
import { ulid } from "ulid";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { bridgeConfigSchema } from "../../config.ts";
import { startBridge, type RunningBridge } from "../../start-bridge.ts";
import { citizenNumber, startCall } from "../../../testing/citizen-call.ts";
import { serviceSecret, startFakeBox, type FakeBox } from "../../../testing/fake-box.ts";
import { openDesk } from "../../../testing/operator-desk.ts";
import { until } from "../../../testing/until.ts";

let box: FakeBox;
let stranger: FakeBox;
let bridge: RunningBridge;
let folder: string;
const warnings: string[] = [];
const ticketId = ulid();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "la2-api-"));
  [box, stranger] = [await startFakeBox("x_test1"), await startFakeBox("x_test1")];
  const config = bridgeConfigSchema.parse({
    office: { officeId: "x_test1", label: "Comune di Prova" },
    listen: { host: "127.0.0.1", port: 0 },
    box: { url: box.url, serviceSecret },
    dataDirectory: folder,
    seedTickets: [{ ticketId, subject: "Pratica edilizia", category: "casa", phone: citizenNumber }],
  });
  const log = (fields: object, message: string): number => warnings.push(`${message} ${JSON.stringify(fields)}`);
  bridge = await startBridge(config, { info: () => undefined, warn: log, error: log });
});
afterAll(async () => {
  await bridge.close();
  await Promise.all([box.close(), stranger.close()]);
  rmSync(folder, { recursive: true, force: true });
});

async function ask(
  path: string,
  rest: { method?: string; token?: string; body?: string; headers?: Record<string, string> } = {},
) {
  const response = await fetch(`${bridge.url}${path}`, {
    method: rest.method ?? "GET",
    headers: {
      ...(rest.token !== undefined && { authorization: `Bearer ${rest.token}` }),
      ...(rest.body !== undefined && { "content-type": "application/json" }),
      ...rest.headers,
    },
    ...(rest.body !== undefined && { body: rest.body }),
  });
  return {
    status: response.status,
    type: response.headers.get("content-type"),
    body: (await response.json()) as Record<string, unknown>,
  };
}

async function tokenWith(claims: { audience?: string; officeId?: string; expires?: string }): Promise<string> {
  const { privateKey } = await generateKeyPair("ES256");
  return new SignJWT({ officeId: claims.officeId ?? "x_test1", displayName: "Anna", roles: ["front_office"] })
    .setProtectedHeader({ alg: "ES256", kid: "1" })
    .setSubject("anna")
    .setAudience(claims.audience ?? "la2-cti")
    .setIssuedAt()
    .setExpirationTime(claims.expires ?? "1h")
    .setJti("j")
    .sign(privateKey);
}

const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from('{"sub":"anna","officeId":"x_test1","roles":["supervisor"]}').toString("base64url")}.`;

describe("a request without the right to it", () => {
  test.each<[string, () => Promise<string | undefined>]>([
    ["no token", () => Promise.resolve(undefined)],
    ["no token at all but words", () => Promise.resolve("let-me-in")],
    ["a token that nobody signed", () => Promise.resolve(unsigned)],
    ["a token signed with another key", () => tokenWith({})],
    ["a token of another box that calls itself the same office", () => stranger.tokenOf("anna")],
  ])("%s: 401, in the reader's language", async (_case, token) => {
    const given = await token();
    const refused = await ask(`/api/tickets/${ticketId}`, {
      ...(given !== undefined && { token: given }),
      headers: { "accept-language": "en" },
    });
    expect(refused).toMatchObject({ status: 401, type: expect.stringContaining("application/problem+json") as string });
    expect(refused.body).toMatchObject({ type: "/problems/not-signed-in", title: "Sign in first" });
    expect(warnings.at(-1)).toBe('a request was refused {"reason":"not-signed-in","route":"/api/tickets/:ticketId"}');
  });

  test("an administrator sees no ticket: 403", async () => {
    const token = await box.tokenOf("root", ["administrator"]);
    expect(await ask(`/api/tickets/${ticketId}`, { token })).toMatchObject({
      status: 403,
      body: { type: "/problems/not-allowed" },
    });
  });

  test("the front office takes no ticket, the back office does", async () => {
    const take = (updateId: string): string => JSON.stringify({ operation: "take", updateId });
    const path = `/api/tickets/${ticketId}/updates`;
    const asFront = await ask(path, { method: "POST", token: await box.tokenOf("anna"), body: take(ulid()) });
    expect(asFront).toMatchObject({ status: 403, body: { title: "Il ruolo non lo consente" } });
    const asBoth = await ask(path, {
      method: "POST",
      token: await box.tokenOf("bea", ["front_office", "back_office"]),
      body: take(ulid()),
    });
    expect(asBoth).toMatchObject({ status: 200, body: { status: "in_progress", assignee: "bea" } });
  });
});

describe("a request that cannot be read", () => {
  test.each<[string, string, number, string]>([
    ["no JSON", "{oops", 400, "/problems/malformed"],
    ["another shape", "[]", 422, "/problems/validation"],
    [
      "a subject too short and a category that does not exist",
      JSON.stringify({ ticketId: ulid(), subject: "x", topic: { category: "nonsense" } }),
      422,
      "/problems/validation",
    ],
    ["too large", JSON.stringify({ ticketId: ulid(), description: "x".repeat(300_000) }), 413, "/problems/too-large"],
  ])("%s", async (...[, body, status, type]) => {
    const refused = await ask("/api/tickets", { method: "POST", token: await box.tokenOf("anna"), body });
    expect(refused).toMatchObject({ status, body: { type } });
    expect(JSON.stringify(refused.body)).not.toContain("node_modules");
  });

  test("every fault is named at once", async () => {
    const body = JSON.stringify({ ticketId: "nope", subject: "x", topic: { category: "nonsense" } });
    const { body: problem } = await ask("/api/tickets", { method: "POST", token: await box.tokenOf("anna"), body });
    const pointers = (problem["problems"] as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers.toSorted()).toEqual(["/subject", "/ticketId", "/topic/category"]);
  });

  test("a ticket or a page that does not exist: 404", async () => {
    const token = await box.tokenOf("anna");
    expect((await ask(`/api/tickets/${ulid()}`, { token })).status).toBe(404);
    expect((await ask("/api/nothing", { token })).status).toBe(404);
    expect((await ask("/api/tickets/..%2f..%2fetc", { token })).status).toBe(404);
  });
});

test("the same ticket created ten times at once is one ticket", async () => {
  const [token, id] = [await box.tokenOf("anna"), ulid()];
  const body = JSON.stringify({
    ticketId: id,
    subject: "Buca in strada",
    topic: { category: "trasporti_infrastrutture" },
    requester: { phone: "+393315550999" },
  });
  const all = await Promise.all(Array.from({ length: 10 }, () => ask("/api/tickets", { method: "POST", token, body })));
  expect(new Set(all.map((each) => each.body["localTicketId"])).size).toBe(1);
  expect(all.every((each) => each.status === 201)).toBe(true);
  const found = await ask("/api/ticket-searches", {
    method: "POST",
    token,
    body: JSON.stringify({ phone: "+393315550999" }),
  });
  expect(found.body["items"]).toHaveLength(1);
});

describe("the operator's channel", () => {
  test("refuses a token that is not the box's, and closes", async () => {
    const desk = await openDesk(bridge.url, await stranger.tokenOf("anna"));
    expect(desk.frames).toEqual([{ kind: "refused", why: "bad-token" }]);
    expect(warnings.at(-1)).toContain("channel was refused");
    desk.close();
  });

  test("tells a pop to the ringing operator on all her pages, and to nobody else", async () => {
    const [page, secondPage, other] = await Promise.all(
      ["anna", "anna", "ugo"].map(async (login) => openDesk(bridge.url, await box.tokenOf(login))),
    );
    const silent = new WebSocket(`${bridge.url.replace("http", "ws")}/api/operator-channel`);
    const heardInSilence: unknown[] = [];
    silent.on("message", (content) => heardInSilence.push(content));
    await once(silent, "open");
    const call = startCall(box);
    call.ring("anna");
    await page?.frame("screen-pop");
    await secondPage?.frame("screen-pop");
    call.end();
    const next = startCall(box);
    next.ring("ugo");
    await other?.frame("screen-pop", (frame) => frame.pop.callId === next.callId);
    expect(other?.frames.filter((frame) => frame.kind === "screen-pop")).toHaveLength(1);
    expect(heardInSilence).toEqual([]);
    next.end();
    silent.terminate();
    for (const desk of [page, secondPage, other]) desk?.close();
  });

  test("a page that opens late gets the pop of the call that rings; frames that make no sense change nothing", async () => {
    const call = startCall(box);
    call.ring("anna");
    const late = await until("the pop is in the welcome", async () => {
      const desk = await openDesk(bridge.url, await box.tokenOf("anna"));
      const welcome = await desk.frame("welcome");
      if (welcome.pops.some((pop) => pop.callId === call.callId)) return desk;
      desk.close();
      return null;
    });
    late.close();
    call.end();
    const socket = new WebSocket(`${bridge.url.replace("http", "ws")}/api/operator-channel`);
    await once(socket, "open");
    for (const frame of ["{", "[]", '{"kind":"hello"}', '{"kind":"pong","sequence":1}', "\u0000"]) socket.send(frame);
    socket.send(JSON.stringify({ kind: "hello", token: await box.tokenOf("anna") }));
    const [welcome] = (await once(socket, "message")) as [Buffer];
    expect(JSON.parse(welcome.toString())).toMatchObject({ kind: "welcome" });
    socket.send("x".repeat(70_000));
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1009);
  });
});

test("an event of the box that is not understood is left out, and the next one is handled", async () => {
  const desk = await openDesk(bridge.url, await box.tokenOf("anna"));
  box.emitUnknown();
  const call = startCall(box, { number: "+393315550777" });
  call.ring("anna");
  const { pop } = await desk.frame("screen-pop", (frame) => frame.pop.callId === call.callId);
  expect(pop.content).toMatchObject({ kind: "new", phone: "+393315550777" });
  expect(warnings.join()).toContain("is not understood and left out");
  desk.close();
  call.end();
});
