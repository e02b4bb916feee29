/** What an operator's softphone hears of tickets: the bridge's channel, reached through the office's box as the page does it. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { sessionSchema } from "@la2-cti/cti-box/contracts";
import { channelFromBridgeSchema, type ChannelFromBridge, type ScreenPop } from "@la2-cti/crm-bridge/contracts";
import { passwordOf } from "../office/office-config.ts";

export class PopChannel {
  readonly #socket: WebSocket;
  readonly #pops: ScreenPop[] = [];
  readonly #waiting = new Set<() => void>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Signs in and waits for the bridge's welcome. */
  static async open(boxUrl: string, login: string): Promise<PopChannel> {
    const response = await fetch(`${boxUrl}/api/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ login, password: passwordOf(login) }),
    });
    const { token, crmBasePath } = sessionSchema.parse(await response.json());
    const socket = new WebSocket(`${boxUrl.replace("http", "ws")}${crmBasePath}/api/operator-channel`);
    const channel = new PopChannel(socket);
    await once(socket, "open", { signal: AbortSignal.timeout(5_000) });
    const welcome = Promise.withResolvers<void>();
    socket.on("message", (content: Buffer) => {
      const frame = channelFromBridgeSchema.parse(JSON.parse(content.toString("utf8")));
      channel.#take(frame);
      if (frame.kind === "welcome") welcome.resolve();
      if (frame.kind === "refused") welcome.reject(new Error(`the bridge refused ${login}: ${frame.why}`));
    });
    socket.on("close", () => welcome.reject(new Error("the bridge closed the channel")));
    socket.send(JSON.stringify({ kind: "hello", token }));
    await welcome.promise;
    return channel;
  }

  /** The newest pop that is as wanted, shown already or still to come. */
  async pop(isWanted: (pop: ScreenPop) => boolean, deadlineMs = 15_000): Promise<ScreenPop> {
    const endMs = Date.now() + deadlineMs;
    for (;;) {
      const found = this.#pops.findLast(isWanted);
      if (found !== undefined) return found;
      const leftMs = endMs - Date.now();
      if (leftMs <= 0) throw new Error(`no such pop; shown: ${this.#pops.map(inShort).join(", ")}`);
      await this.#change(leftMs);
    }
  }

  close(): void {
    this.#socket.terminate();
  }

  #take(frame: ChannelFromBridge): void {
    if (frame.kind === "ping") this.#socket.send(JSON.stringify({ kind: "pong", sequence: frame.sequence }));
    if (frame.kind === "welcome") this.#pops.push(...frame.pops);
    if (frame.kind === "screen-pop") this.#pops.push(frame.pop);
    for (const wake of this.#waiting) wake();
  }

  async #change(withinMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, withinMs);
      this.#waiting.add(done);
    });
  }
}

function inShort({ content }: ScreenPop): string {
  return content.kind === "ticket" ? `${content.why} ${content.ticket.localTicketId}` : content.kind;
}
