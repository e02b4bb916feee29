/** One server under test with applications that speak raw frames and peers that speak raw SIP, for the contract of the control protocol. */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import Srf from "drachtio-srf";
import { statusOf } from "./connected-application.ts";
import { RawApplication } from "./raw-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "./raw-peer.ts";
import type { RunningServer, ServerUnderTest } from "./server-under-test.ts";

/** A frame of the server: the fields of its meta line, and the SIP message after it. */
export type Frame = { fields: readonly string[]; message: string };

/** Positions of the fields (control protocol §1). */
export const field = {
  type: 1,
  source: 2,
  quoted: 2,
  outcome: 3,
  text: 4,
  transaction: 8,
  dialog: 9,
  localAddress: 10,
  localPort: 11,
  echoTransaction: 10,
  echoDialog: 11,
} as const;

export class ContractApplication {
  readonly #raw: RawApplication;

  constructor(raw: RawApplication) {
    this.#raw = raw;
  }

  /** The answer to the command. `message`: lines of a SIP message without the empty line, and its body. */
  async command(meta: string, message?: readonly string[], body = ""): Promise<Frame> {
    return this.answerTo(this.say(meta, message, body));
  }

  /** Sends a command and does not wait; its message id. */
  say(meta: string, ...[message, body = ""]: [(readonly string[])?, string?]): string {
    const id = randomUUID();
    const sip =
      message === undefined
        ? ""
        : `\r\n${[...message, `Content-Length: ${Buffer.byteLength(body)}`, "", ""].join("\r\n")}${body}`;
    this.#raw.send(`${id}|${meta}${sip}`);
    return id;
  }

