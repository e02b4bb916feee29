/**
 * The control port: applications connect, authenticate, register routes and speak SIP through the engine (control protocol §1, §3).
 *   connected ─authenticate─▶ authenticated ─close─▶ gone
 *       └ anything else, wrong secret ─▶ refused and closed
 */
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import type { EngineCore } from "../user-agent/engine-core.ts";
import { FrameReader, largestFrame, largestFrameBefore, splitPayload } from "./frame-reader.ts";
import { replyFrame } from "./frames.ts";
import { sipCommand } from "./sip-command.ts";

/** At least v0.8.2, or drachtio-srf leaves its pings out. */
const protocolVersion = "v0.9.10-la2";
const tagPattern = /^[A-Za-z0-9\-_+@:]{1,32}$/;
const keepAliveMs = 45_000;
/** An application that does not read for so long that this many bytes wait is let go. */
const largestBacklog = 64 * 1024 * 1024;
const authenticationDeadlineMs = 5_000;
/** How long a refused peer may take to read why. */
const farewellMs = 1_000;
const largestConnections = 256;

export class ControlServer {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  static async open(options: {
    host: string;
    port: number;
    secrets: readonly string[];
    core: EngineCore;
  }): Promise<ControlServer> {
    const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: keepAliveMs });
    server.maxConnections = largestConnections;
    const control = new ControlServer(server);
    server.on("connection", (socket) => {
      control.#connections.add(socket);
      socket.once("close", () => control.#connections.delete(socket));
      serve(socket, options);
    });
    const opened = once(server, "listening");
    server.listen(options.port, options.host);
    await opened;
    server.on("error", () => undefined);
    return control;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#connections) socket.destroy();
    await closed;
  }
}

type Options = { secrets: readonly string[]; core: EngineCore };

class Session {
  readonly name = randomUUID();
  readonly routes = new Set<string>();
  readonly #socket: Socket;
  readonly #options: Options;
  #state: "connected" | "authenticated" | "gone" = "connected";

  constructor(socket: Socket, options: Options) {
    this.#socket = socket;
    this.#options = options;
  }

  get isAuthenticated(): boolean {
    return this.#state === "authenticated";
  }

  send(frame: Buffer): void {
    if (this.#state === "gone") return;
    if (this.#socket.writableLength > largestBacklog) this.#socket.destroy();
    else this.#socket.write(frame);
  }

  handle(payload: Buffer): void {
    if (this.#state === "gone") return;
    const { fields, message } = splitPayload(payload);
    const [messageId = "", type] = fields;
    if (type === undefined) this.#refuse(messageId, "Invalid message format");
    else if (type === "authenticate") this.#authenticate(messageId, fields);
    else if (this.#state !== "authenticated") this.#refuse(messageId, "not authenticated");
    else if (type === "ping") this.send(replyFrame(messageId, "OK", "pong"));
    else if (type === "route") this.#route(messageId, fields[2] ?? "", "add");
    else if (type === "remove_route") this.#route(messageId, fields[2] ?? "", "delete");
    else if (type === "sip") this.#sip(messageId, fields, message);
    else if (type === "proxy") this.send(replyFrame(messageId, "NOK", "proxy is not supported by this version"));
    else this.#refuse(messageId, "Unknown message type");
  }

  left(): void {
    if (this.#state === "authenticated") this.#options.core.applicationLeft(this);
    this.#state = "gone";
  }

  /** Errors of the protocol itself end the connection (control protocol §3.7). */
  #refuse(messageId: string, text: string): void {
    this.#socket.end(replyFrame(messageId, "NO", text));
    this.left();
    setTimeout(() => this.#socket.destroy(), farewellMs).unref();
  }

  #authenticate(messageId: string, fields: string[]): void {
    const tags = (fields[3] ?? "").split(",").filter((tag) => tag !== "");
    if (!this.#options.secrets.some((secret) => isEqual(secret, fields[2] ?? "")))
      return this.#refuse(messageId, "incorrect secret");
    if (tags.length > 20 || tags.some((tag) => !tagPattern.test(tag))) return this.#refuse(messageId, "invalid tags");
    const { core } = this.#options;
    this.#state = "authenticated";
    core.context.applications.add(this);
    const listed = (external: boolean): string =>
      core.context.transport.listeners
        .map((each) => `${each.protocol}/${external ? (each.externalHost ?? each.host) : each.host}:${each.port}`)
        .join(",");
    this.send(replyFrame(messageId, "OK", listed(true), protocolVersion, listed(false)));
  }

  #route(messageId: string, verb: string, change: "add" | "delete"): void {
    if (this.routes.size < 64 || change === "delete") this.routes[change](verb.toLowerCase());
    this.send(replyFrame(messageId, "OK"));
  }

  #sip(messageId: string, fields: string[], message: Buffer | null): void {
    const order = {
      messageId,
      transactionId: fields[2] ?? "",
      dialogId: fields[3] ?? "",
      route: fields[4] ?? "",
      message,
    };
    const outcome = sipCommand(this.#options.core.context, this, order);
    if (outcome === "transaction-id-missing") this.#refuse(messageId, "transaction id missing");
  }
}

function serve(socket: Socket, options: Options): void {
  const session = new Session(socket, options);
  const reader = new FrameReader();
  const late = setTimeout(() => {
    if (!session.isAuthenticated) socket.destroy();
  }, authenticationDeadlineMs).unref();
  const limit = (): number => (session.isAuthenticated ? largestFrame : largestFrameBefore);
  socket.on("data", (chunk) => {
    for (const result of reader.push(chunk, limit)) {
      if (result.kind === "broken") {
        options.core.context.log.write("warn", "control connection sent a broken frame", { reason: result.reason });
        socket.destroy();
        return;
      }
      session.handle(result.payload);
      if (socket.writableEnded || socket.destroyed) return;
    }
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    clearTimeout(late);
    session.left();
  });
}

/** In constant time, whatever the lengths. */
function isEqual(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
