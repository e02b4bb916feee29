import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeHep } from "../testing/hep-decoder.ts";
import { HepWriter } from "./hep-packet.ts";

const message = {
  atUs: 1_764_111_600_123_456,
  protocol: "udp" as const,
  source: { address: "192.0.2.1", port: 5060 },
  destination: { address: "198.51.100.7", port: 40_000 },
  correlationId: "abc@192.0.2.1",
  payload: Buffer.from("OPTIONS sip:a@b SIP/2.0\r\n\r\n"),
};

describe("a packet of HEP3", () => {
  it("is what the protocol's description says, byte for byte", () => {
    const packet = new HepWriter({ captureId: 7 }).write({ ...message, payload: Buffer.from("X"), correlationId: "c" });
    expect(packet?.toString("hex")).toBe(
      [
        "48455033006b", // HEP3, 107 bytes
        "00000001000702", // IPv4
        "00000002000711", // UDP
        "00000003000ac0000201",
        "00000004000ac6336407",
        "00000007000813c4",
        "0000000800089c40",
        `00000009000a${(1_764_111_600).toString(16)}`,
        "0000000a000a0001e240",
        "0000000b000701", // SIP
        "0000000c000a00000007",
        "00000011000763",
        "0000000f000758",
      ].join(""),
    );
  });

  it("carries key, node name and IPv6 addresses", () => {
    const writer = new HepWriter({ captureId: 0xffff_ffff, authKey: "chiave", nodeName: "città" });
    const source = { address: "2001:db8::1", port: 5060 };
    const destination = { address: "::ffff:192.0.2.1", port: 65_535 };
    const packet = writer.write({ ...message, protocol: "tcp", source, destination, correlationId: "" });
    expect(decodeHep(packet ?? Buffer.alloc(0))).toEqual({
      family: 10,
      protocol: 6,
      source: "[2001:db8:0:0:0:0:0:1]:5060",
      destination: "[0:0:0:0:0:ffff:c000:201]:65535",
      atUs: message.atUs,
      protocolType: 1,
      captureId: 0xffff_ffff,
      authKey: "chiave",
      correlationId: null,
      nodeName: "città",
      payload: message.payload.toString(),
    });
  });

  it("of a message that does not fit is none; a name in place of an address is unspecified", () => {
    const writer = new HepWriter({ captureId: 1 });
    const overhead = (writer.write(message)?.length ?? 0) - message.payload.length;
    expect(writer.write({ ...message, payload: Buffer.alloc(65_535 - overhead, "x") })).toHaveLength(65_535);
    expect(writer.write({ ...message, payload: Buffer.alloc(65_536 - overhead, "x") })).toBeNull();
    const named = writer.write({ ...message, source: { address: "sip.example.net", port: 5060 } });
    expect(decodeHep(named ?? Buffer.alloc(0)).source).toBe("0.0.0.0:5060");
  });

  it("reads back as what was written, whatever is in it", () => {
    const port = fc.integer({ min: 0, max: 65_535 });
    const place = fc.record({ address: fc.ipV4(), port });
    const wide = fc.record({ address: fc.ipV6(), port });
    const places = fc.oneof(fc.tuple(place, place), fc.tuple(wide, wide));
    const correlation = fc.string({ maxLength: 200, unit: "grapheme" });
    const payload = fc.string({ minLength: 1, maxLength: 500, unit: "grapheme" });
    const property = fc.property(places, correlation, payload, ([source, destination], correlationId, text) => {
      const given = { ...message, source, destination, correlationId, payload: Buffer.from(text) };
      const read = decodeHep(new HepWriter({ captureId: 5, authKey: "k" }).write(given) ?? Buffer.alloc(0));
      expect(read.payload).toBe(given.payload.toString());
      expect(read.correlationId ?? "").toBe(Buffer.from(correlationId).toString());
      expect(read.source.endsWith(`:${source.port}`)).toBe(true);
      expect(new URL(`http://${read.source}`).hostname).toBe(
        new URL(`http://${source.address.includes(":") ? `[${source.address}]` : source.address}:${source.port}`)
          .hostname,
      );
    });
    fc.assert(property, { numRuns: 500 });
  });
});
