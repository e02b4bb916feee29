/** Replies of name servers, right and wrong. */
import * as packet from "dns-packet";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { questionBytes, readReply } from "./dns-message.ts";
import type { Question } from "./records.ts";

const question: Question = { type: "SRV", name: "_sip._udp.office.example" };

function reply(more: Partial<packet.Packet>, about = question): Buffer {
  return packet.encode({ type: "response", id: 7, questions: [about], ...more });
}

const srv = (target: string, ttl: number): packet.Answer => ({
  type: "SRV",
  name: "_SIP._udp.Office.example",
  ttl,
  data: { priority: 1, weight: 2, port: 5060, target },
});

describe("DNS replies", () => {
  it("gives the records with the shortest of their lives, names in lower case", () => {
    const bytes = reply({ answers: [srv("A.example", 60), srv("b.example.", 30)] });
    expect(readReply(bytes, question, 7)).toEqual({
      kind: "records",
      ttlMs: 30_000,
      records: [
        { priority: 1, weight: 2, port: 5060, target: "a.example" },
        { priority: 1, weight: 2, port: 5060, target: "b.example" },
      ],
    });
  });

  it("follows aliases, whose life counts too, and not without end", () => {
    const a: Question = { type: "A", name: "one.example" };
    const alias = (name: string, data: string): packet.Answer => ({ type: "CNAME", name, ttl: 5, data });
    const end: packet.Answer = { type: "A", name: "two.example", ttl: 60, data: "192.0.2.1" };
    expect(readReply(reply({ answers: [alias("one.example", "two.example"), end] }, a), a, 7)).toEqual({
      kind: "records",
      records: ["192.0.2.1"],
      ttlMs: 5_000,
    });
    const circle = [alias("one.example", "two.example"), alias("two.example", "one.example")];
    expect(readReply(reply({ answers: circle }, a), a, 7).kind).toBe("none");
  });

  it("a no holds as long as the zone's start says, 15 minutes at most", () => {
    const start = (ttl: number, minimum: number): packet.Answer => ({
      type: "SOA",
      name: "example",
      ttl,
      data: { mname: "a", rname: "b", serial: 1, refresh: 1, retry: 1, expire: 1, minimum },
    });
    expect(readReply(reply({ authorities: [start(300, 20)] }), question, 7)).toEqual({ kind: "none", ttlMs: 20_000 });
    expect(readReply(reply({ authorities: [start(9_000, 9_000)] }), question, 7)).toEqual({
      kind: "none",
      ttlMs: 900_000,
    });
    expect(readReply(reply({ flags: 3 }), question, 7)).toEqual({ kind: "none", ttlMs: 5_000 });
  });

  it.each([
    ["of another id", reply({ id: 8, answers: [srv("a", 1)] }), "not-ours"],
    ["to another question", reply({ answers: [srv("a", 1)] }, { type: "SRV", name: "x" }), "not-ours"],
    ["a question", questionBytes(question, { id: 7, isPlain: true }), "not-ours"],
    ["cut short", reply({ flags: packet.TRUNCATED_RESPONSE }), "truncated"],
    ["that EDNS is not known", reply({ flags: 1 }), "plain-wanted"],
    ["of a server in trouble", reply({ flags: 2 }), "failed"],
    ["that is refused", reply({ flags: 5 }), "failed"],
  ])("%s", (_name, bytes, kind) => {
    expect(readReply(bytes, question, 7).kind).toBe(kind);
  });

  it("one that says that it holds more than it does costs nothing", () => {
    const bytes = reply({ answers: [srv("a.example", 60)] });
    bytes.writeUInt16BE(0xffff, 6);
    const started = performance.now();
    for (let count = 0; count < 1_000; count += 1) expect(readReply(bytes, question, 7).kind).toBe("not-ours");
    expect(performance.now() - started).toBeLessThan(200);
  });

  it("takes any bytes without a word", () => {
    const good = reply({ answers: [srv("a.example", 60)] });
    const damaged = fc.tuple(fc.nat(good.length - 1), fc.nat(255)).map(([at, value]) => {
      const bytes = Buffer.from(good);
      bytes[at] = value;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        readReply(Buffer.from(bytes), question, 7);
      }),
      { numRuns: 2_000 },
    );
  });
});
