/** A way to a peer that is not there: what is sent is kept, for tests. */
import type { Flow, Listener, Protocol } from "../transport/flow.ts";
import { parseContact } from "../transport/contact.ts";

export class SilentFlow implements Flow {
  readonly listener: Listener;
  readonly advertised = { host: "192.0.2.200", port: 5060 };
  readonly sent: Buffer[] = [];
  readonly protocol: Protocol;
  readonly remoteAddress: string;
  readonly remotePort: number;

  constructor(remoteAddress: string, protocol: Protocol = "udp", remotePort = 5060) {
    this.remoteAddress = remoteAddress;
    this.protocol = protocol;
    this.remotePort = remotePort;
    const parsed = parseContact(`sip:192.0.2.200:5060;transport=${protocol}`, {});
    const [listener] = Array.isArray(parsed) ? parsed : [];
    if (listener === undefined) throw new Error(`no listener speaks ${protocol}`);
    this.listener = listener;
  }

  get id(): string {
    return `${this.protocol}:${this.remoteAddress}:${this.remotePort}`;
  }

  isOpen(): boolean {
    return true;
  }

  towardsPort(): Flow {
    return this;
  }

  send(bytes: Buffer): void {
    this.sent.push(bytes);
  }
}
