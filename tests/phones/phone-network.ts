/**
 * A private network for phones that refuse loopback (baresip): a bridge on this machine with the office's address, and a network namespace
 * per phone. Needs root, like the tests' packages. Everything goes away with `close`.
 */
import { execFileSync } from "node:child_process";

export type PhoneHost = { namespace: string; address: string; device: string };

function ip(...words: string[]): string {
  return execFileSync("ip", words, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

export class PhoneNetwork {
  readonly address: string;
  private readonly third: number;
  private readonly bridge: string;
  private readonly hosts: PhoneHost[] = [];
  /** What takes away what was made, in the order of the making. Each is run once: afterwards the name may be another process's. */
  private readonly removals: string[][] = [];

  private constructor(third: number) {
    this.third = third;
    this.bridge = `la2b${third}`;
    this.address = `10.231.${third}.1`;
  }

  /** Takes the first 10.231.x.0/24 that is free: test processes that run side by side have one each. One that a killed process left something of is not free. */
  static open(): PhoneNetwork {
    const used = ip("addr", "show") + ip("netns", "list");
    for (let third = 1; third < 250; third += 1) {
      const network = new PhoneNetwork(third);
      const marks = [`10.231.${third}.`, `la2n${third}x`, `la2o${third}x`];
      if (!marks.some((mark) => used.includes(mark)) && network.takeBridge()) return network.prepared();
    }
    throw new Error("no free 10.231.x.0/24 network for the phones");
  }

  /** False: another process was faster. */
  private takeBridge(): boolean {
    try {
      ip("link", "add", this.bridge, "type", "bridge");
      this.removals.push(["link", "del", this.bridge]);
      return true;
    } catch {
      return false;
    }
  }

  private prepared(): PhoneNetwork {
    ip("addr", "add", `${this.address}/24`, "dev", this.bridge);
    ip("link", "set", this.bridge, "up");
    return this;
  }

  /** A second address on this machine's side, for a second office. */
  addOfficeAddress(): string {
    const address = `10.231.${this.third}.${200 + this.hosts.length}`;
    ip("addr", "add", `${address}/24`, "dev", this.bridge);
    return address;
  }

  addHost(): PhoneHost {
    const number = this.hosts.length + 2;
    const namespace = `la2n${this.third}x${number}`;
    const outer = `la2o${this.third}x${number}`;
    const device = `la2i${this.third}x${number}`;
    const address = `10.231.${this.third}.${number}`;
    ip("netns", "add", namespace);
    this.removals.push(["netns", "del", namespace]);
    ip("link", "add", outer, "type", "veth", "peer", "name", device);
    // A namespace would take its devices away some time later, and their names are free only then.
    this.removals.push(["link", "del", outer]);
    ip("link", "set", outer, "master", this.bridge);
    ip("link", "set", outer, "up");
    ip("link", "set", device, "netns", namespace);
    ip("-n", namespace, "addr", "add", `${address}/24`, "dev", device);
    ip("-n", namespace, "link", "set", device, "up");
    ip("-n", namespace, "link", "set", "lo", "up");
    const host = { namespace, address, device };
    this.hosts.push(host);
    return host;
  }

  close(): void {
    for (let words = this.removals.pop(); words !== undefined; words = this.removals.pop()) ip(...words);
  }
}
