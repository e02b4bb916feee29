import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageRing, type Passed } from "./message-ring.ts";

const passed = (callId: string): Passed => ({
  callId,
  atUs: 1,
  direction: "sent",
  protocol: "udp",
  local: { address: "127.0.0.1", port: 5060 },
  remote: { address: "127.0.0.2", port: 5060 },
});
const bytesOf = (ring: MessageRing, callId: string): string[] =>
  ring.get(callId)?.messages.map(({ bytes }) => bytes.toString()) ?? [];

describe("the ring of messages", () => {
  it("gives each call's messages in order, and the latest call first", () => {
    const ring = new MessageRing({ bytes: 1_000, messages: 10, messagesOfOneCall: 5 });
    for (const [callId, text] of [
      ["a", "1"],
      ["b", "2"],
      ["a", "3"],
    ] as const)
      ring.add(passed(callId), Buffer.from(text));
    expect(bytesOf(ring, "a")).toEqual(["1", "3"]);
    expect(ring.callIds()).toEqual(["b", "a"]);
    expect(ring.get("c")).toBeNull();
  });

  it("lets the oldest go when there are too many, and says how many of a call are gone", () => {
    const ring = new MessageRing({ bytes: 1_000, messages: 4, messagesOfOneCall: 2 });
    for (const text of ["1", "2", "3"]) ring.add(passed("a"), Buffer.from(text));
    expect(bytesOf(ring, "a")).toEqual(["2", "3"]);
    expect(ring.get("a")?.leftOut).toBe(1);
    for (const text of ["4", "5"]) ring.add(passed("b"), Buffer.from(text));
    expect(bytesOf(ring, "a")).toEqual(["2", "3"]);
    ring.add(passed("c"), Buffer.from("6"));
    expect(bytesOf(ring, "a")).toEqual(["3"]);
    expect(ring.get("a")?.leftOut).toBe(2);
  });

  it("whatever passes, what is kept is what was added last, byte for byte", () => {
    const limits = { bytes: 65_536, messages: 20, messagesOfOneCall: 6 };
    const message = fc.record({ call: fc.nat({ max: 6 }), length: fc.integer({ min: 1, max: 30_000 }) });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 80 }), (given) => {
        const ring = new MessageRing(limits);
        const added = new Map<string, string[]>();
        for (const [index, { call, length }] of given.entries()) {
          const text = `${index}:`.padEnd(length + 4, String(call));
          ring.add(passed(String(call)), Buffer.from(text));
          added.set(String(call), [...(added.get(String(call)) ?? []), text]);
          expect(bytesOf(ring, String(call)).at(-1)).toBe(text);
        }
        let bytes = 0;
        for (const [callId, texts] of added) {
          const kept = bytesOf(ring, callId);
          expect(kept).toEqual(kept.length === 0 ? [] : texts.slice(-kept.length));
          expect(kept.length).toBeLessThanOrEqual(limits.messagesOfOneCall);
          bytes += kept.join("").length;
        }
        expect(ring.size).toBeLessThanOrEqual(limits.messages);
        expect(bytes).toBeLessThanOrEqual(limits.bytes);
      }),
      { numRuns: 200 },
    );
  });
});
