/**
 * Connection to the SIP stack over the drachtio control protocol: the embedded engine or a drachtio-server. `drachtio-srf` reconnects by
 * itself; every loss is told, because the stack forgets the dialogs of an application that went away.
 *
 *   connecting ─authenticated─▶ connected ⇄ lost (reconnecting)        close from anywhere
 */
import Srf from "drachtio-srf";
import { gatherWrites } from "../../sockets/gather-writes.ts";
import type { Log } from "../../application/ports.ts";
import type { SipStack } from "./drachtio.ts";

export type ControlAddress = { host: string; port: number; secret: string };

export type ControlConnection = { stack: SipStack; close(): void };

const connectDeadlineMs = 10_000;
/**
 * A box that is gone, killed or cut off, cannot talk its calls to their end: with this tag the engine hangs them up at once, so that
 * nobody listens to silence. A drachtio-server does not know it and leaves them up.
 */
const endsCallsWithUs = "calls:end-with-me";

export type ControlListener = {
  log: Log;
  /** Called before the connection is made: what is routed here is ours from the first moment on. */
  route(stack: SipStack): void;
  /** The connection broke and is being remade. */
  onLost(): void;
};

/** Rejects when the stack does not answer within ten seconds or refuses the secret. */
export async function connectControl(address: ControlAddress, listener: ControlListener): Promise<ControlConnection> {
  const srf = new Srf([endsCallsWithUs]);
  const stack = srf as unknown as SipStack;
  const { log } = listener;
  // What the calls of one turn have to say goes to the SIP stack together.
  stack.use(({ socket }, _response, next) => {
    gatherWrites(socket);
    next();
  });
  listener.route(stack);
  let state: "connecting" | "connected" | "lost" | "closed" = "connecting";
  const first = Promise.withResolvers<void>();
  const deadline = setTimeout(() => {
    first.reject(new Error(`the SIP stack at ${address.host}:${address.port} does not answer`));
  }, connectDeadlineMs);
  srf.on("connect", (error: Error | null) => {
    if (error !== null) {
      return first.reject(new Error(`the SIP stack at ${address.host}:${address.port} refused: ${error.message}`));
    }
    if (state === "lost") log.info({}, "connection to the SIP stack is back");
    if (state !== "closed") state = "connected";
    return first.resolve();
  });
  srf.on("error", (error: Error) => {
    log.warn({ error: error.message, state }, "connection to the SIP stack failed");
    if (state !== "connected") return;
    state = "lost";
    listener.onLost();
  });
  const emitter: NodeJS.EventEmitter = srf;
  emitter.on("close", () => {
    if (state !== "connected") return;
    state = "lost";
    log.error({}, "connection to the SIP stack was lost");
    listener.onLost();
  });
  void srf.connect(address);
  try {
    await first.promise;
  } catch (error) {
    srf.disconnect();
    throw error;
  } finally {
    clearTimeout(deadline);
  }
  return {
    stack,
    close: () => {
      state = "closed";
      srf.disconnect();
    },
  };
}
