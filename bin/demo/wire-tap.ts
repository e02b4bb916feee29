/**
 * Stands between one softphone and its box and passes every byte on untouched; notes when an INVITE leaves the box. In the same process as the
 * carrier that sent the call's first INVITE, so that one clock measures both, and outside the browser, whose page is busy at that moment.
 */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";

const sentences = /INVITE sip:[^]{0,4000}?X-LA2-Call-Id:\s*(\S+)/gi;

export class WireTap {
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #invites = new Map<string, number>();

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Listens on a port of its own for the box on that port of this machine. */
  static async open(boxPort: number): Promise<WireTap> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const tap = new WireTap(server);
    server.on("connection", (page) => tap.#pass(page, boxPort));
    return tap;
  }

  /** Epoch milliseconds, to the microsecond, at which the call's first INVITE came out of the box. Throws when none did. */
  inviteAt(callId: string): number {
    const at = this.#invites.get(callId);
    if (at === undefined) throw new Error(`no INVITE of call ${callId} came out of the box`);
    return at;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  #pass(page: Socket, boxPort: number): void {
    const box = connect({ port: boxPort, host: "127.0.0.1", noDelay: true });
    page.setNoDelay(true);
    for (const [one, other] of [
      [page, box],
      [box, page],
    ] as const) {
      this.#sockets.add(one);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
    box.on("data", (bytes) => this.#look(bytes));
    box.pipe(page);
    page.pipe(box);
  }

  #look(bytes: Buffer): void {
    const now = performance.timeOrigin + performance.now();
    if (!bytes.includes("INVITE sip:")) return;
    for (const [, callId = ""] of bytes.toString("latin1").matchAll(sentences)) {
      if (!this.#invites.has(callId)) this.#invites.set(callId, now);
    }
  }
}
