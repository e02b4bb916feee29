/** A softphone as the bridge sees it: the operator's channel and the ticket API. */
import { once } from "node:events";
import { WebSocket } from "ws";
import { channelFromBridgeSchema, type ChannelFromBridge, type Ticket } from "../contracts/index.ts";
import { until } from "./until.ts";

export type OperatorDesk = {
  /** Every frame so far, in order; each checked by the contract. */
  frames: ChannelFromBridge[];
  /** Waits for a frame of this kind, also among those that came already. */
  frame<K extends ChannelFromBridge["kind"]>(
    kind: K,
    fits?: (frame: Extract<ChannelFromBridge, { kind: K }>) => boolean,
  ): Promise<Extract<ChannelFromBridge, { kind: K }>>;
  call(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  ticket(ticketId: string): Promise<Ticket | null>;
  close(): void;
};

/** Signs in and waits for the welcome, unless the channel is refused. */
export async function openDesk(bridgeUrl: string, token: string): Promise<OperatorDesk> {
  const socket = new WebSocket(`${bridgeUrl.replace("http", "ws")}/api/operator-channel`);
  const frames: ChannelFromBridge[] = [];
  socket.on("message", (content: Buffer) => frames.push(channelFromBridgeSchema.parse(JSON.parse(content.toString()))));
  socket.on("error", () => undefined);
  await once(socket, "open");
  socket.send(JSON.stringify({ kind: "hello", token }));
  const call: OperatorDesk["call"] = async (method, path, body) => {
    const response = await fetch(`${bridgeUrl}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return { status: response.status, body: await response.json() };
  };
  const desk: OperatorDesk = {
    frames,
    frame: (kind, fits = () => true) =>
      until(`a frame ${kind}`, () => {
        const ofKind = frames.filter((each): each is Extract<typeof each, { kind: typeof kind }> => each.kind === kind);
        return ofKind.find(fits) ?? null;
      }),
    call,
    ticket: async (ticketId) => {
      const { status, body } = await call("GET", `/api/tickets/${ticketId}`);
      return status === 200 ? (body as Ticket) : null;
    },
    close: () => socket.terminate(),
  };
  await Promise.race([desk.frame("welcome"), desk.frame("refused")]);
  return desk;
}
