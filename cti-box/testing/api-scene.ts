/** The real HTTP server over an office with fakes at its other edges, for tests of the API as programs and pages meet it. */
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";
import type { Session } from "../contracts/index.ts";
import type { ApiOptions, ApiParts, OperatorAccount } from "../src/adapters/api/api-parts.ts";
import { startApi, type RunningApi } from "../src/adapters/api/start-api.ts";
import type { TraceFindings, TraceQuestion } from "../src/application/use-cases.ts";
import { officeReports } from "../src/application/make-reports.ts";
import { openTokenKey } from "../src/adapters/system/token-key.ts";
import { OfficeScene } from "./office-scene.ts";

export const serviceSecret = "secret-of-the-bridge";
export const wallboardKey = "key-of-the-screen-on-the-wall";

export type Answer = { status: number; headers: Headers; text: string; json: unknown };
export type Ask = { token?: string; body?: unknown; text?: string; type?: string; headers?: Record<string, string> };

function account(login: string, displayName: string, roles: OperatorAccount["roles"]): OperatorAccount {
  const extension = login === "anna" ? "201" : "202";
  return { login, displayName, extension, password: `password of ${login}`, roles, queues: [] };
}

type TraceAnswerer = (question: TraceQuestion) => TraceFindings;

export class ApiScene {
  readonly office: OfficeScene;
  readonly api: RunningApi;
  private readonly base: string;
  private readonly folder: string;
  private readonly lines = new Set<Line>();

  private constructor(parts: { office: OfficeScene; api: RunningApi; base: string; folder: string }) {
    this.office = parts.office;
    this.api = parts.api;
    this.base = parts.base;
    this.folder = parts.folder;
  }

  /** `change`: options of the API that differ from an office with a bridge that is not there. */
  static async open(change: Partial<ApiOptions> = {}, traces?: TraceAnswerer): Promise<ApiScene> {
    const folder = mkdtempSync(join(tmpdir(), "la2-api-"));
    const pages = join(folder, "pages");
    mkdirSync(join(pages, "assets"), { recursive: true });
    writeFileSync(join(pages, "index.html"), "<!doctype html><title>softphone</title>");
    writeFileSync(join(pages, "assets", "page-1a2b.js"), "export {};");
    writeFileSync(join(folder, "private.txt"), "not for the world");
    const scene = await OfficeScene.open();
    const { box, clock, ids, log } = scene;
    const parts: ApiParts = {
      options: {
        listen: { host: "127.0.0.1", port: 0 },
        publicUrl: null,
        tls: null,
        office: { officeId: "x_test1", label: "Comune Uno" },
        operators: [account("anna", "Anna Là", ["front_office"]), account("bruno", "Bruno Sì", ["supervisor"])],
        network: [
          { officeId: "x_test1", label: "Comune Uno", status: "active", topics: [], languages: ["it"], hours: null },
          {
            officeId: "x_test2",
            label: "Città Due",
            status: "active",
            topics: ["tributi"],
            languages: ["it", "de"],
            hours: null,
          },
          { officeId: "x_test3", label: "Comune Tre", status: "suspended", topics: [], languages: ["it"], hours: null },
        ],
        transferPermissions: { supervisor: ["geographic"] },
        crmBridge: { url: "http://127.0.0.1:1", serviceSecret },
        wallboardKey,
        sipWebSocket: null,
        sipWebSocketUrl: "/sip",
        softphoneDirectory: pages,
        iceServers: [],
        ...change,
      },
      commands: box.commands,
      desk: box.desk,
      handlings: box.handlings,
      recalls: box.recalls,
      texts: box.texts,
      accounts: box.accounts,
      queries: box.queries,
      trunks: box.trunks,
      figures: box.figures,
      trunkAdministration: box.trunkAdministration,
      stopNotices: box.stopNotices,
      traces: { find: async (question) => traces?.(question) ?? { state: "off" } },
      reports: officeReports(
        { ...box.queries, monthlyTotals: async () => [] },
        {
          currency: "EUR",
          usual: { perMinute: 0.06, perCall: 0.1, stepSeconds: 60 },
          trunks: new Map(),
        },
      ),
      health: async () => ({ ...box.health(), media: { ok: true, detail: "fake" } }),
      signer: await openTokenKey(folder),
      clock,
      ids,
      log,
    };
    const api = await startApi(parts);
    const { listen, publicUrl } = parts.options;
    // Behind a public address the box is still reached where it listens.
    const base = publicUrl === null ? api.url : `http://${listen.host}:${listen.port}`;
    return new ApiScene({ office: scene, api, base, folder });
  }

