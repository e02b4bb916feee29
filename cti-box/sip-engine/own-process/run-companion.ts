/**
 * The companion's side: a program that a box starts and that goes on when the box is killed, until a box takes it over again.
 *
 *   started ─owner connects─▶ owned ⇄ orphaned ─nobody in time─▶ ended       owned ─asked to close, SIGTERM─▶ ended
 */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { timingSafeEqual } from "node:crypto";
import { lineReader } from "./companion-order.ts";
import type { CompanionHello, CompanionOrder, CompanionReady, OwnerHello } from "./companion-order.ts";

/** The part that the companion runs. */
export type CompanionPart = {
  /** Told to every owner. */
  facts: unknown;
  /** Something that the owner says, but for `close`. */
  hear(message: { kind: string }): void;
  /** Resolves when the part ended by itself. */
  closed: Promise<unknown>;
  close(): Promise<void>;
};

/** Its other words are between owner and part. */
export type OwnerMessage = { kind: string; [word: string]: unknown };
export type SayToOwner = (message: OwnerMessage) => void;

/** Messages kept for the next owner. */
const longestSilence = 500;
const helloWithinMs = 5_000;

/** Runs until it is closed. `open` gets the order; what it throws goes to the box that started the companion. */
export async function runCompanion(open: (order: unknown, say: SayToOwner) => Promise<CompanionPart>): Promise<void> {
  const given = JSON.parse(await text(process.stdin)) as CompanionOrder;
  const place = new OwnersPlace(given);
  let part: CompanionPart;
  try {
    part = await open(given.order, (message) => place.say(message));
  } catch (error) {
    tell({ problem: (error as Error).message });
    return;
  }
  const ownerPort = await place.open(part);
  tell({ ownerPort });
  const signalled = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await Promise.race([place.over, part.closed, signalled]);
  await part.close();
  place.close();
}

/** Once: nobody may be left to read more. */
function tell(ready: CompanionReady): void {
  process.stdout.write(`${JSON.stringify(ready)}\n`);
}

class OwnersPlace {
  /** Resolves when the companion has to end: asked to, or nobody owned it for too long. */
  readonly over: Promise<void>;
  private readonly end: () => void;
  private readonly order: Pick<CompanionOrder, "secret" | "orphanedMs">;
  private readonly server: Server;
  private readonly unheard: OwnerMessage[] = [];
  private owner: Socket | null = null;
  private orphaned: NodeJS.Timeout | null = null;

  constructor(order: Pick<CompanionOrder, "secret" | "orphanedMs">) {
    this.order = order;
    this.server = createServer({ noDelay: true });
    const { promise, resolve } = Promise.withResolvers<void>();
    this.over = promise;
    this.end = resolve;
  }

  /** Resolves with the port. */
  async open(part: CompanionPart): Promise<number> {
    this.server.on("connection", (socket: Socket) => this.receive(socket, part));
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.awaitOwner();
    const address = this.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  say(message: OwnerMessage): void {
    if (this.owner !== null) write(this.owner, message);
    else if (this.unheard.push(message) > longestSilence) this.unheard.shift();
  }

  close(): void {
    if (this.orphaned !== null) clearTimeout(this.orphaned);
    this.owner?.end();
    this.server.close();
  }

  private receive(socket: Socket, part: CompanionPart): void {
    const stranger = setTimeout(() => socket.destroy(), helloWithinMs);
    socket.setEncoding("utf8");
    socket.on("error", () => undefined);
    socket.on("close", () => {
      clearTimeout(stranger);
      if (this.owner !== socket) return;
      this.owner = null;
      this.awaitOwner();
    });
    const read = lineReader((line) => {
      const message = parsed(line);
      if (message === null) return socket.destroy();
      if (this.owner === socket) return this.hear(message as { kind: string }, part);
      if (!isEqual((message as OwnerHello).secret, this.order.secret)) return socket.destroy();
      clearTimeout(stranger);
      return this.takeOver(socket, part);
    });
    socket.on("data", read);
  }

  private hear(message: { kind: string }, part: CompanionPart): void {
    if (message.kind === "close") this.end();
    else part.hear(message);
  }

  /** A newer owner takes the place of an earlier one. */
  private takeOver(socket: Socket, { facts }: CompanionPart): void {
    const earlier = this.owner;
    this.owner = socket;
    earlier?.destroy();
    if (this.orphaned !== null) clearTimeout(this.orphaned);
    this.orphaned = null;
    write(socket, { kind: "hello", facts } satisfies CompanionHello);
    for (const message of this.unheard.splice(0)) write(socket, message);
  }

  private awaitOwner(): void {
    // What the companion runs keeps it alive until then; once that is closed there is nothing to wait for.
    this.orphaned ??= setTimeout(this.end, this.order.orphanedMs).unref();
  }
}

function write(socket: Socket, message: object): void {
  socket.write(`${JSON.stringify(message)}\n`);
}

function parsed(line: string | null): object | null {
  try {
    const value: unknown = JSON.parse(line ?? "");
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}

function isEqual(given: unknown, secret: string): boolean {
  const one = Buffer.from(typeof given === "string" ? given : "");
  const other = Buffer.from(secret);
  return one.length === other.length && timingSafeEqual(one, other);
}
