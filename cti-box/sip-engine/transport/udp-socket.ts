/** One UDP socket: datagrams in, datagrams out. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Flow, HostFor, Listener, TransportEvents } from "./flow.ts";

/** Below this a datagram is a keep-alive or noise, never a SIP message. */
const smallestMessage = 16;

export class UdpSocket {
  readonly listener: Listener;
  readonly #socket: Socket;

  private constructor(listener: Listener, socket: Socket) {
    this.listener = listener;
    this.#socket = socket;
  }

  static async open(listener: Listener, events: TransportEvents, hostFor: HostFor): Promise<UdpSocket> {
    const socket = createSocket({
      type: listener.host.includes(":") ? "udp6" : "udp4",
      ipv6Only: listener.host.includes(":"),
      recvBufferSize: 4 * 1024 * 1024,
    });
    const opened = once(socket, "listening");
    socket.bind(listener.port, listener.host);
    await opened;
    const udp = new UdpSocket({ ...listener, port: socket.address().port }, socket);
    socket.on("message", (bytes, source) => {
      if (bytes.length < smallestMessage) return;
      events.received(bytes, udp.flowTo(source.address, source.port, hostFor(source.address)));
    });
    // A send error is reported to its own callback; nothing else may end the process.
    socket.on("error", () => undefined);
    return udp;
  }

  flowTo(address: string, port: number, host: string): Flow {
    const socket = this.#socket;
    return {
      protocol: "udp",
      listener: this.listener,
      advertised: { host, port: this.listener.port },
      remoteAddress: address,
      remotePort: port,
      id: `udp:${this.listener.host}:${this.listener.port}>${address}:${port}`,
      isOpen: () => true,
      towardsPort: (other) => this.flowTo(address, other, host),
      send: (bytes, failed) => {
        try {
          socket.send(bytes, port, address, (error) => {
            if (error) failed?.(error);
          });
        } catch (error) {
          failed?.(error as Error);
        }
      },
    };
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}
