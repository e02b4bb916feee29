/**
 * WebSocket `/api/operator-channel`: the box's line to one softphone page.
 *   connected ─hello with token─▶ open ⇄ silent (two pings unanswered: not rung) ─close, replaced, signed out, expired─▶ closed
 *       └ no hello within 5 s, bad token ─▶ closed
 * The page's own code answers the pings: a frozen tab whose WebSocket is still up is found out.
 */
import type { WebSocket } from "ws";
import { channelToBoxSchema, type ChannelFromBox } from "../../../contracts/index.ts";
import type { CallId, OperatorId } from "../../domain/call/ids.ts";
import type { ApiParts } from "./api-parts.ts";
import { handlingToContract } from "./handling-to-contract.ts";
import { OfficeNewsDesk } from "./office-news.ts";
import type { OpenSession, Sessions } from "./sessions.ts";
import { cardToContract, time } from "./to-contract.ts";

const helloDeadlineMs = 5_000;
export const pingIntervalMs = 5_000;
const missedPingsAllowed = 2;

type Channel = {
  pageId: string;
  session: OpenSession;
  socket: WebSocket;
  sequence: number;
  /** Pings sent since the page last answered. */
  unanswered: number;
};

const send = (socket: WebSocket, frame: ChannelFromBox): void => {
  if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
};

/** All open channels: one per operator. */
export class OperatorChannels {
  readonly #parts: ApiParts;
  readonly #sessions: Sessions;
  readonly #channels = new Map<OperatorId, Channel>();
  readonly #news: OfficeNewsDesk;
  readonly #stops: (() => void)[] = [];
  #stopPing: () => void = () => undefined;

