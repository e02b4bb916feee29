/** The audio codecs that a carrier's trunk can be bound to, by their names in SDP (RFC 3551, RFC 7587). */

export const trunkCodecs = ["opus", "G722", "PCMA", "PCMU"] as const;
export type TrunkCodec = (typeof trunkCodecs)[number];

/** Best first; null: whatever the box speaks. */
export type CodecsOfTrunk = (trunkId: string) => readonly TrunkCodec[] | null;

/**
 * What a phone may speak that is to talk over one of these trunks, none of which has been called yet: of G.711 what all of them take. Null: both laws,
 * also where the trunks share none, because then a server that translates stands between.
 */
export function sharedTelephoneCodecs(
  routes: readonly { trunkId: string }[],
  codecsOf: CodecsOfTrunk,
): readonly TrunkCodec[] | null {
  const lists = routes.flatMap(({ trunkId }) => {
    const codecs = codecsOf(trunkId);
    return codecs === null ? [] : [codecs];
  });
  const shared = (["PCMA", "PCMU"] as const).filter((codec) => lists.every((list) => list.includes(codec)));
  return lists.length === 0 || shared.length === 0 ? null : shared;
}
