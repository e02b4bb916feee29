/** A bad network for tests: a UDP relay that loses, delays out of order and doubles datagrams, the same ones for the same seed. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export type Badness = {
  lost: number;
  late: number;
  doubled: number;
  seed: number;
  /** The address that the nth peer is shown to the target with; absent: the target's own. */
  shownAs?: (peer: number) => string;
};

/** Is shown every datagram before it is lost or passed: what peers said, and what the target said to them. */
export type Onlooker = (bytes: Buffer, from: "peer" | "target") => void;

/** How late a datagram may be that overtakes nothing and is overtaken. */
const lateMs = { least: 5, most: 60 };

export class LossyRelay {
  readonly counts = { passed: 0, lost: 0, late: 0, doubled: 0 };
  readonly #front: Socket;
  readonly #badness: Badness;
  readonly #target: { host: string; port: number };
  readonly #onlooker: Onlooker;
  /** One socket towards the target for each peer, as a NAT has one port for each. */
  readonly #back = new Map<string, Socket>();
  readonly #pending = new Set<NodeJS.Timeout>();
  #random: number;

  private constructor(
    front: Socket,
    to: { target: { host: string; port: number }; onlooker: Onlooker },
    badness: Badness,
  ) {
    const { target, onlooker } = to;
    this.#front = front;
    this.#target = target;
    this.#onlooker = onlooker;
    this.#badness = badness;
    this.#random = badness.seed;
    front.on("message", (bytes, peer) => {
      const back = this.#backOf(peer);
      onlooker(bytes, "peer");
      this.#pass(() => back.send(bytes, target.port, target.host));
    });
  }

  static async open(
    target: { host: string; port: number },
    badness: Badness,
    onlooker: Onlooker = () => undefined,
  ): Promise<LossyRelay> {
    const front = createSocket("udp4");
    front.bind(0, "127.0.0.1");
    await once(front, "listening");
    return new LossyRelay(front, { target, onlooker }, badness);
  }

  get port(): number {
    return this.#front.address().port;
  }

  close(): void {
    for (const timer of this.#pending) clearTimeout(timer);
    this.#front.close();
    for (const socket of this.#back.values()) socket.close();
  }

  #backOf(peer: { address: string; port: number }): Socket {
    const key = `${peer.address}:${peer.port}`;
    const known = this.#back.get(key);
    if (known) return known;
    const socket = createSocket("udp4");
    socket.bind(0, this.#badness.shownAs?.(this.#back.size) ?? this.#target.host);
    socket.on("message", (bytes) => {
      this.#onlooker(bytes, "target");
      this.#pass(() => this.#front.send(bytes, peer.port, peer.address));
    });
    this.#back.set(key, socket);
    return socket;
  }

  #pass(send: () => void): void {
    const { lost, late, doubled } = this.#badness;
    if (this.#chance(lost)) {
      this.counts.lost += 1;
      return;
    }
    const copies = this.#chance(doubled) ? 2 : 1;
    if (copies === 2) this.counts.doubled += 1;
    for (let copy = 0; copy < copies; copy += 1) {
      this.counts.passed += 1;
      if (!this.#chance(late)) {
        send();
        continue;
      }
      this.counts.late += 1;
      const timer = setTimeout(
        () => {
          this.#pending.delete(timer);
          send();
        },
        lateMs.least + this.#next() * (lateMs.most - lateMs.least),
      );
      this.#pending.add(timer);
    }
  }

  #chance(share: number): boolean {
    return this.#next() < share;
  }

  /** A number from 0 to 1 (mulberry32). */
  #next(): number {
    this.#random = (this.#random + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#random ^ (this.#random >>> 15), 1 | this.#random);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  }
}
