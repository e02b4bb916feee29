/** An application that says exactly what a test makes it say on the control port: frames out, frames in with a deadline. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { FrameReader } from "../control/frame-reader.ts";

export class RawApplication {
  readonly socket: Socket;
  readonly #frames: Buffer[] = [];
  #arrived: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    const reader = new FrameReader();
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      for (const result of reader.push(chunk)) if (result.kind === "frame") this.#frames.push(result.payload);
      this.#arrived();
    });
  }

  static async open(at: { host: string; port: number }): Promise<RawApplication> {
    const socket = connect(at.port, at.host);
    await once(socket, "connect");
    return new RawApplication(socket);
  }

  send(payload: string | Buffer): void {
    this.socket.write(Buffer.concat([Buffer.from(`${Buffer.byteLength(payload)}#`), Buffer.from(payload)]));
  }

  /** The next frame that matches; those before it are dropped. */
  async frame(pattern = /./, deadlineMs = 5_000): Promise<string> {
    return (await this.payload(pattern, deadlineMs)).toString("utf8");
  }

  /** The same as bytes: what a body may hold is not always text. */
  async payload(pattern: RegExp, deadlineMs = 5_000): Promise<Buffer> {
    const deadline = AbortSignal.timeout(deadlineMs);
    for (;;) {
      const index = this.#frames.findIndex((bytes) => pattern.test(bytes.toString("utf8")));
      if (index !== -1) return this.#frames.splice(0, index + 1).at(-1) ?? Buffer.alloc(0);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      this.#arrived = resolve;
      deadline.addEventListener("abort", () => reject(new Error(`no frame matched ${pattern}`)), { once: true });
      await promise;
    }
  }

  get unread(): number {
    return this.#frames.length;
  }
}
