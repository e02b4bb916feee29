/** An engine with an application, a peer that says what breaks parsers over UDP or TCP, and a caller whose normal calls show that the engine lives. */
import { once } from "node:events";
import { connect } from "node:net";
import { connectApplication, portOf, type ConnectedApplication } from "../connected-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "../raw-peer.ts";

export type Sent = {
  /** Status of the final answer to the message, 0 while there is none. */
  status(): number;
  /** All final answers that came, whatever they answer. */
  answers(): string[];
  close(): void;
};

/** Answers without rport go to port 5060: the peer sits there on an address of its own, also when several runs of the tests share a machine. */
let scenes = 0;
function peerAddress(): string {
  scenes += 1;
  return `127.${44 + (scenes % 50)}.${(process.pid >> 8) & 255}.${process.pid & 255 || 1}`;
}

export class TortureScene {
  readonly #application: ConnectedApplication;
  readonly #peer: RawPeer;
  readonly #caller: RawPeer;
  readonly #target: { host: string; port: number };
  #calls = 0;

  private constructor(application: ConnectedApplication, peers: { peer: RawPeer; caller: RawPeer }) {
    this.#application = application;
    this.#target = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
    this.#peer = peers.peer;
    this.#caller = peers.caller;
  }

  static async open(): Promise<TortureScene> {
    const application = await connectApplication(["sip:127.0.0.1:0;transport=udp,tcp"], 20);
    const target = { host: "127.0.0.1", port: portOf(application.engine, "udp") };
    const peer = await RawPeer.open(peerAddress(), target, 5060);
    const caller = await RawPeer.open("127.0.0.1", target);
    const { srf } = application;
    for (const method of ["options", "register", "message", "info", "publish"])
      srf.use(method, (_req, res) => res.send(200));
    srf.invite((req, res) => {
      if (req.get("X-Normal") === undefined) res.send(486);
      else void srf.createUAS(req, res, { localSdp: exampleSdp });
    });
    await application.settled();
    return new TortureScene(application, { peer, caller });
  }

  /** What the engine holds, once everything is over. */
  load(): ReturnType<ConnectedApplication["engine"]["load"]> {
    return this.#application.engine.load();
  }

  async close(): Promise<void> {
    this.#peer.close();
    this.#caller.close();
    await this.#application.close();
  }

  /** A call as any other, from INVITE to the 200 of its BYE. */
  async normalCall(): Promise<void> {
    this.#calls += 1;
    const caller = this.#caller;
    const callId = `normal-${this.#calls}`;
    const at = `${this.#target.host}:${this.#target.port}`;
    caller.send(inviteLines(caller, at, { callId, more: ["X-Normal: yes"] }), exampleSdp);
    const ok = await caller.receive(new RegExp(`^SIP/2\\.0 200[\\s\\S]*Call-ID: ${callId}\\r`));
    const inside = (method: string, cseq: number): string[] => [
      `${method} sip:callee@${at} SIP/2.0`,
      `Via: SIP/2.0/UDP ${caller.hostPort};branch=z9hG4bK-${method}-${callId}`,
      `From: ${headerOf(ok, "From")}`,
      `To: ${headerOf(ok, "To")}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      "Max-Forwards: 70",
    ];
    caller.send(inside("ACK", 1));
    caller.send(inside("BYE", 2));
    await caller.receive(new RegExp(`^SIP/2\\.0 200[\\s\\S]*Call-ID: ${callId}\\r[\\s\\S]*BYE`));
  }

  /** Sends one message, over a connection of its own when it is TCP. */
  async send(protocol: "udp" | "tcp", message: Buffer): Promise<Sent> {
    const callId = /^(?:call-id|i)[ \t]*:\s*(\S+)/im.exec(message.toString("latin1"))?.[1] ?? "";
    const over = protocol === "udp" ? this.#overUdp(message) : await this.#overTcp(message);
    // Answers to earlier INVITEs may still be repeated.
    const status = (): number => {
      const final = over.answers().find((text) => headerOf(text, "Call-ID") === callId);
      return Number(final?.slice(8, 11) ?? 0);
    };
    return { ...over, status };
  }

  #overUdp(message: Buffer): Omit<Sent, "status"> {
    this.#peer.forget();
    this.#peer.sendRaw(message);
    return { answers: () => this.#peer.unread(/^SIP\/2\.0 [2-6]/), close: () => undefined };
  }

  async #overTcp(message: Buffer): Promise<Omit<Sent, "status">> {
    const socket = connect(this.#target.port, this.#target.host);
    let received = "";
    socket.on("data", (bytes) => (received += bytes.toString("latin1")));
    socket.on("error", () => undefined);
    await once(socket, "connect");
    socket.write(message);
    const answers = (): string[] =>
      received.split(/(?=SIP\/2\.0 \d{3} )/).filter((text) => /^SIP\/2\.0 [2-6]/.test(text));
    return { answers, close: () => socket.destroy() };
  }
}
