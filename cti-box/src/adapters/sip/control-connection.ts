/**
 * Connection to the SIP stack over the drachtio control protocol: the embedded engine or a drachtio-server. `drachtio-srf` reconnects by
 * itself; every loss is told, because the stack forgets the dialogs of an application that went away.
 *
 *   connecting ─authenticated─▶ connected ⇄ lost (reconnecting)        close from anywhere
 */
import Srf from "drachtio-srf";
import type { Log } from "../../application/ports.ts";
import type { SipStack } from "./drachtio.ts";

export type ControlAddress = { host: string; port: number; secret: string };

export type ControlConnection = { stack: SipStack; close(): void };

const connectDeadlineMs = 10_000;

/** Rejects when the stack does not answer within ten seconds or refuses the secret. `onLost`: the connection broke and is being remade. */
export async function connectControl(
  address: ControlAddress,
  { log, onLost }: { log: Log; onLost: () => void },
): Promise<ControlConnection> {
  const srf = new Srf();
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
    onLost();
  });
  const emitter: NodeJS.EventEmitter = srf;
  emitter.on("close", () => {
    if (state !== "connected") return;
    state = "lost";
    log.error({}, "connection to the SIP stack was lost");
    onLost();
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
    stack: srf as unknown as SipStack,
    close: () => {
      state = "closed";
      srf.disconnect();
    },
  };
}
