/** An engine with a real drachtio-srf application on it, for tests. */
import Srf from "drachtio-srf";
import { startSipEngine, type SipEngineHandle, type SipEngineOptions } from "../engine.ts";

export type ConnectedApplication = {
  engine: SipEngineHandle;
  srf: Srf;
  /** The application goes away, the engine stays. */ leave(): void;
  /** Every route asked for so far is known to the engine. */
  settled(): Promise<void>;
  close(): Promise<void>;
};

export async function connectApplication(
  contacts: SipEngineOptions["contacts"],
  t1Ms = 500,
  more: Partial<SipEngineOptions> = {},
): Promise<ConnectedApplication> {
  const secret = "correct-secret";
  const admin = { host: "127.0.0.1", port: 0 };
  const engine = await startSipEngine({ admin, secrets: [secret], contacts, t1Ms, ...more });
  const srf = new Srf();
  const connected = new Promise<void>((resolve, reject) => {
    srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
  });
  void srf.connect({ ...engine.admin, secret });
  await connected;
  srf.on("error", () => undefined);
  let presence: "connected" | "left" = "connected";
  const leave = (): void => {
    if (presence === "connected") srf.disconnect();
    presence = "left";
  };
  return {
    engine,
    srf,
    leave,
    // Commands are taken in order: once this one is refused, all before it were taken.
    settled: async () => {
      await statusOf(srf, `sip:127.0.0.1:${portOf(engine, "udp")}`, { method: "OPTIONS" }).catch(() => undefined);
    },
    close: async () => {
      leave();
      await engine.close();
    },
  };
}

/** Port of the first contact with that protocol. */
export function portOf(engine: SipEngineHandle, protocol: string): number {
  const contact = engine.contacts.find((each) => each.startsWith(`${protocol}/`));
  return Number(contact?.slice(contact.lastIndexOf(":") + 1));
}

/** Sends a request outside of any dialog; the final status that the application hears. */
export function statusOf(
  srf: Srf,
  uri: string,
  request: { method: string; headers?: object; body?: string },
): Promise<number> {
  type Sent = { on(event: "response", listener: (response: { status: number }) => void): void };
  type Requester = { request(uri: string, options: object, sent: (error: Error | null, request: Sent) => void): void };
  return new Promise((resolve, reject) => {
    (srf as unknown as Requester).request(uri, request, (error, sent) => {
      if (error) reject(error);
      else sent.on("response", ({ status }) => status >= 200 && resolve(status));
    });
  });
}
