/** Whose offer is open after the usual exchanges, and which offers of the peer are refused meanwhile (RFC 3311 §5.2). */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { offerAfter, offerRefusal, type OfferMessage, type OpenOffer, type Side } from "./offers.ts";

const request = (from: Side, method: string, hasDescription = true): OfferMessage => ({
  kind: "request",
  from,
  method,
  hasDescription,
});
type Response = Extract<OfferMessage, { kind: "response" }>;
const response = (from: Side, ...[method, status, more = {}]: [string, number, Partial<Response>?]): OfferMessage => ({
  kind: "response",
  from,
  method,
  status,
  hasDescription: true,
  isReliable: false,
  answersOffer: true,
  ...more,
});
const after = (...messages: OfferMessage[]): OpenOffer | null => messages.reduce(offerAfter, null as OpenOffer | null);
const bare = { hasDescription: false };
const noOffer = { answersOffer: false };

describe("the open offer", () => {
  it.each<[string, OpenOffer | null, OfferMessage[]]>([
    ["an INVITE with an offer", { by: "them", method: "INVITE" }, [request("them", "INVITE")]],
    [
      "its 180 without a description",
      { by: "them", method: "INVITE" },
      [request("them", "INVITE"), response("us", "INVITE", 180, bare)],
    ],
    ["its 183 with one, though unreliable", null, [request("them", "INVITE"), response("us", "INVITE", 183)]],
    [
      "its 183 and 200 with the same one",
      null,
      [request("them", "INVITE"), response("us", "INVITE", 183), response("us", "INVITE", 200)],
    ],
    ["its refusal", null, [request("us", "INVITE"), response("them", "INVITE", 486, bare)]],
    [
      "an INVITE without, a reliable 183 with an offer",
      { by: "them", method: "INVITE" },
      [request("us", "INVITE", false), response("them", "INVITE", 183, { isReliable: true, ...noOffer })],
    ],
    [
      "the same, unreliable: a foretaste, no offer",
      null,
      [request("us", "INVITE", false), response("them", "INVITE", 183, noOffer)],
    ],
    [
      "answered in the PRACK",
      null,
      [
        request("us", "INVITE", false),
        response("them", "INVITE", 183, { isReliable: true, ...noOffer }),
        request("us", "PRACK"),
      ],
    ],
    [
      "an INVITE without, a 200 with, the ACK",
      null,
      [request("them", "INVITE", false), response("us", "INVITE", 200, noOffer), request("them", "ACK")],
    ],
    [
      "an offer in a PRACK",
      { by: "them", method: "PRACK" },
      [request("them", "INVITE"), response("us", "INVITE", 183), request("them", "PRACK")],
    ],
    ["its 200", null, [request("them", "PRACK"), response("us", "PRACK", 200)]],
    ["an UPDATE with an offer", { by: "us", method: "UPDATE" }, [request("us", "UPDATE")]],
    ["its 491", null, [request("us", "UPDATE"), response("them", "UPDATE", 491, bare)]],
    ["its 200", null, [request("us", "UPDATE"), response("them", "UPDATE", 200)]],
    [
      "an UPDATE without one while an INVITE waits",
      { by: "us", method: "INVITE" },
      [request("us", "INVITE"), request("us", "UPDATE", false), response("them", "UPDATE", 200, bare)],
    ],
  ])("%s", (_name, open, messages) => {
    expect(after(...messages)).toEqual(open);
  });

  it("a peer's offer is refused with 491 while ours is open, with 500 while its own is, and else not", () => {
    expect(offerRefusal(after(request("us", "UPDATE")))).toBe(491);
    expect(offerRefusal(after(request("them", "INVITE")))).toBe(500);
    expect(offerRefusal(null)).toBeNull();
  });

  it("a final answer always closes the offer of its request: none stays open for ever", () => {
    const side = fc.constantFrom<Side>("us", "them");
    const method = fc.constantFrom("INVITE", "UPDATE", "PRACK");
    fc.assert(
      fc.property(
        side,
        method,
        fc.integer({ min: 200, max: 699 }),
        fc.boolean(),
        (...[by, name, status, described]) => {
          const other = by === "us" ? "them" : "us";
          const messages = [request(by, name), response(other, name, status, { hasDescription: described })];
          expect(after(...messages)).toBeNull();
        },
      ),
    );
  });
});
