/**
 * Client of rtpengine's ng protocol over UDP: `cookie SP dictionary` there, the same cookie with the answer back. A request without an answer is
 * sent again with the same cookie; rtpengine then repeats its first answer instead of doing the work twice.
 *
 *   request ─send─▶ waiting ─answer─▶ done     waiting ─250 ms, 500 ms, 1 s─▶ sent again     waiting ─deadline─▶ NgUnreachable
 */
import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { z } from "zod";
import { decodeBencode, encodeBencode } from "./bencode.ts";
import type { Bencoded } from "./bencode.ts";

export type NgMembers = { [key: string]: Bencoded };
export type NgCommand = NgMembers & { command: string };

/** Nothing came back in time, or the client is closed. */
export class NgUnreachable extends Error {}

const RESEND_AFTER_MS = [250, 500, 1000] as const;
const MAX_WAITING = 1000;

const replySchema = z.looseObject({ result: z.string(), "error-reason": z.string().optional() });
export type NgReply = z.infer<typeof replySchema>;

type Waiting = { resolve(reply: NgReply): void; reject(error: Error): void };

export class NgClient {
  private readonly socket: Socket;
  private readonly deadlineMs: number;
  private readonly waiting = new Map<string, Waiting>();
  /** Keeps cookies apart from those of a client that had this port before. */
  private readonly session = randomBytes(6).toString("hex");
  private count = 0;
  private phase: "open" | "closed" = "open";

  /** `deadlineMs`: how long a request may take in all. @throws Error if the address cannot be resolved. */
  static async open({ host, port, deadlineMs = 4000 }: { host: string; port: number; deadlineMs?: number }) {
    const socket = createSocket("udp4");
    // A connected socket takes datagrams of rtpengine only.
    socket.connect(port, host);
    await once(socket, "connect");
    return new NgClient(socket, deadlineMs);
  }

  private constructor(socket: Socket, deadlineMs: number) {
    this.socket = socket;
    this.deadlineMs = deadlineMs;
    // Refused while rtpengine restarts: the next try may find it again.
    socket.on("error", () => {});
    socket.on("message", (bytes) => this.receive(bytes));
  }

  get localAddress(): string {
    return this.socket.address().address;
  }

  /** The reply, whatever its `result` is. `deadlineMs`: as in `open` unless said. @throws NgUnreachable */
  async request(command: NgCommand, deadlineMs = this.deadlineMs): Promise<NgReply> {
    if (this.phase === "closed") throw new NgUnreachable("the client is closed");
    if (this.waiting.size >= MAX_WAITING) throw new NgUnreachable(`${MAX_WAITING} requests wait already`);
    this.count += 1;
    const cookie = `${this.session}_${this.count}`;
    const bytes = Buffer.concat([Buffer.from(`${cookie} `), encodeBencode(command)]);
    return new Promise((resolve, reject) => {
      const timers: NodeJS.Timeout[] = [];
      const settle = (): void => {
        for (const timer of timers) clearTimeout(timer);
        this.waiting.delete(cookie);
      };
      this.waiting.set(cookie, {
        resolve: (reply) => {
          settle();
          resolve(reply);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      const give = (): void => this.send(bytes);
      let afterMs = 0;
      for (const waitMs of RESEND_AFTER_MS) timers.push(setTimeout(give, (afterMs += waitMs)));
      const late = new NgUnreachable(`no answer to ${command.command} within ${deadlineMs} ms`);
      timers.push(setTimeout(() => this.waiting.get(cookie)?.reject(late), deadlineMs));
      give();
    });
  }

  get isClosed(): boolean {
    return this.phase === "closed";
  }

  /** No answer is awaited any more to what was asked so far. */
  abandon(why: string): void {
    for (const waiting of this.waiting.values()) waiting.reject(new NgUnreachable(why));
  }

  async close(): Promise<void> {
    if (this.phase === "closed") return;
    this.phase = "closed";
    this.abandon("the client was closed");
    await new Promise<void>((done) => this.socket.close(() => done()));
  }

  private send(bytes: Buffer): void {
    if (this.phase === "open") this.socket.send(bytes, () => {});
  }

  private receive(bytes: Buffer): void {
    const gap = bytes.indexOf(" ");
    const waiting = gap < 0 ? undefined : this.waiting.get(bytes.toString("latin1", 0, gap));
    // Late answers and repeated ones belong to nobody any more.
    if (waiting === undefined) return;
    try {
      waiting.resolve(replySchema.parse(decodeBencode(bytes.subarray(gap + 1))));
    } catch (cause) {
      waiting.reject(new Error("rtpengine's answer cannot be read", { cause }));
    }
  }
}
