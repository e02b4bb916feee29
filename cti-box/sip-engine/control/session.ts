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
import type { Frame } from "./frame.ts";
import { splitPayload } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import { replyFrame } from "./frames.ts";
import type { Connection, Instances } from "./instances.ts";
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
  instances: Instances;
  /** How long an application may leave waiting frames unread. */
  stalledMs: number;
  /** Where the engine connected to the application: called when that has been told that its secret is right. */
  authenticated?: (application: Application) => void;
};

export class Session implements Connection {
  readonly name = randomUUID();
  readonly routes = new Set<string>();
  readonly #socket: Socket;
  readonly #writer: FrameWriter;
  readonly #parts: SessionParts;
  #tags: readonly string[] = [];
  /** While more waits than the system takes at once: how much it had taken by when, and when to look again. */
  #waiting: { taken: number; sinceMs: number; lookAgainMs: number } | null = null;
  #state: { kind: "connected" } | { kind: "authenticated"; application: Application } | { kind: "gone" } = {
    kind: "connected",
  };

  constructor(socket: Socket, parts: SessionParts) {
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    this.#parts = parts;
  }

  get tags(): readonly string[] {
    return this.#tags;
  }

  get isAuthenticated(): boolean {
    return this.#state.kind === "authenticated";
  }

  get isSlow(): boolean {
    return this.#socket.writableLength > slowBacklog;
  }

  send(frame: Frame): void {
    this.tell(frame);
  }

  tell(frame: Frame, apartFrom = 0): number {
    if (this.#state.kind === "gone") return 0;
    if (this.#socket.writableLength > largestBacklog || this.#isStalled()) {
      const { applications, log } = this.#parts.core.context;
      applications.counters.stalled += 1;
      log.write("warn", "application does not read what it is sent", { waiting: this.#socket.writableLength });
      this.#socket.destroy();
      return 0;
    }
    const { gaps } = this.#writer;
    const number = this.#writer.write(frame, apartFrom);
    const { counters } = this.#parts.core.context.applications;
    counters.gaps += this.#writer.gaps - gaps;
    counters.framesSent += 1;
    return number;
  }

  /** It has read nothing for too long, although much waits for it: it is stuck, or its machine is gone without a word. */
  #isStalled(): boolean {
    const socket = this.#socket;
    if (!socket.writableNeedDrain) {
      this.#waiting = null;
      return false;
    }
    const now = performance.now();
    if (this.#waiting !== null && now < this.#waiting.lookAgainMs) return false;
    const taken = socket.bytesWritten - socket.writableLength;
    const sinceMs = this.#waiting?.taken === taken ? this.#waiting.sinceMs : now;
    const { stalledMs } = this.#parts;
    this.#waiting = { taken, sinceMs, lookAgainMs: now + stalledMs / 10 };
    return now - sinceMs > stalledMs;
  }

  hasRead(frameNumber: number): void {
    this.#writer.hasRead(frameNumber);
  }

  /** One frame of the application. */
  handle(payload: Buffer): void {
    if (this.#state.kind === "gone") return;
    this.#parts.core.context.applications.counters.framesReceived += 1;
    const { fields, message } = splitPayload(payload);
    const [messageId = "", type] = fields;
    if (type === undefined) this.#refuse(messageId, "Invalid message format");
    else if (type === "authenticate") this.#authenticate(messageId, fields);
    else if (this.#state.kind === "connected") this.#refuse(messageId, "not authenticated");
    else this.#command(this.#state.application, { fields, message });
  }

  #command(application: Application, { fields, message }: Command): void {
    const [messageId = "", type, verb = ""] = fields;
    if (type === "ping") this.send(replyFrame(messageId, "OK", "pong"));
    else if (type === "route") this.#route(application, messageId, verb);
    else if (type === "remove_route") this.#removeRoute(application, messageId, verb);
    else if (type === "sip") this.#sip(application, { fields, message });
    else if (type === "proxy") this.#proxy(application, { fields, message });
    else this.#refuse(messageId, "Unknown message type");
  }

  get written(): number {
    return this.#writer.written;
  }

  continueFrom(frameNumber: number): void {
    this.#writer.continueFrom(frameNumber);
  }

  displaced(): void {
    this.#parts.core.context.log.write("warn", "an application connected again: its earlier connection is closed", {});
    this.#state = { kind: "gone" };
    this.#socket.destroy();
  }

  /** The connection is closed. */
  left(): void {
    const state = this.#state;
    this.#state = { kind: "gone" };
    if (state.kind === "authenticated") this.#parts.instances.detach(this, state.application);
  }

  /** Errors of the protocol itself end the connection (control protocol §3.7). */
  #refuse(messageId: string, text: string): void {
    if (this.#state.kind === "connected") this.#parts.core.context.applications.counters.refused += 1;
    this.#writer.end(replyFrame(messageId, "NO", text));
    this.left();
    setTimeout(() => this.#socket.destroy(), farewellMs).unref();
  }

  #authenticate(messageId: string, fields: string[]): void {
    const tags = (fields[3] ?? "").split(",").filter((tag) => tag !== "");
    if (!isAnyOf(this.#parts.secrets, fields[2] ?? "")) return this.#refuse(messageId, "incorrect secret");
    if (tags.length > largestTags || tags.some((tag) => !tagPattern.test(tag)))
      return this.#refuse(messageId, "invalid tags");
    const { core } = this.#parts;
    const listed = (external: boolean): string =>
      core.context.transport.listeners
        .map((each) => `${each.protocol}/${external ? (each.externalHost ?? each.host) : each.host}:${each.port}`)
        .join(",");
    this.send(replyFrame(messageId, "OK", listed(true), protocolVersion, listed(false)));
    if (this.#state.kind !== "connected") return undefined;
    this.#tags = tags;
    core.context.applications.counters.authenticated += 1;
    const { authenticated, instances } = this.#parts;
    const application = authenticated === undefined ? instances.attach(this) : instances.attachNameless(this);
    this.#state = { kind: "authenticated", application };
    return authenticated?.(application);
  }

  #route(application: Application, messageId: string, given: string): void {
    const verb = given.toLowerCase();
    if (this.routes.size < largestRoutes && verb !== "" && verb.length <= longestVerb) {
      this.routes.add(verb);
      this.#parts.core.context.applications.route(application, verb);
    }
    this.send(replyFrame(messageId, "OK"));
  }

  #removeRoute(application: Application, messageId: string, given: string): void {
    const verb = given.toLowerCase();
    this.routes.delete(verb);
    this.#parts.core.context.applications.unroute(application, verb);
    this.send(replyFrame(messageId, "OK"));
  }

  #proxy(application: Application, { fields, message }: Command): void {
    const [messageId = ""] = fields;
    const outcome = proxyCommand(this.#parts.core.context, application, { messageId, fields, message });
    if (outcome === "incomplete") this.#refuse(messageId, "Invalid proxy request: not enough information provided");
  }

  #sip(application: Application, { fields, message }: Command): void {
    const [messageId = "", , transactionId = "", dialogId = "", route = ""] = fields;
    const order = { messageId, transactionId, dialogId, route, message };
    const outcome = sipCommand(this.#parts.core.context, application, order);
    if (outcome === "transaction-id-missing") this.#refuse(messageId, "transaction id missing");
  }
}

type Command = { fields: readonly string[]; message: Buffer | null };

/** In constant time, whatever the lengths and whichever of the secrets it is. */
function isAnyOf(secrets: readonly string[], given: string): boolean {
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  const givenDigest = digest(given);
  let matches = 0;
  for (const secret of secrets) if (timingSafeEqual(digest(secret), givenDigest)) matches += 1;
  return matches > 0;
}
