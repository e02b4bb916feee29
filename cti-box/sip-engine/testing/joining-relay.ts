/**
 * A way between engine and application on which everything that the engine writes within a while arrives at once, as it does at an
 * application that was busy for that while.
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { FrameReader } from "../control/frame-reader.ts";

/** Begins the frames that stand between others to keep them apart. */
const gapId = "00000000-0000-4000-8000-000000000000|";

export class JoiningRelay {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly counts = { frames: 0, gaps: 0 };

  private constructor(server: Server) {
    this.#server = server;
  }

  /** `gaps`: does the relay let through the frames that keep others apart, or take them out? */
  static async open(
    engine: { host: string; port: number },
    options: { busyMs: number; gaps: "kept" | "taken-out" },
  ): Promise<JoiningRelay> {
    const server = createServer({ noDelay: true });
    const relay = new JoiningRelay(server);
    server.on("connection", (application) => relay.#join(application, connect(engine.port, engine.host), options));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return relay;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** All connections break; new ones may be made. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  #join(application: Socket, engine: Socket, options: { busyMs: number; gaps: "kept" | "taken-out" }): void {
    for (const socket of [application, engine]) {
      this.#sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        application.destroy();
        engine.destroy();
      });
    }
    application.on("data", (bytes) => engine.write(bytes));
    const reader = new FrameReader();
    let waiting: Buffer[] = [];
    engine.on("data", (bytes) => {
      if (waiting.length === 0)
        setTimeout(() => {
          application.write(Buffer.concat(waiting));
          waiting = [];
        }, options.busyMs);
      for (const result of reader.push(bytes)) {
        if (result.kind === "broken") continue;
        const isGap = result.payload.toString("latin1", 0, gapId.length) === gapId;
        this.counts[isGap ? "gaps" : "frames"] += 1;
        if (!isGap || options.gaps === "kept")
          waiting.push(Buffer.from(`${result.payload.length}#`), Buffer.from(result.payload));
      }
      // So that the while begins with the first whole frame, at the latest with the first bytes.
      if (waiting.length === 0) waiting.push(Buffer.alloc(0));
    });
  }
}
