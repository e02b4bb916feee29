/**
 * Stands between a box and a drachtio-server, so that the box may be killed: to the server it is one application that never leaves; to boxes it is a server that knows
 * the tags `instance:` and `run:` (`control/instances.ts`). drachtio-server 0.9.10 gives the dialogs of an application that left to nobody.
 *
 *   served ─connection closed─▶ waiting: frames are held ─a box authenticates─▶ served       waiting ─nobody in time─▶ calls are hung up
 *   any ─server gone─▶ without a server: nobody is let in ─it is back─▶ waiting, with nothing kept
 */
import { createServer, connect, type Server, type Socket } from "node:net";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import { FrameReader } from "../control/frame-reader.ts";
import { KeptWork, readFrame } from "./kept-work.ts";

export type KeeperOrder = {
  server: { host: string; port: number; secret: string };
  /** How long calls wait for a box. */
  absenceMs: number;
};

const largestHeldBytes = 8 * 1024 * 1024;
const answerWithinMs = 10_000;
const tryAgainMs = 500;
const largestFrame = 16 * 1024 * 1024;

export class Keeper {
  /** Of the port that boxes connect to. */
  readonly secret = randomBytes(24).toString("base64url");
  private readonly order: KeeperOrder;
  private readonly port: Server;
  private server: Socket | null = null;
  private state: "open" | "closed" = "open";
  private work = new KeptWork();
  /** The server's words to whoever authenticates: its addresses and version. */
  private welcome = "";
  private readonly routed = new Set<string>();
  /** Commands of the keeper's own, whose replies are nobody else's business. */
  private readonly own = new Set<string>();
  /** INVITEs that were given up; a 2xx that crosses is hung up. */
  private readonly givenUp = new Set<string>();
  private box: { socket: Socket; run: string } | null = null;
  private lastRun: string | null = null;
  private held: Buffer[] = [];
  private heldBytes = 0;
  /** Hang-ups that the box may not have read: what it was told since its last word. */
  private hangUps: Buffer[] = [];
  private absence: NodeJS.Timeout | null = null;

  private constructor(order: KeeperOrder) {
    this.order = order;
    this.port = createServer({ noDelay: true });
  }

  /** Rejects when the server does not answer or refuses the secret. */
  static async open(order: KeeperOrder): Promise<Keeper> {
    const keeper = new Keeper(order);
    await keeper.connectServer();
    return keeper;
  }

  /** A server of this project's engine keeps calls by itself. */
  get isNeeded(): boolean {
    return !/\|v[\d.]+-la2/.test(this.welcome);
  }

  /** Where boxes connect. */
  async listen(): Promise<{ host: string; port: number }> {
    this.port.on("connection", (socket: Socket) => this.receive(socket));
    this.port.listen(0, "127.0.0.1");
    await once(this.port, "listening");
    const address = this.port.address();
    return { host: "127.0.0.1", port: typeof address === "object" && address !== null ? address.port : 0 };
  }

  close(): void {
    this.state = "closed";
    if (this.absence !== null) clearTimeout(this.absence);
    this.port.close();
    this.box?.socket.destroy();
    this.server?.end();
  }

  private async connectServer(): Promise<void> {
    const { host, port, secret } = this.order.server;
    const server = connect({ host, port, noDelay: true, keepAlive: true });
    server.on("error", () => undefined);
    const signal = AbortSignal.timeout(answerWithinMs);
    try {
      await once(server, "connect", { signal });
      await this.introduce(server, secret, signal);
    } catch (error) {
      server.destroy();
      throw new Error(`the SIP stack at ${host}:${port} does not answer: ${(error as Error).message}`, {
        cause: error,
      });
    }
    this.server = server;
    server.once("close", () => this.serverLost());
  }

  private async introduce(server: Socket, secret: string, signal: AbortSignal): Promise<void> {
    const reader = new FrameReader();
    const answered = Promise.withResolvers<void>();
    let greeting: "awaited" | "heard" = "awaited";
    signal.addEventListener("abort", () => answered.reject(new Error("no answer")), { once: true });
    server.once("close", () => answered.reject(new Error("it closed the connection")));
    server.on("data", (chunk: Buffer) => {
      for (const frame of reader.push(chunk, () => largestFrame)) {
        if (frame.kind === "broken") return server.destroy();
        if (greeting === "heard") {
          this.fromServer(frame.payload);
          continue;
        }
        const fields = frame.payload.toString("utf8").split("|");
        if (fields[3] !== "OK") return answered.reject(new Error(fields[4] ?? "refused"));
        this.welcome = fields.slice(4).join("|");
        greeting = "heard";
        answered.resolve();
      }
      return undefined;
    });
    write(server, `${randomUUID()}|authenticate|${secret}|`);
    await answered.promise;
  }

  /** Its calls are lost with it. The box is told as it would be without a keeper: its connection breaks, and comes back when the server does. */
  private serverLost(): void {
    this.server = null;
    if (this.state === "closed") return;
    this.work = new KeptWork();
    this.routed.clear();
    this.own.clear();
    this.givenUp.clear();
    this.lastRun = null;
    this.held = [];
    this.heldBytes = 0;
    this.hangUps = [];
    this.box?.socket.destroy();
    const again = (): void => {
      if (this.state === "open") this.connectServer().catch(() => setTimeout(again, tryAgainMs));
    };
    setTimeout(again, tryAgainMs);
  }

