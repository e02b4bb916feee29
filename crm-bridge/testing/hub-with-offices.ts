/** A hub in this process with three offices, behind whose address one machine takes every delivery; questions are asked as each office's program would. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JWK } from "jose";
import { publicCodeOf } from "../src/domain/public-code.ts";
import { createOfficeKeys, hubName, tokenSource, type TokenSource } from "../src/tupa/contract/office-tokens.ts";
import { startHub } from "../src/tupa/hub/start-hub.ts";

export type HubAnswer = { status: number; replayed: boolean; body: Record<string, unknown> };
export type HubWithOffices = {
  url: string;
  /** Transfers that were delivered, in order. */
  deliveries: string[];
  logged: string[];
  /** By office: `x_test1` to `x_test3`, and `stranger`, who calls himself `x_test1` and has another key. */
  tokens: Record<string, TokenSource>;
  /** With `post` it is a POST; `token` instead of the office's own. */
  ask(officeId: string, path: string, post?: { key?: string; body: unknown; token?: string }): Promise<HubAnswer>;
  close(): Promise<void>;
};

export async function startHubWithOffices(): Promise<HubWithOffices> {
  const folder = mkdtempSync(join(tmpdir(), "la2-hub-"));
  const deliveries: string[] = [];
  const logged: string[] = [];
  const tokens: Record<string, TokenSource> = {};
  const target = takesAll(deliveries);
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
  const hub = await startHub(config, { info: log, warn: log, error: log });
  return {
    url: hub.url,
    deliveries,
    logged,
    tokens,
    ask: async (officeId, path, post) => {
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
    },
    close: async () => {
      await hub.close();
      target.closeAllConnections();
      target.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function takesAll(deliveries: string[]): Server {
  return createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { transfer } = JSON.parse(Buffer.concat(chunks).toString()) as { transfer: { transferId: string } };
      deliveries.push(transfer.transferId);
      response.setHeader("content-type", "application/json").end(JSON.stringify({ targetLocalTicketId: "B-7" }));
    });
  });
}

/** A ticket of `x_test1`, as that office registers it. */
export function registration(ticketId: string): Record<string, unknown> {
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

/** Its transfer, without a call. */
export const requestOf = (transferId: string, toOfficeId = "x_test2") => ({
  transferId,
  fromOfficeId: "x_test1",
  toOfficeId,
  mode: "sync",
  reason: "competence",
  message: "",
  withCall: false,
  call: null,
});