  constructor(parts: ApiParts, sessions: Sessions) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#news = new OfficeNewsDesk(parts, {
      operators: () => this.#channels.keys(),
      tell: (operatorId, news) => this.#tell(operatorId, { kind: "office-news", news }),
    });
    this.#stops.push(
      () => this.#news.close(),
      parts.queries.onCard((operatorId, view) => this.#tell(operatorId, { kind: "call", card: cardToContract(view) })),
      parts.handlings.onHandling((operatorId, handling) =>
        this.#tell(operatorId, { kind: "call-handling", handling: handlingToContract(handling) }),
      ),
      parts.desk.onPresence((operatorId, presence) =>
        this.#tell(operatorId, { kind: "operator-state", operatorState: presence }),
      ),
    );
    this.#stops.push(
      parts.stopNotices.onStopping((stopsAtMs) => {
        for (const operatorId of this.#channels.keys())
          this.#tell(operatorId, { kind: "box-stopping", at: time(stopsAtMs) });
      }),
    );
    this.#stops.push(parts.texts.onText((operatorId, told) => this.#tell(operatorId, told)));
    sessions.onClose((session, why) => this.#end(session, why === "replaced" ? "replaced-by-other-page" : "expired"));
    this.#pingLater();
  }

  /** Takes over a socket that was just opened. */
  accept(socket: WebSocket): void {
    const stopDeadline = this.#parts.clock.after(helloDeadlineMs, () => socket.close());
    let channel: Channel | null = null;
    let greeting: "awaited" | "heard" = "awaited";
    socket.on("error", () => socket.terminate());
    socket.on("close", () => {
      stopDeadline();
      if (channel) this.#left(channel);
    });
    socket.on("message", (content: Buffer) => {
      const frame = channelToBoxSchema.safeParse(jsonOf(content));
      if (!frame.success) return;
      if (frame.data.kind === "pong") {
        if (channel) this.#answered(channel);
        return;
      }
      if (frame.data.kind === "text") {
        if (channel) this.#write(channel, frame.data);
        return;
      }
      // One hello per line: a second one could leave the first operator present in a page that has gone.
      if (greeting === "heard") return;
      greeting = "heard";
      stopDeadline();
      void this.#hello(socket, frame.data.token).then((opened) => {
        channel = opened;
        if (opened && socket.readyState !== socket.OPEN) this.#left(opened);
      });
    });
  }

  close(): void {
    this.#stopPing();
    for (const stop of this.#stops) stop();
    for (const { socket } of this.#channels.values()) socket.close(1001, "the box stops");
  }

  async #hello(socket: WebSocket, token: string): Promise<Channel | null> {
    const session = await this.#sessions.find(token);
    if (session === null) {
      send(socket, { kind: "refused", why: "bad-token" });
      socket.close();
      return null;
    }
    const { operatorId } = session;
    const older = this.#channels.get(operatorId);
    const channel: Channel = { pageId: this.#parts.ids.secret(9), session, socket, sequence: 0, unanswered: 0 };
    this.#channels.delete(operatorId);
    if (older) {
      send(older.socket, { kind: "refused", why: "replaced-by-other-page" });
      older.socket.close();
    }
    // The welcome comes first and holds all that joining brought about, a waiting call that rings now as well.
    this.#parts.desk.pageJoined(operatorId, channel.pageId);
    const calls = this.#parts.queries.callsOf(operatorId).map(cardToContract);
    send(socket, { kind: "welcome", operatorState: this.#parts.desk.presenceOf(operatorId), calls });
    const isOffered = this.#parts.trunks.list().some(({ outbound }) => outbound !== null);
    send(socket, { kind: "outside-calls", offered: isOffered ? "some" : "none" });
    send(socket, { kind: "call-handling", handling: handlingToContract(this.#parts.handlings.handlingOf(operatorId)) });
    for (const news of this.#news.greeting(operatorId)) send(socket, { kind: "office-news", news });
    for (const view of this.#parts.texts.channelsOf(operatorId)) send(socket, { kind: "text-channel", ...view });
    this.#channels.set(operatorId, channel);
    const stopsAtMs = this.#parts.stopNotices.stopsAtMs();
    if (stopsAtMs !== null) send(socket, { kind: "box-stopping", at: time(stopsAtMs) });
    return channel;
  }

  #left(channel: Channel): void {
    const { operatorId } = channel.session;
    if (this.#channels.get(operatorId) === channel) this.#channels.delete(operatorId);
    this.#parts.desk.pageLeft(operatorId, channel.pageId);
  }

  #end(session: OpenSession, why: "replaced-by-other-page" | "expired"): void {
    const channel = this.#channels.get(session.operatorId);
    if (channel?.session !== session) return;
    send(channel.socket, { kind: "refused", why });
    channel.socket.close();
  }

  #tell(operatorId: OperatorId, frame: ChannelFromBox): void {
    const channel = this.#channels.get(operatorId);
    if (channel) send(channel.socket, frame);
  }

  /** Only the operator's newest page writes. */
  #write({ session: { operatorId }, socket }: Channel, { callId, text }: { callId: string; text: string }): void {
    if (this.#channels.get(operatorId)?.socket !== socket) return;
    const why = this.#parts.texts.write(operatorId, callId as CallId, text);
    if (why !== null) send(socket, { kind: "text-refused", callId, why });
  }

  #answered(channel: Channel): void {
    const wasSilent = channel.unanswered > missedPingsAllowed;
    channel.unanswered = 0;
    if (wasSilent) this.#parts.desk.pageReachable(channel.session.operatorId, channel.pageId, true);
  }

  #pingLater(): void {
    this.#stopPing = this.#parts.clock.after(pingIntervalMs, () => {
      for (const channel of this.#channels.values()) {
        channel.unanswered += 1;
        channel.sequence += 1;
        if (channel.unanswered === missedPingsAllowed + 1) {
          this.#parts.log.warn(
            { operator: channel.session.operator.login },
            "softphone page does not answer and is not rung",
          );
          this.#parts.desk.pageReachable(channel.session.operatorId, channel.pageId, false);
        }
        send(channel.socket, { kind: "ping", sequence: channel.sequence });
      }
      this.#news.look();
      this.#pingLater();
    });
  }
}

function jsonOf(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return null;
  }
}
