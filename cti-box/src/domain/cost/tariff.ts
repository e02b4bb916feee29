/** What a leg costs: only a leg to or from a carrier's trunk is paid for; members of the network and operators are on-net. */
export type Tariff = "on-net" | "pstn";

/** Who is at the other end of a leg. `trunk`: a carrier; `member`: another office; `operator`: a registered phone of this office. */
export type PeerKind = "trunk" | "member" | "operator";

/** The tariff of one leg by the kind of its peer. */
export function tariffOf(peerKind: PeerKind): Tariff {
  return peerKind === "trunk" ? "pstn" : "on-net";
}
