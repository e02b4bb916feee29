/**
 * Connection to the SIP stack over the drachtio control protocol: an engine of ours or a drachtio-server. `drachtio-srf` reconnects by
 * itself; every loss is told, because what the stack was doing for the box may be lost with it.
 *
 *   connecting ─authenticated─▶ connected ─dialogs told─▶ serving ⇄ lost (reconnecting)        close from anywhere
 */
import Srf from "drachtio-srf";
import { gatherWrites } from "../../sockets/gather-writes.ts";
import type { Log } from "../../application/ports.ts";
import type { ControlClient, SipStack } from "./drachtio.ts";

/**
 * A box that is gone, killed or cut off, cannot talk its calls to their end: with this tag the engine hangs them up at once, so that
 * nobody listens to silence. A drachtio-server does not know it and leaves them up.
 */
export const endsCallsWithUs = "calls:end-with-me";

export type ControlAddress = { host: string; port: number; secret: string };

export type ControlConnection = { stack: SipStack; client: ControlClient; close(): void };

const connectDeadlineMs = 10_000;

export type ControlListener = {
  log: Log;
  /** What the box is to the stack. */
  tags: readonly string[];
  /** Called before the connection is made: what is routed here is ours from the first moment on. */
  route(connection: ControlConnection): void;
  /**
   * Of every connection that is made: the ids of the dialogs that the stack has kept for the box, before anything is told that happens in them. None where the
   * stack keeps nothing.
   */
  onDialogs(dialogIds: readonly string[]): void;
  /** The connection broke and is being remade. */
  onLost(): void;
};

/** Resolves when the kept dialogs are told. Rejects when the stack does not answer within ten seconds or refuses the secret. */
export async function connectControl(address: ControlAddress, listener: ControlListener): Promise<ControlConnection> {
  const srf = new Srf([...listener.tags]);
  const { log } = listener;
  let state: "connecting" | "connected" | "lost" | "closed" = "connecting";
  const first = Promise.withResolvers<void>();
  const deadline = setTimeout(() => {
    first.reject(new Error(`the SIP stack at ${address.host}:${address.port} does not answer`));
  }, connectDeadlineMs);
  const lost = (): void => {
    if (state !== "connected") return;
    state = "lost";
    kept.lost();
    listener.onLost();
  };
  srf.on("connect", (error: Error | null) => {
    if (error !== null) {
      return first.reject(new Error(`the SIP stack at ${address.host}:${address.port} refused: ${error.message}`));
    }
    if (state === "lost") log.info({}, "connection to the SIP stack is back");
    if (state !== "closed") state = "connected";
    return kept.ask();
  });
  srf.on("error", (error: Error) => {
    log.warn({ error: error.message, state }, "connection to the SIP stack failed");
    lost();
  });
  (srf as NodeJS.EventEmitter).on("close", () => {
    if (state === "connected") log.error({}, "connection to the SIP stack was lost");
    lost();
  });
  const connection = {
    stack: srf as unknown as SipStack,
    get client() {
      return clientOf(srf);
    },
    close: () => {
      state = "closed";
      srf.disconnect();
    },
  };
  // What the calls of one turn have to say goes to the SIP stack together.
  connection.stack.use(({ socket }, _response, next) => {
    gatherWrites(socket);
    next();
  });
  listener.route(connection);
  void srf.connect(address);
  const kept = new KeptDialogs(clientOf(srf), (dialogIds) => {
    listener.onDialogs(dialogIds);
    first.resolve();
  });
  try {
    await first.promise;
  } catch (error) {
    srf.disconnect();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  return connection;
}

/**
 * Our engine names the kept dialogs right after it has let an application in, before anything else (`sip-engine/control/instances.ts`), in a frame that
 * `drachtio-srf` has no use for. Whether there is such a frame is known when the answer to a ping has come without it.
 */
class KeptDialogs {
  private readonly client: ControlClient;
  private readonly tell: (dialogIds: readonly string[]) => void;
  private ping: string | null = null;
  private state: "unknown" | "told" = "unknown";

  constructor(client: ControlClient, tell: (dialogIds: readonly string[]) => void) {
    this.client = client;
    this.tell = tell;
    client.wp.on("msg", (_socket, frame) => {
      if (this.state === "unknown") this.read(frame);
    });
  }

  /** The next connection will have news of its own. */
  lost(): void {
    this.state = "unknown";
  }

  ask(): void {
    const socket = this.client._getDefaultSocket();
    if (socket !== undefined && this.state === "unknown") this.ping = this.client.wp.send(socket, "ping");
  }

  private read(frame: string): void {
    const [head = "", ...dialogIds] = frame.split("\r\n");
    const [, kind, quoted, , count] = head.split("|");
    if (kind !== "response") return;
    if (quoted?.startsWith("instance:") && /^\d+$/.test(count ?? "")) this.told(dialogIds.filter((id) => id !== ""));
    else if (quoted === this.ping && this.ping !== null) this.told([]);
  }

  private told(dialogIds: readonly string[]): void {
    this.state = "told";
    this.ping = null;
    this.tell(dialogIds);
  }
}

function clientOf(srf: Srf): ControlClient {
  return (srf as unknown as { app: { client: ControlClient } }).app.client;
}
