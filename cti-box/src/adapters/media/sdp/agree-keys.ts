/**
 * Whether a leg is enciphered, and with which key of its far end (RFC 4568 §5.1, §7.1). RTP/SAVP means that it has to be; keys beside RTP/AVP mean that it may be
 * (RFC 8643): so an optional leg needs one offer only, and a carrier that knows no SRTP does not notice. Pure but for refusals.
 */
import type { SrtpUse } from "../../../domain/trunk/trunk-srtp.ts";
import { MediaRefused } from "../media-refused.ts";
import type { CryptoLine } from "./crypto-line.ts";
import type { SessionDescription } from "./session-description.ts";

type Described = Pick<SessionDescription, "protocol" | "crypto">;

export function demandsSrtp({ protocol }: Pick<SessionDescription, "protocol">): boolean {
  return /^RTP\/SAVPF?$/.test(protocol);
}

/** The far end's key, the first of its lines that we can act on; null: plain RTP. @throws MediaRefused */
export function keyOfOffer(offer: Described, use: SrtpUse): CryptoLine | null {
  if (use === "off") {
    if (demandsSrtp(offer)) throw refused(`${offer.protocol} is offered, and srtp is off here`);
    return null;
  }
  const [first = null] = offer.crypto;
  if (first !== null) return first;
  if (demandsSrtp(offer)) throw refused(`${offer.protocol} is offered without a key of a known kind`);
  if (use === "required") throw refused("RTP is offered in the clear, and srtp is required here");
  return null;
}

/** The same for an answer to what we offered. @throws MediaRefused */
export function keyOfAnswer(answer: Described, offered: readonly CryptoLine[], use: SrtpUse): CryptoLine | null {
  const [first] = answer.crypto;
  const isOurs = offered.some(({ tag, suite }) => tag === first?.tag && suite === first.suite);
  if (first !== undefined && isOurs) return first;
  if (offered.length > 0 && use === "required") throw refused("answered without a key, and srtp is required here");
  // A key for a line that was not offered is none.
  if (demandsSrtp(answer)) throw refused(`answered with ${answer.protocol} and no key for what was offered`);
  return null;
}

function refused(detail: string): MediaRefused {
  return new MediaRefused("unsupported-transport", detail);
}