  async answerTo(id: string): Promise<Frame> {
    return parse(await this.#raw.frame(new RegExp(`^[^|]*\\|response\\|${id}\\|`)));
  }

  /** The next frame that says anything; with a pattern the next that matches, those before it are dropped. */
  async next(pattern = /./, deadlineMs = 5_000): Promise<Frame> {
    for (;;) {
      const frame = parse(await this.#raw.frame(pattern, deadlineMs));
      // This engine keeps frames apart by one that is empty but for blanks (docs/sip-engine-choices.md).
      if (frame.message === "" || frame.message.trim() !== "") return frame;
    }
  }

  /** The next request or response from the network whose start line matches. */
  async heard(startLine: RegExp, deadlineMs = 5_000): Promise<Frame> {
    return this.next(new RegExp(`^[^|]*\\|sip\\|[^\\r]*\\r\\n${startLine.source}`), deadlineMs);
  }

  get unread(): number {
    return this.#raw.unread;
  }

  async takes(...verbs: string[]): Promise<void> {
    for (const verb of verbs) await this.command(`route|${verb}`);
  }

  /** Answers the request that came with that frame, as drachtio-srf does: what it copies is copied. */
  async answer(
    request: Frame,
    status: string,
    more: { lines?: readonly string[]; body?: string } = {},
  ): Promise<Frame> {
    return this.answerTo(this.sayAnswer(request, status, more));
  }

  sayAnswer(
    request: Frame,
    status: string,
    { lines = [], body = "" }: { lines?: readonly string[]; body?: string } = {},
  ): string {
    const copied = ["Call-ID", "CSeq", "From", "To"].map((name) => `${name}: ${headerOf(request.message, name)}`);
    return this.say(`sip|${request.fields[field.transaction]}|`, [`SIP/2.0 ${status}`, ...copied, ...lines], body);
  }

  /** Resolves when the server has closed the connection. */
  async closed(): Promise<void> {
    const { socket } = this.#raw;
    if (!socket.closed) await once(socket, "close", { signal: AbortSignal.timeout(5_000) });
  }

  leave(): void {
    this.#raw.socket.destroy();
  }
}

/** What its suites have to know of the server. */
type JudgedServer = Pick<ServerUnderTest, "name" | "ackTimeoutMs" | "kind" | "open">;

export class ContractScene {
  readonly underTest: JudgedServer;
  #server: RunningServer | null = null;
  readonly #applications: ContractApplication[] = [];
  readonly #peers: RawPeer[] = [];
  readonly #srfs: Srf[] = [];
  #calls = 0;
  #returned: "nobody-yet" | "somebody" = "nobody-yet";

  constructor(underTest: JudgedServer) {
    this.underTest = underTest;
  }

  async open(): Promise<void> {
    this.#server = await this.underTest.open();
  }

  get server(): RunningServer {
    if (this.#server === null) throw new Error("the server does not run");
    return this.#server;
  }

  /** A connection that has said nothing yet. */
  async connection(): Promise<ContractApplication> {
    const application = new ContractApplication(await RawApplication.open(this.server.admin));
    this.#applications.push(application);
    return application;
  }

  /** An application that is let in, and takes new requests of these methods. */
  async application(...verbs: string[]): Promise<ContractApplication> {
    const application = await this.connection();
    await application.command(`authenticate|${this.server.secret}|`);
    await application.takes(...verbs);
    return application;
  }

  /** An application that may be followed by another run of it: its calls are kept for that one. Later ones are told first what was kept (`told`). */
  async returning(run: string): Promise<ContractApplication> {
    const application = await this.connection();
    await application.command(`authenticate|${this.server.secret}|instance:contract,run:${run}`);
    const route = application.say("route|invite");
    // Waiting for the answer passes over the frames before it.
    if (this.#returned === "nobody-yet") await application.answerTo(route);
    this.#returned = "somebody";
    return application;
  }

  /** The application leaves without a word, and the server has noticed: it has let in and sent away somebody else since. */
  async gone(application: ContractApplication): Promise<void> {
    application.leave();
    await application.closed();
    const stranger = await this.connection();
    stranger.say("authenticate|a guess|");
    await stranger.closed();
  }

  /** An application of the package `drachtio-srf`. */
  async srf(): Promise<Srf> {
    const srf = new Srf();
    const connected = new Promise<void>((resolve, reject) => {
      srf.on("connect", (error: Error | null) => (error ? reject(error) : resolve()));
    });
    void srf.connect({ ...this.server.admin, secret: this.server.secret });
    await connected;
    srf.on("error", () => undefined);
    this.#srfs.push(srf);
    return srf;
  }

  /** Every route that the application asked for is known: commands are taken in order, and this one is refused. */
  async routed(srf: Srf): Promise<void> {
    await statusOf(srf, `sip:${this.server.at}`, { method: "OPTIONS" }).catch(() => undefined);
  }

  async peer(address: string): Promise<RawPeer> {
    const [host = "", port = ""] = this.server.at.split(":");
    const peer = await RawPeer.open(address, { host, port: Number(port) });
    this.#peers.push(peer);
    return peer;
  }

  /** A Call-ID that no test had before. */
  callId(): string {
    this.#calls += 1;
    return `contract-${process.pid}-${this.#calls}`;
  }

  /** An INVITE of the caller's, as the application gets it. */
  async invited(caller: RawPeer, application: ContractApplication, callId = this.callId()): Promise<Frame> {
    caller.send(inviteLines(caller, this.server.at, { callId }), exampleSdp);
    return application.heard(/INVITE /);
  }

  endTest(): void {
    for (const application of this.#applications.splice(0)) application.leave();
    for (const srf of this.#srfs.splice(0)) srf.disconnect();
    for (const peer of this.#peers.splice(0)) peer.close();
  }

  async close(): Promise<void> {
    this.endTest();
    await this.#server?.close();
  }
}

function parse(text: string): Frame {
  const [meta = ""] = text.split("\r\n", 1);
  return { fields: meta.split("|"), message: text.slice(meta.length + 2) };
}

export const sdpType = ["Content-Type: application/sdp"];

/** The lines of a request of the caller's in the dialog that `answer` made. */
export function inDialogOf(
  caller: RawPeer,
  ...[answer, request, lines = []]: [string, `${number} ${string}`, (readonly string[])?]
): string[] {
  const [number, method] = request.split(" ");
  return [
    `${method} ${/<([^>]+)>/.exec(headerOf(answer, "Contact"))?.[1] ?? ""} SIP/2.0`,
    `Via: SIP/2.0/UDP ${caller.hostPort};branch=z9hG4bK-${headerOf(answer, "Call-ID")}-${method}-${number}`,
    `From: ${headerOf(answer, "From")}`,
    `To: ${headerOf(answer, "To")}`,
    `Call-ID: ${headerOf(answer, "Call-ID")}`,
    `CSeq: ${number} ${method}`,
    `Contact: <sip:caller@${caller.hostPort}>`,
    "Max-Forwards: 70",
    ...lines,
  ];
}

/** The CANCEL of an INVITE that {@link ContractScene.invited} sent. */
export function cancelOf(caller: RawPeer, scene: ContractScene, callId: string): string[] {
  return inviteLines(caller, scene.server.at, { callId })
    .filter((line) => !/^(Contact|Content-Type)/.test(line))
    .map((line) => line.replace(/^INVITE /, "CANCEL ").replace("1 INVITE", "1 CANCEL"));
}

/** The lines of an answer to a request that a peer received. */
export function answerLines(request: string, status: string, more: readonly string[] = []): string[] {
  const copied = request.split("\r\n").filter((line) => /^(Via|Record-Route|From|Call-ID|CSeq)\s*:/i.test(line));
  const to = headerOf(request, "To");
  const tagged = status.startsWith("100") || to.includes(";tag=") ? to : `${to};tag=callee`;
  return [`SIP/2.0 ${status}`, ...copied, `To: ${tagged}`, ...more];
}