  async ask(method: string, path: string, ask: Ask = {}): Promise<Answer> {
    const body = ask.text ?? (ask.body === undefined ? undefined : JSON.stringify(ask.body));
    const answer = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { "content-type": ask.type ?? "application/json" }),
        ...(ask.token !== undefined && { authorization: `Bearer ${ask.token}` }),
        ...ask.headers,
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(10_000),
    });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get("content-type") ?? "");
    return { status: answer.status, headers: answer.headers, text, json: isJson ? JSON.parse(text) : null };
  }

  async signIn(login: string): Promise<Session> {
    const answer = await this.ask("POST", "/api/sessions", { body: { login, password: `password of ${login}` } });
    if (answer.status !== 201) throw new Error(`sign-in of ${login} was answered ${answer.status}: ${answer.text}`);
    return answer.json as Session;
  }

  line(path: string, options: { token?: string; headers?: Record<string, string>; protocol?: string } = {}): Line {
    const line = new Line(`${this.base.replace(/^http/, "ws")}${path}`, options);
    this.lines.add(line);
    return line;
  }

  /** A page that is open and greeted. */
  async page(token: string): Promise<Line> {
    const line = this.line("/api/operator-channel");
    await line.opened;
    line.say({ kind: "hello", token });
    await line.frame((frame) => frame["kind"] === "welcome");
    return line;
  }

  async close(): Promise<void> {
    for (const line of this.lines) line.socket.terminate();
    await this.api.close();
    await this.office.box.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

type Frame = Record<string, unknown>;

/** One WebSocket and all it has heard. */
export class Line {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];
  /** Resolves with 101 when open, with the refusal's status otherwise, and with 0 when the connection just ended. */
  readonly opened: Promise<number>;
  readonly closed: Promise<number>;
  private readonly waiting = new Set<() => void>();

  constructor(url: string, options: { token?: string; headers?: Record<string, string>; protocol?: string }) {
    const headers = {
      ...options.headers,
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
    };
    this.socket = new WebSocket(url, options.protocol === undefined ? [] : [options.protocol], { headers });
    this.opened = new Promise((resolve) => {
      this.socket.on("open", () => resolve(101));
      this.socket.on("unexpected-response", (_request, response) => {
        resolve(response.statusCode ?? 0);
        this.socket.terminate();
      });
      this.socket.on("error", () => resolve(0));
    });
    this.closed = new Promise((resolve) => this.socket.on("close", resolve));
    this.socket.on("message", (content: Buffer) => {
      this.frames.push(JSON.parse(content.toString("utf8")) as Frame);
      for (const wake of this.waiting) wake();
    });
  }

  /** Resolves when the box has read all that was said so far: it answers a ping of the protocol in its turn. */
  async read(): Promise<void> {
    const answered = new Promise((resolve) => this.socket.once("pong", resolve));
    this.socket.ping();
    await answered;
  }

  say(frame: unknown): void {
    this.socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  /** The first frame, heard or still to come, that fits. Fails after five seconds. */
  frame(fits: (frame: Frame) => boolean): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.frames.find(fits);
        if (found === undefined) return;
        clearTimeout(deadline);
        this.waiting.delete(look);
        resolve(found);
      };
      const heard = (): string => JSON.stringify(this.frames.map((frame) => frame["kind"]));
      const deadline = setTimeout(() => reject(new Error(`frame did not come; heard ${heard()}`)), 5_000);
      this.waiting.add(look);
      look();
    });
  }
}
