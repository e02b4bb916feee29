/** A real Kamailio with a rendered configuration, and peers around it, on loopback addresses of its own. */
import { randomInt } from "node:crypto";
import { vi } from "vitest";
import { findTakenAddresses } from "../src/free-address.ts";
import type { NetworkDescription } from "../src/network.ts";
import { renderKamailioConfig } from "../src/render-kamailio-config.ts";
import { findKamailio, type RunningProxy, startProxy } from "../src/run-proxy.ts";
import { networkOf } from "./network-builder.ts";
import { SipPeer } from "./sip-peer.ts";

export const domain = "voip.la2.example";

/** False only where Kamailio is missing outside CI: there its tests count as skipped, in CI they fail. */
export const canRunKamailio = findKamailio() !== null || (process.env["CI"] ?? "") !== "";

export type ProxyBench = {
  /** Ends Kamailio and starts it again on the same addresses. */
  restart(): Promise<void>;
  target: { address: string; port: number };
  /** Address of this bench's network that ends in `last`: 11 and 12 are offices, 13 and 14 the two boxes of a third one. */
  address(last: number): string;
  /** A peer on that address; closed with the bench. */
  peer(last: number, port?: number): Promise<SipPeer>;
  /** Kamailio's log so far; it comes through a pipe, so a line may be later than the message that it tells of. */
  log: readonly string[];
  /** Waits until the log has at least `count` lines that match, and returns them. */
  logged(pattern: RegExp, count?: number): Promise<string[]>;
  close(): Promise<void>;
};

export async function openBench(limits: NetworkDescription["limits"] = {}): Promise<ProxyBench> {
  const address = await freeNetwork();
  const network = networkOf(benchNetwork(address, limits));
  const log: string[] = [];
  const start = (): Promise<RunningProxy> =>
    startProxy({
      configText: renderKamailioConfig(network),
      listen: network.proxy.listen,
      log: (line) => log.push(line),
    });
  let proxy = await start();
  const peers: SipPeer[] = [];
  return {
    restart: async () => {
      await proxy.close();
      proxy = await start();
    },
    target: { address: address(20), port: 5060 },
    address,
    log,
    logged: (pattern, count = 1) =>
      vi.waitFor(
        () => {
          const lines = log.filter((line) => pattern.test(line));
          if (lines.length < count) throw new Error(`${lines.length} of ${count} lines match ${pattern}`);
          return lines;
        },
        { timeout: 5_000, interval: 10 },
      ),
    peer: async (last, port = 0) => {
      const peer = await SipPeer.open(address(last), port);
      peers.push(peer);
      return peer;
    },
    close: async () => {
      for (const peer of peers) peer.close();
      await proxy.close();
    },
  };
}

export function benchNetwork(
  address: (last: number) => string,
  limits: NetworkDescription["limits"] = {},
): NetworkDescription {
  return {
    proxy: { domain, workers: 2, listen: [{ address: address(20), port: 5060, transports: ["udp", "tcp"] }] },
    members: [
      { officeId: "x_test1", label: "Comune di Prova", addresses: [{ address: address(11) }] },
      { officeId: "x_test2:AB12CD", label: "Ufficio Ambiente", addresses: [{ address: address(12) }] },
      {
        officeId: "x_test3",
        label: "Two boxes",
        addresses: [{ address: address(13) }, { address: address(14) }],
      },
    ],
    limits,
  };
}

/** Addresses 127.x.y.* where the proxy's is free, so that benches run side by side. */
export async function freeNetwork(): Promise<(last: number) => string> {
  for (let attempt = 0; attempt < 20; attempt += 1) {
    const prefix = `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    const listen = [{ address: `${prefix}.20`, port: 5060, transports: ["udp" as const, "tcp" as const] }];
    if ((await findTakenAddresses(listen)).length === 0) return (last) => `${prefix}.${last}`;
  }
  throw new Error("no free loopback network found");
}