  private receive(socket: Socket): void {
    const reader = new FrameReader();
    socket.on("error", () => undefined);
    socket.on("close", () => this.left(socket));
    socket.on("data", (chunk: Buffer) => {
      for (const frame of reader.push(chunk)) {
        if (frame.kind === "broken") return socket.destroy();
        if (this.box?.socket === socket) this.fromBox(frame.payload);
        else if (!this.admit(socket, frame.payload)) return socket.destroy();
      }
      return undefined;
    });
  }

  private admit(socket: Socket, payload: Buffer): boolean {
    const [messageId = "", type, secret, tags = ""] = payload.toString("utf8").split("|");
    if (type !== "authenticate" || secret !== this.secret || this.server === null) return false;
    const named = tags.split(",");
    const instance = named.find((tag) => tag.startsWith("instance:")) ?? "";
    const run = named.find((tag) => tag.startsWith("run:")) ?? randomUUID();
    const earlier = this.box?.socket;
    this.box = { socket, run };
    earlier?.destroy();
    if (this.absence !== null) clearTimeout(this.absence);
    this.absence = null;
    write(socket, `${randomUUID()}|response|${messageId}|OK|${this.welcome}`);
    if (this.lastRun !== null) this.handOver(socket, instance, run !== this.lastRun);
    this.lastRun = run;
    return true;
  }

  /** What was under way is ended; the dialogs are named, and what happened meanwhile is told. */
  private handOver(socket: Socket, instance: string, isAnotherRun: boolean): void {
    if (isAnotherRun) this.endLeftWork();
    const news = [...this.hangUps, ...this.held];
    const ended = news.map(readFrame).filter(({ method }) => method === "BYE");
    const ids = new Set([...this.work.dialogs, ...ended.map(({ fields }) => fields[9] ?? "")]);
    const list = [...ids].map((id) => `${id}\r\n`).join("");
    write(socket, `${randomUUID()}|response|${instance}|OK|${ids.size}\r\n${list}`);
    for (const payload of news) write(socket, payload);
    this.hangUps = [];
    this.held = [];
    this.heldBytes = 0;
  }

  private endLeftWork(): void {
    const held = new Set(this.held.map((payload) => readFrame(payload).fields[8] ?? ""));
    const { unanswered, placed, unacknowledged } = this.work.leave();
    for (const transactionId of unanswered.filter((id) => !held.has(id)))
      this.say(`sip|${transactionId}|\r\nSIP/2.0 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n`);
    for (const transactionId of placed) {
      this.givenUp.add(transactionId);
      this.say(`sip|${transactionId}|\r\nCANCEL sip:placeholder SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
    }
    for (const { dialogId, call } of unacknowledged) {
      this.acknowledge(dialogId);
      if (call === "hang-up") this.hangUp(dialogId);
    }
  }

  private acknowledge(dialogId: string): void {
    this.say(`sip||${dialogId}\r\nACK sip:placeholder SIP/2.0\r\nContent-Length: 0\r\n\r\n`);
  }

  private hangUp(dialogId: string): void {
    this.work.dialogs.delete(dialogId);
    const reason = 'Reason: SIP;cause=200;text="the application was restarted"';
    this.say(`sip||${dialogId}\r\nBYE sip:placeholder SIP/2.0\r\n${reason}\r\nContent-Length: 0\r\n\r\n`);
  }

  private fromBox(payload: Buffer): void {
    const frame = readFrame(payload);
    const [messageId = "", type, verb = ""] = frame.fields;
    this.hangUps = [];
    // A second registration for the same method would give this application two turns.
    if (type === "route" && this.routed.has(verb))
      return this.tellBox(Buffer.from(`${randomUUID()}|response|${messageId}|OK`));
    if (type === "route") this.routed.add(verb);
    this.work.ordered(frame);
    this.toServer(payload);
    return undefined;
  }

  private fromServer(payload: Buffer): void {
    const frame = readFrame(payload);
    const { fields, status, method } = frame;
    if (fields[1] === "response" && this.own.delete(fields[2] ?? "")) return;
    const transactionId = fields[8] ?? "";
    if (fields[1] === "sip" && status !== null && this.givenUp.has(transactionId)) return this.answeredTooLate(frame);
    this.work.told(frame);
    if (method === "BYE" && this.box !== null) this.hangUps.push(payload);
    this.tellBox(payload);
  }

  private answeredTooLate({ fields, status }: ReturnType<typeof readFrame>): void {
    if (status === null || status < 200) return;
    this.givenUp.delete(fields[8] ?? "");
    if (status < 300) {
      this.acknowledge(fields[9] ?? "");
      this.hangUp(fields[9] ?? "");
    }
  }

  private tellBox(payload: Buffer): void {
    if (this.box !== null) return write(this.box.socket, payload);
    this.held.push(payload);
    this.heldBytes += payload.length;
    if (this.heldBytes > largestHeldBytes) this.giveUp();
    return undefined;
  }

  private left(socket: Socket): void {
    if (this.box?.socket !== socket) return;
    this.box = null;
    this.absence = setTimeout(() => this.giveUp(), this.order.absenceMs);
  }

  /** Nobody came: nobody is left in silence. */
  private giveUp(): void {
    this.held = [];
    this.heldBytes = 0;
    this.endLeftWork();
    for (const dialogId of this.work.dialogs) this.hangUp(dialogId);
  }

  private say(command: string): void {
    const messageId = randomUUID();
    this.own.add(messageId);
    this.toServer(`${messageId}|${command}`);
  }

  private toServer(payload: string | Buffer): void {
    if (this.server !== null) write(this.server, payload);
  }
}

function write(socket: Socket, payload: string | Buffer): void {
  const bytes = typeof payload === "string" ? Buffer.from(payload) : payload;
  socket.write(Buffer.concat([Buffer.from(`${bytes.length}#`), bytes]));
}
