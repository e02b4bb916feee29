/** WebSocket `/api/operator-channel`: pops and ticket news for one operator, who proves to be one with the session token in the first frame. */
import type { WebSocket } from "ws";
import { channelToBridgeSchema, type ChannelFromBridge } from "../../../contracts/index.ts";
import type { Log, OperatorNews, Pop, TicketStore } from "../../application/ports.ts";
import type { Ticket } from "../../domain/ticket.ts";
import { handOverToContract, popToContract, ticketToContract } from "./to-contract.ts";
import type { TokenVerifier } from "./verify-token.ts";

const helloDeadlineMs = 5_000;
const pingIntervalMs = 10_000;
const missedPingsAllowed = 2;

type Channel = { login: string; socket: WebSocket; unanswered: number; sequence: number };

export class OperatorChannels implements OperatorNews {
  readonly #verify: TokenVerifier;
  readonly #store: TicketStore;
  readonly #log: Log;
  readonly #channels = new Set<Channel>();
  readonly #pinger: NodeJS.Timeout;

  constructor(verify: TokenVerifier, store: TicketStore, log: Log) {
    this.#verify = verify;
    this.#store = store;
    this.#log = log;
    this.#pinger = setInterval(() => this.#ping(), pingIntervalMs);
  }

  pop(pop: Pop): void {
    this.#tell(pop.operatorLogin, () => ({ kind: "screen-pop", pop: popToContract(pop) }));
  }

  ticket(operatorLogin: string, ticket: Ticket): void {
    this.#tell(operatorLogin, () => ({ kind: "ticket", ticket: ticketToContract(ticket) }));
  }

  handOver(operatorLogin: string, ticket: Ticket, transferId: string): void {
    this.#tell(operatorLogin, () => ({ kind: "hand-over", handOver: handOverToContract(ticket, transferId) }));
  }

  accept(socket: WebSocket): void {
    let channel: Channel | null = null;
    let hello: Promise<void> | null = null;
    const late = setTimeout(() => socket.close(), helloDeadlineMs);
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      clearTimeout(late);
      if (channel) this.#channels.delete(channel);
    });
    socket.on("message", (content: Buffer) => {
      const frame = channelToBridgeSchema.safeParse(jsonOf(content));
      if (!frame.success) return;
      if (frame.data.kind === "pong") {
        if (channel) channel.unanswered = 0;
        return;
      }
      clearTimeout(late);
      // One hello per connection; a second one would leave the first channel without an owner.
      hello ??= this.#hello(socket, frame.data.token).then((opened) => {
        channel = opened;
      });
    });
  }

  close(): void {
    clearInterval(this.#pinger);
    for (const { socket } of this.#channels) socket.close(1001, "the bridge stops");
  }

  async #hello(socket: WebSocket, token: string): Promise<Channel | null> {
    const claims = await this.#verify(token);
    if (socket.readyState !== socket.OPEN) return null;
    if (claims === null) {
      this.#log.warn({ reason: "bad-token" }, "an operator's channel was refused");
      send(socket, { kind: "refused", why: "bad-token" });
      socket.close();
      return null;
    }
    const channel: Channel = { login: claims.sub, socket, unanswered: 0, sequence: 0 };
    this.#channels.add(channel);
    send(socket, { kind: "welcome", pops: this.#store.popsOf(claims.sub).map(popToContract) });
    return channel;
  }

  #tell(login: string, frame: () => ChannelFromBridge): void {
    const listening = [...this.#channels].filter((channel) => channel.login === login);
    if (listening.length === 0) return;
    const made = frame();
    for (const { socket } of listening) send(socket, made);
  }

  #ping(): void {
    for (const channel of this.#channels) {
      if (channel.unanswered >= missedPingsAllowed) channel.socket.terminate();
      channel.unanswered += 1;
      channel.sequence += 1;
      send(channel.socket, { kind: "ping", sequence: channel.sequence });
    }
  }
}

function send(socket: WebSocket, frame: ChannelFromBridge): void {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return null;
  }
}
