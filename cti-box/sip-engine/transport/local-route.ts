/** Which local address leads to a peer: for sockets bound to all addresses, whose own address says nothing. */
import { createSocket } from "node:dgram";

const keptForMs = 60_000;
const keptEntries = 4_096;

type Entry = { host: string; until: number };

/** Asks the routing table by connecting a datagram socket (nothing is sent), and remembers the answer for a minute. */
export class LocalRoutes {
  readonly #known = new Map<string, Entry>();
  /** Questions under way: who asks for the same peer meanwhile waits in the same line, so that messages keep their order. */
  readonly #asked = new Map<string, Promise<string>>();

  /** The address if it is known already. */
  known(peer: string): string | null {
    const entry = this.#known.get(peer);
    return entry && entry.until > Date.now() ? entry.host : null;
  }

  async localAddressTo(peer: string): Promise<string> {
    const asked = this.#asked.get(peer);
    if (asked) return asked;
    const known = this.known(peer);
    if (known !== null) return known;
    const answer = this.#learn(peer);
    this.#asked.set(peer, answer);
    return answer;
  }

  async #learn(peer: string): Promise<string> {
    const host = await ask(peer);
    this.#asked.delete(peer);
    if (this.#known.size >= keptEntries) this.#known.clear();
    this.#known.set(peer, { host, until: Date.now() + keptForMs });
    return host;
  }
}

function ask(peer: string): Promise<string> {
  return new Promise((resolve) => {
    const isV6 = peer.includes(":");
    const socket = createSocket(isV6 ? "udp6" : "udp4");
    const finish = (host: string): void => {
      socket.close();
      resolve(host);
    };
    socket.once("error", () => finish(isV6 ? "::1" : "127.0.0.1"));
    socket.connect(9, peer, () => finish(socket.address().address));
  });
}
