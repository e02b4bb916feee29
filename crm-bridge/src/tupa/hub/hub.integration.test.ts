/** The hub as an office's program meets it: who may ask, what is repeated, what is not told. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JWK } from "jose";
import { ulid } from "ulid";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { publicCodeOf } from "../../domain/public-code.ts";
import { createOfficeKeys, hubName, tokenSource, type TokenSource } from "../contract/office-tokens.ts";
import type { FeedItem } from "../contract/objects.ts";
import { startHub, type RunningHub } from "./start-hub.ts";

let hub: RunningHub;
let target: Server;
let folder: string;
const deliveries: string[] = [];
const logged: string[] = [];
const tokens: Record<string, TokenSource> = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "la2-hub-"));
  target = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { transfer } = JSON.parse(Buffer.concat(chunks).toString()) as { transfer: { transferId: string } };
      deliveries.push(transfer.transferId);
      response.setHeader("content-type", "application/json").end(JSON.stringify({ targetLocalTicketId: "B-7" }));
    });
  });
  target.listen(0, "127.0.0.1");
  await once(target, "listening");
  const endpoint = `http://127.0.0.1:${(target.address() as AddressInfo).port}`;
  const offices: { officeId: string; label: string; endpoint: string; publicKey: JWK }[] = [];
  for (const officeId of ["x_test1", "x_test2", "x_test3"]) {
    const keys = await createOfficeKeys();
    tokens[officeId] = await tokenSource(officeId, keys.privateKey);
    offices.push({ officeId, label: officeId, endpoint, publicKey: keys.publicKey });
  }
  tokens["stranger"] = await tokenSource("x_test1", (await createOfficeKeys()).privateKey);
  const log = (fields: object, message: string): number => logged.push(`${message} ${JSON.stringify(fields)}`);
  const config = {
    listen: { host: "127.0.0.1", port: 0 },
    dataDirectory: folder,
    privateKey: (await createOfficeKeys()).privateKey as never,
    offices: offices as never,
  };
  hub = await startHub(config, { info: log, warn: log, error: log });
});
afterAll(async () => {
  await hub.close();
  target.closeAllConnections();
  target.close();
  rmSync(folder, { recursive: true, force: true });
});

type Answer = { status: number; replayed: boolean; body: Record<string, unknown> };
async function ask(
  officeId: string,
  path: string,
  post?: { key?: string; body: unknown; token?: string },
): Promise<Answer> {
  const token = post?.token ?? (await tokens[officeId]?.(hubName));
  const response = await fetch(`${hub.url}/tupa/v1${path}`, {
    method: post === undefined ? "GET" : "POST",
    headers: {
      authorization: `Bearer ${token}`,
      ...(post && { "content-type": "application/json" }),
      ...(post?.key !== undefined && { "idempotency-key": post.key }),
    },
    ...(post && { body: JSON.stringify(post.body) }),
  });
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, replayed: response.headers.get("idempotency-replayed") === "true", body };
}

function registration(ticketId: string): Record<string, unknown> {
  return {
    contractVersion: "1.0",
    ticketId,
    publicCode: publicCodeOf(ticketId),
    origin: { officeId: "x_test1", localTicketId: "A-1", createdAt: new Date().toISOString() },
    status: "open_bo",
    accessChannel: "phone",
    contactReason: "information",
    topic: { category: "casa", taxonomyVersion: "1" },
    subject: "Pratica edilizia",
    description: "",
    language: "it",
    priority: "normal",
    requester: null,
    consent: null,
    call: null,
  };
}
const requestOf = (transferId: string, toOfficeId = "x_test2") => ({
  transferId,
  fromOfficeId: "x_test1",
  toOfficeId,
  mode: "sync",
  reason: "competence",
  message: "",
  withCall: false,
  call: null,
});
async function registered(): Promise<string> {
  const ticketId = ulid();
  expect((await ask("x_test1", "/tickets", { key: ulid(), body: registration(ticketId) })).status).toBe(201);
  return ticketId;
}
const offer = (ticketId: string, transferId: string, key = transferId) =>
  ask("x_test1", `/tickets/${ticketId}/transfers`, { key, body: requestOf(transferId) });

describe("who asks", () => {
  test("a stranger who calls himself an office, nobody, and a token used twice get 401", async () => {
    const used = (await tokens["x_test1"]?.(hubName)) ?? "";
    const body = registration(ulid());
    expect((await ask("stranger", "/offices")).status).toBe(401);
    expect((await ask("nobody", "/offices")).status).toBe(401);
    expect(logged).toContain('a request was refused {"reason":"invalid-token","route":"/tupa/v1/offices"}');
    expect((await ask("x_test1", "/tickets", { key: ulid(), body, token: used })).status).toBe(201);
    expect((await ask("x_test1", "/tickets", { key: ulid(), body, token: used })).status).toBe(401);
    const elsewhere = (await tokens["x_test1"]?.("x_test2")) ?? "";
    expect((await ask("x_test1", "/tickets", { key: ulid(), body, token: elsewhere })).status).toBe(401);
  });

  test("whether a ticket exists is not told to who has no part in it", async () => {
    const ticketId = await registered();
    const [real, none] = [await ask("x_test3", `/tickets/${ticketId}`), await ask("x_test3", `/tickets/${ulid()}`)];
    expect([real.status, real.body]).toEqual([none.status, none.body]);
    expect(real.status).toBe(404);
    expect((await ask("x_test3", `/tickets/${ticketId}/events`)).status).toBe(404);
    const stolen = await ask("x_test3", `/tickets/${ticketId}/transfers`, {
      key: ulid(),
      body: { ...requestOf(ulid(), "x_test2"), fromOfficeId: "x_test3" },
    });
    expect(stolen.status).toBe(404);
  });

  test("an office does not speak for another", async () => {
    const ticketId = await registered();
    const transferId = ulid();
    await offer(ticketId, transferId);
    const accept = { targetLocalTicketId: "X", operatorRef: null, takeNow: true };
    expect((await ask("x_test3", `/transfers/${transferId}/acceptance`, { key: ulid(), body: accept })).status).toBe(
      404,
    );
    expect((await ask("x_test1", `/transfers/${transferId}/acceptance`, { key: ulid(), body: accept })).status).toBe(
      403,
    );
    expect(
      (await ask("x_test2", `/transfers/${transferId}/withdrawal`, { key: ulid(), body: { reason: "cancelled" } }))
        .status,
    ).toBe(403);
    expect((await ask("x_test2", "/tickets", { key: ulid(), body: registration(ulid()) })).status).toBe(403);
  });
});

describe("what is asked again", () => {
  test("a transfer sent ten times at once is one, delivered once", async () => {
    const ticketId = await registered();
    const transferId = ulid();
    const answers = await Promise.all(Array.from({ length: 10 }, () => offer(ticketId, transferId)));
    expect(new Set(answers.map((each) => each.status))).toEqual(new Set([201]));
    expect(new Set(answers.map((each) => JSON.stringify(each.body))).size).toBe(1);
    expect(deliveries.filter((each) => each === transferId)).toEqual([transferId]);
    const later = await offer(ticketId, transferId);
    expect([later.replayed, later.status]).toEqual([true, 201]);
    // Under another key it is still the same transfer.
    expect((await offer(ticketId, transferId, ulid())).body["transferId"]).toBe(transferId);
    const { body } = await ask("x_test1", `/tickets/${ticketId}/events`);
    expect((body["items"] as { type: string }[]).map(({ type }) => type)).toEqual([
      "created",
      "transfer_requested",
      "transfer_delivered",
    ]);
  });

  test("one key for two different requests is refused", async () => {
    const ticketId = await registered();
    const transferId = ulid();
    await offer(ticketId, transferId);
    const other = await ask("x_test1", `/tickets/${ticketId}/transfers`, {
      key: transferId,
      body: { ...requestOf(transferId), message: "altro" },
    });
    expect([other.status, other.body["title"]]).toEqual([422, "idempotency-mismatch"]);
  });

  test("of acceptance and withdrawal at the same time exactly one is heard", async () => {
    const wins = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const ticketId = await registered();
        const transferId = ulid();
        await offer(ticketId, transferId);
        const [accepted, withdrawn] = await Promise.all([
          ask("x_test2", `/transfers/${transferId}/acceptance`, {
            key: ulid(),
            body: { targetLocalTicketId: "B-7", operatorRef: null, takeNow: true },
          }),
          ask("x_test1", `/transfers/${transferId}/withdrawal`, { key: ulid(), body: { reason: "no_answer" } }),
        ]);
        const { body } = await ask("x_test1", `/tickets/${ticketId}`);
        expect((body["owner"] as { officeId: string }).officeId).toBe(accepted.status === 200 ? "x_test2" : "x_test1");
        return [accepted.status, withdrawn.status].toSorted((one, other) => one - other);
      }),
    );
    for (const each of wins) expect(each).toEqual([200, 409]);
  });
});

test("bad input is named, and the hub goes on", async () => {
  const noKey = await ask("x_test1", "/tickets", { body: registration(ulid()) });
  const wrong = await ask("x_test1", "/tickets", {
    key: ulid(),
    body: { ...registration(ulid()), subject: "", publicCode: "1" },
  });
  const unknown = await ask("x_test1", `/tickets/${await registered()}/transfers`, {
    key: ulid(),
    body: requestOf(ulid(), "x_nowhere"),
  });
  expect([noKey.status, wrong.status, unknown.status]).toEqual([422, 422, 422]);
  expect((wrong.body["errors"] as { pointer: string }[]).map(({ pointer }) => pointer)).toEqual([
    "/publicCode",
    "/subject",
  ]);
  expect(unknown.body["title"]).toBe("unknown-office");
  expect((await fetch(`${hub.url}/tupa/v1/status`)).status).toBe(200);
});

test("a feed gives each party what happened after its cursor, once, and wakes who waits", async () => {
  const { body: before } = await ask("x_test2", "/events?limit=500");
  const cursor = before["nextCursor"] as number;
  const waiting = ask("x_test2", `/events?cursor=${cursor}&wait=10`);
  const ticketId = await registered();
  await offer(ticketId, ulid());
  const { body } = await waiting;
  const items = body["items"] as FeedItem[];
  expect(items.length).toBeGreaterThan(0);
  expect(items.every((item) => item.event.ticketId === ticketId && item.cursor > cursor)).toBe(true);
  expect((await ask("x_test3", `/events?cursor=${cursor}&limit=500`)).body["items"]).toEqual([]);
});
