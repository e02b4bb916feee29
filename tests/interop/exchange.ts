/** A small telephone exchange on the engine and the plain drachtio-srf package, for real telephones to judge both. */
import Srf from "drachtio-srf";
import { startSipEngine, type SipEngineHandle, type SipEngineOptions } from "../../cti-box/sip-engine/engine.ts";
import { Registrar, type Subscribers } from "./registrar.ts";
import { Switchboard } from "./switchboard.ts";

export class Exchange {
  readonly engine: SipEngineHandle;
  readonly registrar: Registrar;
  readonly switchboard: Switchboard;
  private readonly srf: Srf;

  private constructor(parts: { engine: SipEngineHandle; srf: Srf; subscribers: Subscribers }) {
    this.engine = parts.engine;
    this.srf = parts.srf;
    this.registrar = new Registrar(parts.srf, parts.subscribers);
    this.switchboard = new Switchboard(parts.srf, this.registrar);
  }

  static async open(
    contacts: SipEngineOptions["contacts"],
    subscribers: Subscribers,
    more: Partial<SipEngineOptions> = {},
  ): Promise<Exchange> {
    const secret = "secret of the exchange";
    const engine = await startSipEngine({
      admin: { host: "127.0.0.1", port: 0 },
      secrets: [secret],
      contacts,
      ...more,
    });
    const srf = new Srf();
    const connected = new Promise<void>((resolve, reject) => {
      srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
    });
    srf.on("error", () => undefined);
    void srf.connect({ ...engine.admin, secret });
    await connected;
    return new Exchange({ engine, srf, subscribers });
  }

  /** Nothing of any call is left: neither in the application nor in the engine. */
  async isQuiet(): Promise<boolean> {
    const { dialogs, unacknowledged } = await this.engine.load();
    return this.switchboard.openLines === 0 && dialogs === 0 && unacknowledged === 0;
  }

  async close(): Promise<void> {
    this.srf.disconnect();
    await this.engine.close();
  }
}
