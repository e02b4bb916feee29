/** An engine whose new requests a handler or a listening application gets, and a caller. Everything that a test opens is closed with it. */
import { startSipEngine, type SipEngineHandle, type SipEngineOptions } from "../engine.ts";
import { portOf } from "./connected-application.ts";
import { acknowledgeAndHangUp, listeningApplication } from "./listening-application.ts";
import { exampleSdp, inviteLines, RawPeer } from "./raw-peer.ts";
import { RequestHandler } from "./request-handler.ts";

export class OutboundScene {
  readonly engine: SipEngineHandle;
  readonly caller: RawPeer;
  readonly #ends: (() => unknown)[] = [];
  #calls = 0;

  private constructor(engine: SipEngineHandle, caller: RawPeer) {
    this.engine = engine;
    this.caller = caller;
  }

  static async open(control: NonNullable<SipEngineOptions["control"]>): Promise<OutboundScene> {
    const engine = await startSipEngine({
      admin: { host: "127.0.0.1", port: 0 },
      secrets: ["secret"],
      contacts: ["sip:127.0.0.1:0;transport=udp"],
      t1Ms: 100,
      control,
    });
    return new OutboundScene(
      engine,
      await RawPeer.open("127.0.0.1", { host: "127.0.0.1", port: portOf(engine, "udp") }),
    );
  }

  /** The engine asks a handler that answers this about every request. */
  static async asking(
    answer: unknown,
    how: "GET" | "POST" = "GET",
  ): Promise<{ scene: OutboundScene; server: RequestHandler }> {
    const server = await RequestHandler.open(answer);
    const scene = await OutboundScene.open({ handlers: [{ method: "*", url: server.url, how }] });
    scene.closeAfter(() => server.close());
    return { scene, server };
  }

  get engineAt(): string {
    return `127.0.0.1:${portOf(this.engine, "udp")}`;
  }

  /** An INVITE of the caller; its lines. */
  call(): string[] {
    this.#calls += 1;
    const lines = inviteLines(this.caller, this.engineAt, { callId: `asked-${this.#calls}` });
    lines[0] = `INVITE sip:callee@${this.engineAt};tone=low;method=x SIP/2.0`;
    this.caller.send(lines, exampleSdp);
    return lines;
  }

  final(): Promise<string> {
    return this.caller.receive(/^SIP\/2\.0 [2-6]/, 8_000);
  }

  hangUp(ok: string): void {
    acknowledgeAndHangUp(this.caller, ok);
  }

  closeAfter(end: () => unknown): void {
    this.#ends.push(end);
  }

  async close(): Promise<void> {
    this.caller.close();
    await this.engine.close();
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) await end();
  }
}

/** Port of a listening application, closed with `ends`. */
export async function listeningAt(
  ends: (() => unknown)[],
  tls?: { certFile: string; keyFile: string },
): Promise<number> {
  const application = await listeningApplication("secret", tls);
  ends.push(() => application.close());
  return application.port;
}
