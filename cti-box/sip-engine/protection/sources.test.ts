import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Sources } from "./sources.ts";

const rule = {
  largest: 64,
  bucket: { perSecond: 10, burst: 20 },
  isTrusted: (address: string) => address === "10.0.0.1",
};

describe("what is known of sources", () => {
  it("an IPv6 network of /64 is one source, and a trusted address is known as such", () => {
    const sources = new Sources(rule);
    expect(sources.of("2001:db8::1", 0)).toBe(sources.of("2001:db8::2", 0));
    expect(sources.of("10.0.0.1", 0).isTrusted).toBe(true);
    expect(sources.of("10.0.0.2", 0).isTrusted).toBe(false);
  });

  it("a flood of new sources pushes out new sources, not those that have something running or are in good standing", () => {
    const sources = new Sources(rule);
    const good = sources.of("192.0.2.1", 0);
    good.goodUntilMs = 1_000;
    const open = sources.of("192.0.2.2", 0);
    open.open = 1;
    const connected = sources.of("192.0.2.3", 0);
    connected.connections = 1;
    for (let host = 0; host < 10_000; host += 1) sources.of(`198.51.${host >> 8}.${host & 255}`, 10);
    expect(sources.of("192.0.2.1", 10)).toBe(good);
    expect(sources.of("192.0.2.2", 10)).toBe(open);
    expect(sources.of("192.0.2.3", 10)).toBe(connected);
    expect(sources.size).toBe(64);
  });

  it("never holds more than it may, whoever comes and whatever of it is running", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(500), fc.nat(2)), { maxLength: 1_000 }), (events) => {
        const sources = new Sources(rule);
        for (const [host, open] of events) {
          const source = sources.of(`host-${host}`, 0);
          source.open = open;
          expect(sources.size).toBeLessThanOrEqual(64);
          expect(sources.of(`host-${host}`, 0)).toBe(source);
        }
      }),
    );
  });
});
