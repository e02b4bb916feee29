/** A running engine under the fuzzer: whatever comes, it answers the next good message, what it sends can be read, nothing in it throws, and in the end nothing is left. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { startSipEngine, type SipEngineHandle } from "../../../engine.ts";
import { parseMessage } from "../../../message/parse-message.ts";
import { promise } from "../fuzz-target.ts";

/** An address of its own: what goes wrong in a Contact goes nowhere from here. */
export const host = "127.111.0.1";
export const secret = "fuzz";
export const aliveMs = 20_000;
const farewellMs = 1_200;
const emptyMs = 60_000;

export class LivingEngine {
  readonly engine: SipEngineHandle;
  readonly #failures: string[];
  readonly #peer: Socket;
  readonly #sipPort: number;
  #question = 0;
  #heard: (callId: string) => void = () => undefined;

  private constructor(engine: SipEngineHandle, peer: Socket, failures: string[]) {
    this.engine = engine;
    this.#peer = peer;
    this.#failures = failures;
    this.#sipPort = this.portOf("udp");
    peer.on("message", (bytes) => this.#check(bytes));
  }

  static async start(): Promise<LivingEngine> {
    const failures: string[] = [];
    const engine = await startSipEngine({
      admin: { host, port: 0 },
      secrets: [secret],
      contacts: [`sip:${host}:0;transport=udp`, `sip:${host}:0;transport=ws`],
      t1Ms: 1,
      dnsServers: [`${host}:9`],
      log: (level, message, fields) => {
        if (level === "error") failures.push(`${message}: ${JSON.stringify(fields)}`);
      },
    });
    const peer = createSocket("udp4");
    peer.bind(0, host);
    await once(peer, "listening");
    return new LivingEngine(engine, peer, failures);
  }

  portOf(protocol: string): number {
    return Number(
      this.engine.contacts
        .find((each) => each.startsWith(`${protocol}/`))
        ?.split(":")
        .at(-1),
    );
  }

  datagram(bytes: Buffer): void {
    this.#peer.send(bytes, this.#sipPort, host);
  }

  broke(what: string): void {
    this.#failures.push(what);
  }

  /** All before this is through when it is answered. Datagrams may get lost in a full socket: then it is asked again. */
  async alive(): Promise<void> {
    this.#question += 1;
    const callId = `alive-${this.#question}`;
    const { promise: heard, resolve, reject } = Promise.withResolvers<void>();
    this.#heard = (id) => id === callId && resolve();
    const ask = (): void => {
      this.datagram(
        Buffer.from(
          `OPTIONS alive:x SIP/2.0\r\nVia: SIP/2.0/UDP ${host};rport;branch=z9hG4bK${callId}\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>\r\nCall-ID: ${callId}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
        ),
      );
    };
    ask();
    const again = setInterval(ask, 200);
    const late = setTimeout(() => reject(new Error("the engine does not answer any more")), aliveMs);
    await heard.finally(() => {
      clearInterval(again);
      clearTimeout(late);
    });
    if (this.#failures.length > 0) throw new Error(this.#failures.join("\n"));
  }

  /** Nothing is left of all that came; what was refused is held for another second, for a farewell. Rejects when something stays. */
  async empty(): Promise<void> {
    const started = performance.now();
    for (;;) {
      const { transactions, dialogs, unacknowledged } = await this.engine.load();
      if (transactions + dialogs + unacknowledged === 0) break;
      const what = `${transactions} transactions, ${dialogs} dialogs, ${unacknowledged} unacknowledged`;
      promise(performance.now() - started < emptyMs, `nothing is left (${what})`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await new Promise((resolve) => setTimeout(resolve, farewellMs));
  }

  async close(): Promise<void> {
    await this.empty();
    this.#peer.close();
    await this.engine.close();
  }

  #check(bytes: Buffer): void {
    const parsed = parseMessage(bytes);
    if (!parsed.ok) this.broke(`the engine sent what cannot be read (${parsed.reason}): ${bytes.toString("latin1")}`);
    else this.#heard(parsed.message.headers.first("call-id") ?? "");
  }
}
