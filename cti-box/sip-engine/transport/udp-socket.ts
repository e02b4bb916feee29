/** One UDP socket: datagrams in, datagrams out. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Flow, HostFor, Listener, TransportEvents } from "./flow.ts";

/** Below this a datagram is a keep-alive or noise, never a SIP message. */
const smallestMessage = 16;
const bufferBytes = 4 * 1024 * 1024;

/** Datagrams that wait for the end of the turn at most: more would make the first of them late. */
const largestQueue = 32;

/** Peers that have spoken lately, by port: each call of a trunk comes the same way. */
const knownFlows = 256;

type Datagram = { bytes: Buffer; address: string; port: number; failed: ((error: Error) => void) | undefined };

/**
 * What all flows of one socket share. The datagrams of one turn of the event loop leave together at its end: each one wakes whoever waits for it, and a peer on the
 * same machine that is woken for every single one takes the processor from the engine in the middle of its work.
 */
class Outlet {
  readonly socket: Socket;
  readonly listener: Listener;
  readonly sent: TransportEvents["sent"];
  #queue: Datagram[] = [];

  constructor(socket: Socket, listener: Listener, sent: TransportEvents["sent"]) {
    this.socket = socket;
    this.listener = listener;
    this.sent = sent;
  }

  send(datagram: Datagram): void {
    if (this.#queue.push(datagram) === 1) setImmediate(() => this.flush());
    if (this.#queue.length >= largestQueue) this.flush();
  }

  flush(): void {
    const queue = this.#queue;
    this.#queue = [];
    for (const { bytes, address, port, failed } of queue) {
      try {
        if (failed === undefined) this.socket.send(bytes, port, address);
        else {
          this.socket.send(bytes, port, address, (error) => {
            if (error) failed(error);
          });
        }
      } catch (error) {
        failed?.(error as Error);
      }
    }
  }
}

export class UdpSocket {
  readonly listener: Listener;
  readonly #outlet: Outlet;
  /** The last flow for each place: what is left of a trunk's calls holds one flow, not one for each. */
  readonly #known: (UdpFlow | undefined)[] = Array.from({ length: knownFlows });

  private constructor(outlet: Outlet) {
    this.listener = outlet.listener;
    this.#outlet = outlet;
  }

  static async open(listener: Listener, events: TransportEvents, hostFor: HostFor): Promise<UdpSocket> {
    const family = listener.host.includes(":") ? 6 : 4;
    const socket = createSocket({
      type: family === 6 ? "udp6" : "udp4",
      ipv6Only: family === 6,
      recvBufferSize: bufferBytes,
      sendBufferSize: bufferBytes,
      // Only addresses are sent to; without this each datagram waits for a look-up that has nothing to look up.
      lookup: (address, _options, found) => found(null, address, family),
    });
    const opened = once(socket, "listening");
    socket.bind(listener.port, listener.host);
    await opened;
    const bound = { ...listener, port: socket.address().port };
    const udp = new UdpSocket(new Outlet(socket, bound, events.sent));
    socket.on("message", (bytes, source) => {
      if (bytes.length < smallestMessage || !events.admits(source.address)) return;
      events.received(bytes, udp.flowTo(source.address, source.port, hostFor(source.address)));
    });
    // A send error is reported to its own callback; nothing else may end the process.
    socket.on("error", () => undefined);
    return udp;
  }

  flowTo(address: string, port: number, host: string): Flow {
    const place = port % knownFlows;
    const known = this.#known[place];
    const isSame = known?.remotePort === port && known.remoteAddress === address && known.advertised.host === host;
    if (isSame) return known;
    return (this.#known[place] = new UdpFlow(this.#outlet, { address, port, host }));
  }

  close(): Promise<void> {
    this.#outlet.flush();
    return new Promise((resolve) => this.#outlet.socket.close(() => resolve()));
  }
}

/** Nearly one for each datagram received where many peers speak: kept small. */
export class UdpFlow implements Flow {
  readonly protocol = "udp";
  readonly listener: Listener;
  readonly advertised: { host: string; port: number };
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly #outlet: Outlet;

  constructor(outlet: Outlet, peer: { address: string; port: number; host: string }) {
    this.#outlet = outlet;
    this.listener = outlet.listener;
    this.advertised = { host: peer.host, port: outlet.listener.port };
    this.remoteAddress = peer.address;
    this.remotePort = peer.port;
  }

  get id(): string {
    return `udp:${this.listener.host}:${this.listener.port}>${this.remoteAddress}:${this.remotePort}`;
  }

  isOpen(): boolean {
    return true;
  }

  /** The same way, with another address of ours told to the peer. */
  toldAs(host: string): Flow {
    const peer = { address: this.remoteAddress, port: this.remotePort, host };
    return new UdpFlow(this.#outlet, peer);
  }

  towardsPort(port: number): Flow {
    const peer = { address: this.remoteAddress, port, host: this.advertised.host };
    return new UdpFlow(this.#outlet, peer);
  }

  send(bytes: Buffer, failed?: (error: Error) => void): void {
    this.#outlet.sent?.(bytes, this);
    this.#outlet.send({ bytes, address: this.remoteAddress, port: this.remotePort, failed });
  }
}
