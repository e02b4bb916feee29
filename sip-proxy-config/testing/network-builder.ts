/** Descriptions of networks for tests: a valid one that a test changes where it wants. */
import { type Network, type NetworkDescription, parseNetwork } from "../src/network.ts";

type Change = { [Key in keyof NetworkDescription]?: Partial<NetworkDescription[Key]> };

export function describeNetwork(change: Change = {}): NetworkDescription {
  return {
    proxy: { domain: "la2.example", listen: [{ address: "192.0.2.1", transports: ["udp", "tcp"] }], ...change.proxy },
    members: (change.members as NetworkDescription["members"] | undefined) ?? [
      { officeId: "c_b180", label: "Comune di Brindisi", addresses: [{ address: "192.0.2.11" }] },
      { officeId: "r_campan:AB12CD", label: "Regione Campania", addresses: [{ address: "192.0.2.12" }] },
    ],
    limits: { ...change.limits },
  };
}

/** Throws on a description that is not valid: the test itself is wrong then. */
export function networkOf(description: unknown): Network {
  const result = parseNetwork(description);
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result.network;
}
