/** A carrier's registrar over UDP: asks everybody for credentials (RFC 2617), answers as often as it is asked, and remembers who registered. Answers OPTIONS too. */
import { createHash } from "node:crypto";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export type Registered = { user: string; expiresSeconds: number; status: 200 | 403 };

const nonce = "f84f1cec41e6cbe5aea9c8e88d359";

export class CarrierRegistrar {
  readonly registered: Registered[] = [];
  private readonly socket: Socket;
  private readonly account: { username: string; password: string };
  private wake: () => void = () => undefined;

  private constructor(socket: Socket, account: { username: string; password: string }) {
    this.socket = socket;
    this.account = account;
    socket.on("message", (bytes, { address, port }) => {
      const answer = this.answerTo(bytes.toString("utf8"));
      if (answer !== null) socket.send(answer, port, address);
    });
  }

  static async open(address: string, account: { username: string; password: string }): Promise<CarrierRegistrar> {
    const socket = createSocket("udp4");
    socket.bind(5060, address);
    await once(socket, "listening");
    return new CarrierRegistrar(socket, account);
  }

  /** The first registration that fits, made already or still to come. */
  async saw(fits: (registered: Registered) => boolean, deadlineMs = 10_000): Promise<Registered> {
    const endMs = Date.now() + deadlineMs;
    for (;;) {
      const found = this.registered.find(fits);
      if (found !== undefined) return found;
      if (Date.now() > endMs) throw new Error(`no such registration: ${JSON.stringify(this.registered)}`);
      await new Promise<void>((resolve) => {
        const late = setTimeout(resolve, endMs - Date.now() + 1);
        this.wake = () => {
          clearTimeout(late);
          resolve();
        };
      });
    }
  }

  close(): void {
    this.socket.close();
  }

  private answerTo(text: string): string | null {
    if (text.startsWith("OPTIONS ")) return response(text, "200 OK", []);
    if (!text.startsWith("REGISTER ")) return null;
    const proof = headerOf(text, "Authorization");
    if (proof === null) {
      const challenge = `WWW-Authenticate: Digest realm="carrier.example", nonce="${nonce}", algorithm=MD5, qop="auth"`;
      return response(text, "401 Unauthorized", [challenge]);
    }
    const expiresSeconds = Number(headerOf(text, "Expires") ?? "0");
    const user = /sip:([^@>]+)@/.exec(headerOf(text, "To") ?? "")?.[1] ?? "";
    const status = this.isProven(proof) ? 200 : 403;
    this.registered.push({ user, expiresSeconds, status });
    this.wake();
    const contact = headerOf(text, "Contact") ?? "";
    return status === 200
      ? response(text, "200 OK", [`Contact: ${contact};expires=${expiresSeconds}`])
      : response(text, "403 Forbidden", []);
  }

  private isProven(proof: string): boolean {
    const field = (name: string): string => new RegExp(`\\b${name}="?([^",]*)"?`).exec(proof)?.[1] ?? "";
    const hash = (input: string): string => createHash("md5").update(input).digest("hex");
    const { username, password } = this.account;
    const secret = hash(`${username}:carrier.example:${password}`);
    const asked = hash(`REGISTER:${field("uri")}`);
    const expected = hash(`${secret}:${nonce}:${field("nc")}:${field("cnonce")}:auth:${asked}`);
    return field("username") === username && field("response") === expected;
  }
}

function headerOf(text: string, name: string): string | null {
  return new RegExp(`^${name}[ \\t]*:[ \\t]*(.*?)\\r?$`, "im").exec(text)?.[1] ?? null;
}

function response(request: string, status: string, lines: readonly string[]): string {
  const copied = ["Via", "From", "Call-ID", "CSeq"].map((name) => `${name}: ${headerOf(request, name) ?? ""}`);
  const to = `To: ${headerOf(request, "To") ?? ""};tag=carrier`;
  return [`SIP/2.0 ${status}`, ...copied, to, ...lines, "Content-Length: 0", "", ""].join("\r\n");
}
