/** An engine with an application that passes every request on as a test says, for tests with raw peers on both sides. */
import { startSipEngine, type SipEngineHandle, type SipEngineOptions } from "../engine.ts";
import { RawApplication } from "./raw-application.ts";
import { exampleSdp, headerOf, inviteLines, RawPeer } from "./raw-peer.ts";

export type ProxyOptions = {
  remains?: boolean;
  full?: boolean;
  follow?: boolean;
  mode?: "serial" | "simultaneous";
  provisional?: string;
  final?: string;
  headers?: string[];
};

export class ProxyingEngine {
  readonly engine: SipEngineHandle;
  readonly application: RawApplication;
  readonly #peers: { close(): void }[] = [];
  #commands = 0;

  private constructor(engine: SipEngineHandle, application: RawApplication) {
    this.engine = engine;
    this.application = application;
  }

  static async start(
    contacts: SipEngineOptions["contacts"] = ["sip:127.0.0.1:0;transport=udp"],
    t1Ms = 25,
    more: Partial<SipEngineOptions> = {},
  ): Promise<ProxyingEngine> {
    const admin = { host: "127.0.0.1", port: 0 };
    const engine = await startSipEngine({ admin, secrets: ["s"], contacts, t1Ms, ...more });
    const application = await RawApplication.open(engine.admin);
    application.send("a|authenticate|s|");
    for (const verb of ["invite", "register", "message", "options", "subscribe"])
      application.send(`${verb}|route|${verb}`);
    await application.frame(/\|subscribe\|OK/);
    return new ProxyingEngine(engine, application);
  }

  /** `host:port` of the first contact with that protocol. */
  at(protocol = "udp"): string {
    return this.engine.contacts.find((each) => each.startsWith(`${protocol}/`))?.slice(protocol.length + 1) ?? "";
  }

  async peer(address: string): Promise<RawPeer> {
    const [host = "", port = ""] = this.at().split(":");
    const peer = await RawPeer.open(address, { host, port: Number(port) });
    this.#peers.push(peer);
    return peer;
  }

  /** Says `proxy` for the transaction; the id of the command, which its answers quote. */
  proxy(transactionId: string, targets: string[], options: ProxyOptions = {}): string {
    this.#commands += 1;
    const id = `proxy-${this.#commands}`;
    const { remains = false, full = true, follow = false, mode = "serial", provisional = "", final = "" } = options;
    const said = [remains ? "remainInDialog" : "", full ? "fullResponse" : "", follow ? "followRedirects" : "", mode];
    const head = [id, "proxy", transactionId, ...said, provisional, final, ...targets].join("|");
    const lines = [`INVITE ${targets[0]} SIP/2.0`, ...(options.headers ?? []), "Content-Length: 0", "", ""];
    this.application.send(`${head}\r\n${lines.join("\r\n")}`);
    return id;
  }

  /** The next new request that the application is offered, passed on at once. */
  async proxyNext(targets: string[], options: ProxyOptions = {}): Promise<string> {
    const frame = await this.application.frame(/^[^|]*\|sip\|network\|/);
    return this.proxy(transactionOf(frame), targets, options);
  }

  /** An INVITE of the caller's, passed on. */
  async call(
    caller: RawPeer,
    targets: string[],
    more: ProxyOptions & { callId?: string; lines?: string[] } = {},
  ): Promise<string> {
    const { callId = "call", lines = [], ...options } = more;
    caller.send(inviteLines(caller, this.at(), { callId, more: lines }), exampleSdp);
    return this.proxyNext(targets, options);
  }

  /** The frames that answer one command, up to its end: statuses of the targets, then the end as it was said. */
  async result(id: string): Promise<string[]> {
    const heard: string[] = [];
    for (;;) {
      const frame = await this.application.frame(new RegExp(`\\|response\\|${id}\\|`));
      const fields = (frame.split("\r\n")[0] ?? "").split("|");
      if (fields[12] !== "continue") return [...heard, fields.slice(3).join("|")];
      heard.push(/^SIP\/2\.0 (\d+)/m.exec(frame)?.[1] ?? "");
    }
  }

  async load(): Promise<Record<string, number>> {
    return { ...(await this.engine.load()) };
  }

  async close(): Promise<void> {
    for (const peer of this.#peers) peer.close();
    this.application.socket.destroy();
    await this.engine.close();
  }
}

export function transactionOf(frame: string): string {
  return frame.split("|")[8] ?? "";
}

/** Lines of an answer to a request as it was received: what has to be copied is, and a tag is given. */
export function answerTo(request: string, status: string, more: { tag?: string; lines?: string[] } = {}): string[] {
  const copied = request.split("\r\n").filter((line) => /^(Via|v|Record-Route|From|f|Call-ID|i|CSeq)\s*:/i.test(line));
  const to = headerOf(request, "To") || headerOf(request, "t");
  const tagged = status.startsWith("100") || to.includes(";tag=") ? to : `${to};tag=${more.tag ?? "callee"}`;
  return [`SIP/2.0 ${status}`, ...copied, `To: ${tagged}`, ...(more.lines ?? [])];
}

/** A request inside of the dialog that `answer` made, from the caller's side, along the route that was recorded. */
export function inDialog(
  answer: string,
  method: string,
  more: { uri?: string; cseq?: number; via: string; lines?: string[] },
): string[] {
  const { uri = /<([^>]+)>/.exec(headerOf(answer, "Contact"))?.[1] ?? "", cseq = 2, via, lines = [] } = more;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: ${via}`,
    ...recordedRoutes(answer)
      .toReversed()
      .map((route) => `Route: ${route}`),
    `From: ${headerOf(answer, "From")}`,
    `To: ${headerOf(answer, "To")}`,
    `Call-ID: ${headerOf(answer, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
    ...lines,
  ];
}

export function recordedRoutes(text: string): string[] {
  const lines = text.split("\r\n").filter((line) => /^Record-Route\s*:/i.test(line));
  return lines.flatMap((line) =>
    line
      .slice(line.indexOf(":") + 1)
      .split(",")
      .map((value) => value.trim()),
  );
}

/** A request of the callee's in the dialog that the INVITE, as the callee received it, has made. */
export function fromCallee(callee: RawPeer, ...[invite, method, more = {}]: [string, string, InDialog?]): string[] {
  const { uri = /<([^>]+)>/.exec(headerOf(invite, "Contact"))?.[1] ?? "", cseq = 7, lines = [] } = more;
  return [
    `${method} ${uri} SIP/2.0`,
    `Via: SIP/2.0/UDP ${callee.hostPort};branch=z9hG4bKcallee-${method}-${cseq}`,
    ...recordedRoutes(invite).map((route) => `Route: ${route}`),
    `From: ${headerOf(invite, "To")};tag=callee`,
    `To: ${headerOf(invite, "From")}`,
    `Call-ID: ${headerOf(invite, "Call-ID")}`,
    `CSeq: ${cseq} ${method}`,
    "Max-Forwards: 70",
    ...lines,
  ];
}

type InDialog = { uri?: string; cseq?: number; lines?: string[] };
