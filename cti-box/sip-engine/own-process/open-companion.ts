/**
 * The box's side: takes over the companion that an earlier box left running, or starts one. A file says where it is; whoever can read it owns the companion.
 * One that runs on other orders than the box has now is asked to end first.
 */
import { spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { openSync, closeSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { lineReader } from "./companion-order.ts";
import type { CompanionHello, CompanionOrder, CompanionReady } from "./companion-order.ts";

export type CompanionSettings = {
  /** Of the program that the companion runs. */
  program: URL;
  /** Arguments of Node.js itself. */
  nodeArguments?: readonly string[];
  order: unknown;
  /** What of the order a running companion has to have been started with; absent: all of it. */
  essential?: unknown;
  /** Where the companion is found again. Its output goes beside it. */
  recordFile: string;
  orphanedMs: number;
};

export type Companion = {
  facts: unknown;
  /** It was running already. */
  wasRunning: boolean;
  say(message: { kind: string }): void;
  /** Returns the way to stop listening. */
  onMessage(listener: (message: { kind: string }) => void): () => void;
  /** Resolves when it is gone, also by `close`. */
  gone: Promise<null>;
  /** Leaves it running for the next owner. */
  leave(): void;
  /** Ends the companion. */
  close(): Promise<void>;
};

type CompanionRecord = { ownerPort: number; secret: string; orderDigest: string };

const startWithinMs = 20_000;
const helloWithinMs = 5_000;

/** Rejects with the companion's own words when it cannot run. */
export async function openCompanion(settings: CompanionSettings): Promise<Companion> {
  const { recordFile } = settings;
  const orderDigest = digestOf(settings);
  const record = readRecord(recordFile);
  const running = record === null ? null : await takeOver(record, recordFile).catch(() => null);
  if (running !== null && record?.orderDigest === orderDigest) return running;
  await running?.close();
  const secret = randomBytes(24).toString("base64url");
  const ready = await start(settings, secret);
  const started: CompanionRecord = { ...ready, secret, orderDigest };
  writeFileSync(`${recordFile}.new`, JSON.stringify(started), { mode: 0o600 });
  renameSync(`${recordFile}.new`, recordFile);
  return { ...(await takeOver(started, recordFile)), wasRunning: false };
}

function digestOf({ program, nodeArguments = [], order, essential = order }: CompanionSettings): string {
  return createHash("sha256")
    .update(JSON.stringify([program.href, nodeArguments, essential]))
    .digest("hex");
}

function readRecord(file: string): CompanionRecord | null {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as CompanionRecord;
  } catch {
    return null;
  }
}

async function start(settings: CompanionSettings, secret: string): Promise<{ ownerPort: number }> {
  const { program, nodeArguments = [], order, orphanedMs, recordFile } = settings;
  const output = openSync(recordFile.replace(/\.json$/, ".log"), "a", 0o600);
  // A session of its own: what ends the box, also from its terminal, does not end the companion.
  const child = spawn(process.execPath, [...nodeArguments, program.pathname], {
    detached: true,
    stdio: ["pipe", "pipe", output],
  });
  closeSync(output);
  child.stdin?.end(JSON.stringify({ secret, orphanedMs, order } satisfies CompanionOrder));
  const ready = await firstLine(child);
  child.unref();
  if ("problem" in ready) throw new Error(ready.problem);
  return ready;
}

async function firstLine(child: ReturnType<typeof spawn>): Promise<CompanionReady> {
  const { promise, resolve } = Promise.withResolvers<CompanionReady>();
  child.stdout?.setEncoding("utf8");
  child.stdout?.on(
    "data",
    lineReader((line) => resolve(JSON.parse(line ?? "") as CompanionReady)),
  );
  child.once("error", (error) => resolve({ problem: error.message }));
  child.once("exit", (code) => resolve({ problem: `it ended with ${code} before it was ready` }));
  const late = setTimeout(() => resolve({ problem: "it is not ready in time" }), startWithinMs);
  const ready = await promise;
  clearTimeout(late);
  child.stdout?.destroy();
  if ("problem" in ready) child.kill("SIGKILL");
  return ready;
}

async function takeOver({ ownerPort, secret }: CompanionRecord, recordFile: string): Promise<Companion> {
  const socket = connect({ host: "127.0.0.1", port: ownerPort, noDelay: true });
  await once(socket, "connect", { signal: AbortSignal.timeout(helloWithinMs) });
  const gone = Promise.withResolvers<null>();
  socket.on("error", () => undefined);
  socket.once("close", () => gone.resolve(null));
  const listeners = new Set<(message: { kind: string }) => void>();
  const hello = helloFrom(socket, listeners);
  socket.write(`${JSON.stringify({ secret })}\n`);
  const { facts } = await Promise.race([
    hello,
    gone.promise.then(() => Promise.reject(new Error("the companion does not know this box"))),
  ]);
  const say = (message: { kind: string }): void => void socket.write(`${JSON.stringify(message)}\n`);
  return {
    facts,
    wasRunning: true,
    say,
    onMessage: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    gone: gone.promise,
    leave: () => socket.destroy(),
    close: async () => {
      say({ kind: "close" });
      await gone.promise;
      rmSync(recordFile, { force: true });
    },
  };
}

function helloFrom(socket: Socket, listeners: Set<(message: { kind: string }) => void>): Promise<CompanionHello> {
  const { promise, resolve } = Promise.withResolvers<CompanionHello>();
  socket.setEncoding("utf8");
  const read = lineReader((line) => {
    const message = JSON.parse(line ?? "null") as { kind: string };
    if (message.kind === "hello") resolve(message as CompanionHello);
    for (const listener of listeners) listener(message);
  });
  socket.on("data", read);
  return promise;
}
