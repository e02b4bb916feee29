/** An engine with a real drachtio-srf application on it, for tests. */
import Srf from "drachtio-srf";
import { startSipEngine, type SipEngineHandle } from "../engine.ts";

export type ConnectedApplication = { engine: SipEngineHandle; srf: Srf; close(): Promise<void> };

export async function connectApplication(contacts: string[], t1Ms = 500): Promise<ConnectedApplication> {
  const secret = "correct-secret";
  const engine = await startSipEngine({ admin: { host: "127.0.0.1", port: 0 }, secrets: [secret], contacts, t1Ms });
  const srf = new Srf();
  const connected = new Promise<void>((resolve, reject) => {
    srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
  });
  void srf.connect({ ...engine.admin, secret });
  await connected;
  srf.on("error", () => undefined);
  return {
    engine,
    srf,
    close: async () => {
      srf.disconnect();
      await engine.close();
    },
  };
}

/** Port of the first contact with that protocol. */
export function portOf(engine: SipEngineHandle, protocol: string): number {
  const contact = engine.contacts.find((each) => each.startsWith(`${protocol}/`));
  return Number(contact?.slice(contact.lastIndexOf(":") + 1));
}
