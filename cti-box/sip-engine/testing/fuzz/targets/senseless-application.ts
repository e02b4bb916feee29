/** An application that answers whatever it is asked, without much sense, over a control connection of its own. */
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { FrameReader } from "../../../control/frame-reader.ts";
import { Random } from "../random.ts";
import { host, secret, type LivingEngine } from "./living-engine.ts";

export class SenselessApplication {
  readonly #running: LivingEngine;
  readonly #random = new Random(7);
  #socket: Socket | null = null;
  /** Identifiers that commands may speak of. */
  transactionId = "T";
  dialogId = "D;from-tag=1";

  constructor(running: LivingEngine) {
    this.#running = running;
  }

  async connected(): Promise<Socket> {
    if (this.#socket !== null && !this.#socket.destroyed && this.#socket.writable) return this.#socket;
    const { admin } = this.#running.engine;
    const socket = connect(admin.port, admin.host);
    socket.on("error", () => undefined);
    await once(socket, "connect");
    this.#socket = socket;
    const reader = new FrameReader();
    socket.on("data", (chunk: Buffer) => {
      for (const result of reader.push(chunk))
        if (result.kind === "frame") this.#take(result.payload.toString("utf8"));
        else this.#running.broke("the engine wrote a broken frame");
    });
    this.command(`a|authenticate|${secret}|calls:end-with-me`);
    for (const verb of ["invite", "register", "options", "message", "info", "notify", "subscribe", "publish"])
      this.command(`r|route|${verb}`);
    return socket;
  }

  command(payload: string | Buffer): void {
    this.#socket?.write(Buffer.concat([Buffer.from(`${Buffer.byteLength(payload)}#`), Buffer.from(payload)]));
  }

  close(): void {
    this.#socket?.destroy();
    this.#socket = null;
  }

  #take(payload: string): void {
    const fields = payload.split("\r\n", 1)[0]?.split("|") ?? [];
    if (fields[1] !== "sip" || fields[2] !== "network") return;
    this.transactionId = fields[8] ?? "T";
    if (fields[9]) this.dialogId = fields[9];
    const status = this.#random.of([
      "100 Trying",
      "180 Ringing",
      "183 Progress",
      "200 OK",
      "302 Moved",
      "486 Busy",
      "500 Error",
    ]);
    if (this.#random.below(5) > 0)
      this.command(`x|sip|${this.transactionId}||\r\nSIP/2.0 ${status}\r\nContact: <sip:app@${host}>\r\n\r\n`);
  }
}
