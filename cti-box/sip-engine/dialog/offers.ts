/**
 * Whose offer waits for an answer in a dialog (RFC 3264 §4 with RFC 3261 §13.2.1, RFC 3262 §5, RFC 3311 §5): at most one does at a time.
 *
 *   none ─INVITE, UPDATE or PRACK with a description─▶ open, by its sender ─description of the other side, refusal, ACK─▶ none
 *     └──reliable 1xx or 2xx with one, where the INVITE had none─▶ open, by the called party ─PRACK with one, ACK─▶ none
 *
 * A description in an unreliable 1xx counts as the answer: that is how callers have to take it (RFC 3261 §13.2.1).
 */

export type Side = "us" | "them";
export type OpenOffer = { by: Side; method: string };

export type OfferMessage =
  | { kind: "request"; from: Side; method: string; hasDescription: boolean }
  | {
      kind: "response";
      from: Side;
      method: string;
      status: number;
      hasDescription: boolean;
      isReliable: boolean;
      /** The request that it answers carried a description. */
      answersOffer: boolean;
    };

/** The open offer after that message. */
export function offerAfter(open: OpenOffer | null, message: OfferMessage): OpenOffer | null {
  const { from, method, hasDescription } = message;
  if (message.kind === "request") {
    if (method === "ACK") return null;
    if (!hasDescription) return open;
    return method === "PRACK" && open !== null && open.by !== from ? null : { by: from, method };
  }
  const isFinal = message.status >= 200;
  if (open !== null && open.by !== from) {
    if (open.method !== method) return open;
    return hasDescription || isFinal ? null : open;
  }
  if (open !== null && open.method === method && message.status >= 300) return null;
  const isOffer = method === "INVITE" && !message.answersOffer && (isFinal || message.isReliable);
  return open === null && isOffer && hasDescription && message.status < 300 ? { by: from, method } : open;
}

/**
 * May the peer make an offer now? Null: yes; else the refusal that is due (RFC 3311 §5.2, RFC 3261 §14.2): 491 where ours is unanswered, 500 where theirs is.
 */
export function offerRefusal(open: OpenOffer | null): 491 | 500 | null {
  if (open === null) return null;
  return open.by === "us" ? 491 : 500;
}
