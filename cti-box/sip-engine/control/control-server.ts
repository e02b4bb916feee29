/** The control port: where applications connect. Owner of the listening socket and of every connection (control protocol §1). */
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { FrameReader, largestFrame, largestFrameBefore } from "./frame-reader.ts";
import { Session, type SessionParts } from "./session.ts";

const keepAliveMs = 45_000;
const authenticationDeadlineMs = 5_000;
const largestConnections = 256;

export class ControlServer {
  readonly #server: Server;
  readonly #connections = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
  }

  /** Rejects with the socket's error when the address cannot be opened. */
  static async open(options: SessionParts & { host: string; port: number }): Promise<ControlServer> {
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

function serve(socket: Socket, parts: SessionParts): void {
  const session = new Session(socket, parts);
  const reader = new FrameReader();
  const late = setTimeout(() => {
    if (!session.isAuthenticated) socket.destroy();
  }, authenticationDeadlineMs).unref();
  const limit = (): number => (session.isAuthenticated ? largestFrame : largestFrameBefore);
  socket.on("data", (chunk) => {
    for (const result of reader.push(chunk, limit)) {
      if (result.kind === "broken") {
        parts.core.context.log.write("warn", "control connection sent a broken frame", { reason: result.reason });
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
