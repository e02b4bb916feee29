/**
 * Looks how far the network lets us come to a carrier: its name, a connection, its certificate. For people who ask why it does not answer; calls
 * themselves find their way in the SIP stack.
 */
import { findTargets, readTarget, type WantedTarget } from "./find-targets.ts";
import { tryDatagram, tryStream, tryTls } from "./try-connection.ts";
import type { CarrierReach } from "../../application/trunk-ports.ts";
import type { Reach, ReachOutcome } from "../../domain/trunk/trunk-trial.ts";

export type NetworkReachParts = {
  /** As the stack has them; empty: those of the machine. */
  dnsServers: readonly string[];
  /** `udp`, `tcp`, `tls`: what the listening addresses speak. */
  spoken: ReadonlySet<string>;
  /** Authorities of servers that are called, PEM; null: those that Node.js knows. */
  authorities(): string | null;
};

/** More addresses would only repeat what the first ones say. */
const largestTries = 4;

export class NetworkReach implements CarrierReach {
  private readonly parts: NetworkReachParts;

  constructor(parts: NetworkReachParts) {
    this.parts = parts;
  }

  async look(uri: string): Promise<Reach> {
    const wanted = readTarget(uri);
    if (wanted === null) return { kind: "name-unknown", name: uri };
    const { spoken, dnsServers } = this.parts;
    if (wanted.transport !== null && !spoken.has(wanted.transport))
      return { kind: "not-spoken", transport: wanted.transport };
    const found = await findTargets(wanted, dnsServers);
    if (found.kind !== "targets") return found;
    const tries = found.targets.slice(0, largestTries).map(async (target) => {
      const { address, port, transport } = target;
      const at = `${address.includes(":") ? `[${address}]` : address}:${port}`;
      return { at, transport, outcome: await this.tryOne(wanted, target) };
    });
    return { kind: "tried", tries: await Promise.all(tries) };
  }

  private tryOne(
    { host }: WantedTarget,
    target: { address: string; port: number; transport: string },
  ): Promise<ReachOutcome> {
    if (target.transport === "udp") return tryDatagram(target);
    if (target.transport === "tcp") return tryStream(target);
    return tryTls({ ...target, host, authorities: this.parts.authorities() });
  }
}
