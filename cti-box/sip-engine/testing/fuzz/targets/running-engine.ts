/** The running engine behind real sockets: SIP in datagrams, SIP in WebSocket frames, commands on the control port. */
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket as TcpSocket } from "node:net";
import { filesIn, linesIn } from "../corpus.ts";
import type { FuzzTarget } from "../fuzz-target.ts";
import { grammaticalMessages } from "../grammar.ts";
import { sipWords } from "../words.ts";
import { framedCommand } from "./framing.ts";
import { aliveMs, host, LivingEngine, secret } from "./living-engine.ts";
import { SenselessApplication } from "./senseless-application.ts";

export async function engineSip(): Promise<FuzzTarget> {
  const running = await LivingEngine.start();
  const application = new SenselessApplication(running);
  await application.connected();
  return {
    seeds: filesIn("messages"),
    words: sipWords,
    grammar: grammaticalMessages,
    run: (input) => running.datagram(input),
    settle: async () => {
      await running.alive();
      await restWithFew(running, application);
    },
    rest: () => restWith(running, application),
    close: async () => {
      application.close();
      await running.close();
    },
  };
}

/** Dialogs that nobody hangs up are no leak: the application goes, with all its calls, and another one comes. */
async function restWithFew(running: LivingEngine, application: SenselessApplication): Promise<void> {
  const { dialogs, transactions, bindings } = await running.engine.load();
  if (dialogs + transactions + bindings < 5_000) return;
  await restWith(running, application);
}

async function restWith(running: LivingEngine, application: SenselessApplication): Promise<void> {
  application.close();
  await running.empty();
  await application.connected();
}

/** Connections that say some inputs each and go: after a broken one nothing more is read, so no connection is asked for long. */
class ShortConnections {
  readonly #port: number;
  readonly #greeting: Buffer;
  readonly #open = new Set<TcpSocket>();
  #socket: TcpSocket | null = null;
  #inputs = 0;

  constructor(port: number, greeting: Buffer) {
    this.#port = port;
    this.#greeting = greeting;
  }

  say(input: Buffer): void {
    if (this.#inputs % inputsPerConnection === 0 || this.#socket === null) {
      this.#socket?.end();
      // From many addresses: one has too few ports for all that closed a moment ago.
      const localAddress = `127.111.${1 + ((this.#inputs / inputsPerConnection) % 200)}.1`;
      const socket = connect({ port: this.#port, host, localAddress });
      socket.on("error", () => undefined).on("close", () => this.#open.delete(socket));
      socket.resume();
      socket.write(this.#greeting);
      this.#open.add(socket);
      this.#socket = socket;
    }
    this.#inputs += 1;
    this.#socket.write(input);
  }

  /** All of them are closed, by the engine. */
  async gone(): Promise<void> {
    this.#socket?.end();
    this.#socket = null;
    const late = setTimeout(() => this.#open.forEach((socket) => socket.resetAndDestroy()), aliveMs);
    for (const socket of this.#open) await new Promise<void>((resolve) => socket.once("close", () => resolve()));
    clearTimeout(late);
  }
}

const inputsPerConnection = 4;
const framed = (payload: Buffer): Buffer => Buffer.concat([Buffer.from(`${payload.length}#`), payload]);

export async function engineControl(): Promise<FuzzTarget> {
  const running = await LivingEngine.start();
  const application = new SenselessApplication(running);
  await application.connected();
  const strangers = new ShortConnections(running.engine.admin.port, framed(Buffer.from(`a|authenticate|${secret}|`)));
  const withIds = (input: Buffer): Buffer =>
    Buffer.from(
      input
        .toString("latin1")
        .replace("|T|", `|${application.transactionId}|`)
        .replace("|CALL;from-tag=1|", `|${application.dialogId}|`),
      "latin1",
    );
  const invite = filesIn("messages").find((message) => message.toString("latin1", 0, 7) === "INVITE ");
  /** Something has to be there that commands can speak of. */
  const anotherCall = (): Buffer => {
    const name = randomBytes(6).toString("hex");
    const text = invite?.toString("latin1") ?? "";
    return Buffer.from(text.replaceAll("z9hG4bK", `z9hG4bK${name}`).replace("Call-ID: ", `Call-ID: ${name}`), "latin1");
  };
  return {
    seeds: [...linesIn("control-frames.txt"), ...filesIn("messages").map(framedCommand)],
    words: [
      ...sipWords,
      "|",
      "|T|",
      "|CALL;from-tag=1|",
      "|sip|",
      "|proxy|",
      "200 OK",
      "SIP/2.0 200 OK\r\n\r\n",
      "BYE sip:placeholder SIP/2.0\r\n",
    ],
    run: (input) => strangers.say(framed(withIds(input))),
    settle: async () => {
      running.datagram(anotherCall());
      await running.alive();
      await restWithFew(running, application);
    },
    rest: async () => {
      await strangers.gone();
      await restWith(running, application);
    },
    close: async () => {
      await strangers.gone();
      application.close();
      await running.close();
    },
  };
}

/** One frame of a client (RFC 6455 §5.2) around a payload, with the mask that clients have to use. */
function clientFrame(payload: Buffer, opcode = 1): Buffer {
  const mask = randomBytes(4);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0)));
  const length =
    payload.length < 126
      ? Buffer.from([0x80 | payload.length])
      : Buffer.from([0xfe, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([Buffer.from([0x80 | opcode]), length, mask, masked]);
}

export async function engineWebSocket(): Promise<FuzzTarget> {
  const running = await LivingEngine.start();
  const port = running.portOf("ws");
  const handshake = `GET / HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: sip\r\n\r\n`;
  const pages = new ShortConnections(port, Buffer.from(handshake));
  const inFrames = filesIn("messages").flatMap((message) => [clientFrame(message), clientFrame(message, 2)]);
  const others = [8, 9, 10, 0].map((opcode) => clientFrame(Buffer.from("\u0003\u00e8bye", "latin1"), opcode));
  return {
    seeds: [...inFrames, ...others, Buffer.from(handshake)],
    words: [
      "\u0081\u0080",
      "\u0001\u0080",
      "\u0000\u0080",
      "\u0088\u0080",
      "\u0089\u0080",
      "\u00c1\u0080",
      "\u0082\u00fe\u00ff\u00ff",
      "\u0081\u00ff\u00ff\u00ff\u00ff\u00ff",
      "\u0000\u0000\u0000\u0000",
    ],
    run: (input) => pages.say(input),
    settle: async () => {
      await running.alive();
      await over(port, handshake);
    },
    rest: async () => {
      await pages.gone();
      await running.empty();
    },
    close: async () => {
      await pages.gone();
      await running.close();
    },
  };
}

/** A page that comes now is served as ever: a ping of SIP, two line ends, is answered with one. */
async function over(port: number, handshake: string): Promise<void> {
  const page = connect(port, host);
  page.on("error", () => undefined);
  let heard = "";
  page.on("data", (bytes) => (heard += bytes.toString("latin1")));
  page.write(handshake);
  page.write(clientFrame(Buffer.from("\r\n\r\n")));
  const late = AbortSignal.timeout(aliveMs);
  while (!heard.endsWith("\u0081\u0002\r\n")) await once(page, "data", { signal: late });
  page.destroy();
}
