/**
 * One application's connection (control protocol §1, §3).
 *   connected ─authenticate─▶ authenticated ─close─▶ gone
 *       └ anything else, wrong secret ─▶ refused and closed
 */
import { createHash, randomUUID, timingSafeEqual } from "node:crypto";
import type { Socket } from "node:net";
import { proxyCommand } from "../proxy/proxy-command.ts";
import type { EngineCore } from "../user-agent/engine-core.ts";
import type { Application } from "./applications.ts";
import { splitPayload } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { replyFrame } from "./frames.ts";
import { sipCommand } from "./sip-command.ts";

/** At least v0.8.2, or drachtio-srf leaves its pings out. */
const protocolVersion = "v0.9.10-la2";
const tagPattern = /^[A-Za-z0-9\-_+@:]{1,32}$/;
const largestTags = 20;
const largestRoutes = 64;
const longestVerb = 64;
/** An application that does not read for so long that this many bytes wait is let go. */
const largestBacklog = 64 * 1024 * 1024;
/** With this much waiting, new requests go to other applications. */
const slowBacklog = 8 * 1024 * 1024;
/** How long a refused peer may take to read why. */
const farewellMs = 1_000;

export type SessionParts = {
  secrets: readonly string[];
  core: EngineCore;
  /** Called when the application has been told that its secret is right. */
  authenticated?: (application: Application) => void;
};

export class Session implements Application {
  readonly name = randomUUID();
  readonly routes = new Set<string>();
  readonly #socket: Socket;
  readonly #writer: FrameWriter;
  readonly #parts: SessionParts;
  #tags: readonly string[] = [];
  #state: "connected" | "authenticated" | "gone" = "connected";

  constructor(socket: Socket, parts: SessionParts) {
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    this.#parts = parts;
  }

  get tags(): readonly string[] {
    return this.#tags;
  }

  get isAuthenticated(): boolean {
    return this.#state === "authenticated";
  }

  get isSlow(): boolean {
    return this.#socket.writableLength > slowBacklog;
  }

  send(frame: Buffer): void {
    this.tell(frame);
  }

  tell(frame: Buffer, apartFrom = 0): number {
    if (this.#state === "gone") return 0;
    if (this.#socket.writableLength > largestBacklog) {
      this.#parts.core.context.log.write("warn", "application does not read what it is sent", {
        waiting: largestBacklog,
      });
      this.#socket.destroy();
      return 0;
    }
    return this.#writer.write(frame, apartFrom);
  }

  hasRead(frameNumber: number): void {
    this.#writer.hasRead(frameNumber);
  }

  /** One frame of the application. */
  handle(payload: Buffer): void {
    if (this.#state === "gone") return;
    const { fields, message } = splitPayload(payload);
    const [messageId = "", type] = fields;
    if (type === undefined) this.#refuse(messageId, "Invalid message format");
    else if (type === "authenticate") this.#authenticate(messageId, fields);
    else if (this.#state !== "authenticated") this.#refuse(messageId, "not authenticated");
    else if (type === "ping") this.send(replyFrame(messageId, "OK", "pong"));
    else if (type === "route") this.#route(messageId, fields[2] ?? "");
    else if (type === "remove_route") this.#removeRoute(messageId, fields[2] ?? "");
    else if (type === "sip") this.#sip(messageId, fields, message);
    else if (type === "proxy") this.#proxy(messageId, fields, message);
    else this.#refuse(messageId, "Unknown message type");
  }

  /** The connection is closed. */
  left(): void {
    if (this.#state === "authenticated") this.#parts.core.applicationLeft(this);
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
    if (!isAnyOf(this.#parts.secrets, fields[2] ?? "")) return this.#refuse(messageId, "incorrect secret");
    if (tags.length > largestTags || tags.some((tag) => !tagPattern.test(tag)))
      return this.#refuse(messageId, "invalid tags");
    const { core } = this.#parts;
    const isFirst = this.#state === "connected";
    if (isFirst) {
      this.#state = "authenticated";
      this.#tags = tags;
      core.context.applications.add(this);
    }
    const listed = (external: boolean): string =>
      core.context.transport.listeners
        .map((each) => `${each.protocol}/${external ? (each.externalHost ?? each.host) : each.host}:${each.port}`)
        .join(",");
    this.send(replyFrame(messageId, "OK", listed(true), protocolVersion, listed(false)));
    if (isFirst) this.#parts.authenticated?.(this);
  }

  #route(messageId: string, given: string): void {
    const verb = given.toLowerCase();
    if (this.routes.size < largestRoutes && verb !== "" && verb.length <= longestVerb) {
      this.routes.add(verb);
      this.#parts.core.context.applications.route(this, verb);
    }
    this.send(replyFrame(messageId, "OK"));
  }

  #removeRoute(messageId: string, given: string): void {
    const verb = given.toLowerCase();
    this.routes.delete(verb);
    this.#parts.core.context.applications.unroute(this, verb);
    this.send(replyFrame(messageId, "OK"));
  }

  #proxy(messageId: string, fields: string[], message: Buffer | null): void {
    const outcome = proxyCommand(this.#parts.core.context, this, { messageId, fields, message });
    if (outcome === "incomplete") this.#refuse(messageId, "Invalid proxy request: not enough information provided");
  }

  #sip(messageId: string, fields: string[], message: Buffer | null): void {
    const order = {
      messageId,
      transactionId: fields[2] ?? "",
      dialogId: fields[3] ?? "",
      route: fields[4] ?? "",
      message,
    };
    const outcome = sipCommand(this.#parts.core.context, this, order);
    if (outcome === "transaction-id-missing") this.#refuse(messageId, "transaction id missing");
  }
}

/** In constant time, whatever the lengths and whichever of the secrets it is. */
function isAnyOf(secrets: readonly string[], given: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const givenDigest = digest(given);
  let matches = 0;
  for (const secret of secrets) if (timingSafeEqual(digest(secret), givenDigest)) matches += 1;
  return matches > 0;
}
