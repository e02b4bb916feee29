/**
 * Enciphered audio over a trunk (SRTP with keys in the session description, RFC 4568). `optional`: offered beside plain RTP in one offer (RFC 8643), and the
 * carrier chooses. `required`: a call without it does not come about.
 */

export const srtpUses = ["off", "optional", "required"] as const;
export type SrtpUse = (typeof srtpUses)[number];

export type SrtpOfTrunk = (trunkId: string) => SrtpUse;
