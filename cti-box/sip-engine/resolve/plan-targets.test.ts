/** RFC 3263 §4 as a table: which questions are asked for which URI, and which targets come of which answers. */
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSipUri } from "../message/sip-uri.ts";
import { destinationOf } from "./destination.ts";
import { planTargets, usableFor, type Spoken } from "./plan-targets.ts";
import { questionKey, type AnyRecord } from "./records.ts";

const dual = (protocol: string): Spoken => ({ protocol: protocol as Spoken["protocol"], v4: true, v6: true });
const everything = ["udp", "tcp", "tls", "ws", "wss"].map(dual);
const plain: Spoken[] = [
  { protocol: "udp", v4: true, v6: false },
  { protocol: "tcp", v4: true, v6: false },
];

type Zone = Record<string, readonly AnyRecord[]>;

const naptr = (order: number, preference: number, [service, replacement]: [string, string]): AnyRecord => ({
  order,
  preference,
  flags: "s",
  service,
  regexp: "",
  replacement,
});
const srv = (priority: number, port: number, target: string): AnyRecord => ({ priority, weight: 1, port, target });

/** Follows the plan through a zone: what was asked, round by round, and what came out. */
function follow(uri: string, zone: Zone, spoken: readonly Spoken[] = plain): { asked: string[][]; targets: string[] } {
  const parsed = parseSipUri(uri);
  const destination = parsed === null ? null : destinationOf(parsed);
  if (destination === null) return { asked: [], targets: ["no transport"] };
  const answers = new Map<string, readonly AnyRecord[]>();
  const asked: string[][] = [];
  for (let round = 0; round < 10; round += 1) {
    const plan = planTargets(destination, { spoken, answers, random: () => 0 });
    if (plan.kind === "targets")
      return { asked, targets: plan.targets.map((each) => `${each.protocol} ${each.address} ${each.port}`) };
    asked.push(plan.questions.map(questionKey));
    for (const question of plan.questions) answers.set(questionKey(question), zone[questionKey(question)] ?? []);
  }
  throw new Error("the plan does not end");
}

const office: Zone = {
  "NAPTR office.example": [
    naptr(50, 50, ["sip+d2t", "_sip._tcp.office.example"]),
    naptr(50, 10, ["sips+d2t", "_sips._tcp.office.example"]),
    naptr(90, 50, ["sip+d2u", "_sip._udp.office.example"]),
  ],
  "SRV _sip._tcp.office.example": [srv(2, 5070, "b.office.example"), srv(1, 5060, "a.office.example")],
  "SRV _sips._tcp.office.example": [srv(1, 5061, "a.office.example")],
  "SRV _sip._udp.office.example": [srv(1, 5080, "a.office.example")],
  "A a.office.example": ["192.0.2.1"],
  "A b.office.example": ["192.0.2.2", "192.0.2.3"],
  "AAAA a.office.example": ["2001:db8::1"],
  "A office.example": ["192.0.2.9"],
};

describe("without any question", () => {
  it.each([
    ["sip:192.0.2.1", ["udp 192.0.2.1 5060"]],
    ["sip:u@192.0.2.1:5070", ["udp 192.0.2.1 5070"]],
    ["sip:192.0.2.1;transport=tcp", ["tcp 192.0.2.1 5060"]],
    ["sip:[2001:db8::1]:5090", ["udp 2001:db8::1 5090"]],
    ["sip:[2001:db8::1]", ["udp 2001:db8::1 5060"]],
    ["sips:192.0.2.1", ["tls 192.0.2.1 5061"]],
    ["sips:192.0.2.1;transport=tcp", ["tls 192.0.2.1 5061"]],
    ["sip:192.0.2.1;transport=tls", ["tls 192.0.2.1 5061"]],
    ["sips:192.0.2.1;transport=ws", ["wss 192.0.2.1 443"]],
    ["sip:192.0.2.1;transport=ws", ["ws 192.0.2.1 80"]],
    ["sip:office.example;maddr=192.0.2.7", ["udp 192.0.2.7 5060"]],
    ["sips:192.0.2.1;transport=udp", ["no transport"]],
    ["sip:192.0.2.1;transport=sctp", []],
  ])("%s", (uri, targets) => {
    expect(follow(uri, {}, everything)).toEqual({ asked: [], targets });
  });

  it("an address of a family that no socket has is nowhere", () => {
    expect(follow("sip:[2001:db8::1]", {})).toEqual({ asked: [], targets: [] });
  });
});

describe("with names", () => {
  it("a port means addresses only, over UDP", () => {
    expect(follow("sip:a.office.example:5077", office)).toEqual({
      asked: [["A a.office.example"]],
      targets: ["udp 192.0.2.1 5077"],
    });
  });

  it("a transport means its SRV records, in the order of their priorities, with all addresses of each", () => {
    expect(follow("sip:office.example;transport=tcp", office)).toEqual({
      asked: [["SRV _sip._tcp.office.example"], ["A a.office.example", "A b.office.example"]],
      targets: ["tcp 192.0.2.1 5060", "tcp 192.0.2.2 5070", "tcp 192.0.2.3 5070"],
    });
  });

  it("a transport without SRV records means the addresses and the usual port", () => {
    expect(follow("sip:a.office.example;transport=tcp", office)).toEqual({
      asked: [["SRV _sip._tcp.a.office.example"], ["A a.office.example"]],
      targets: ["tcp 192.0.2.1 5060"],
    });
  });

  it("NAPTR: only what is spoken, of the lowest order that has any", () => {
    expect(follow("sip:office.example", office).asked).toEqual([
      ["NAPTR office.example"],
      ["SRV _sip._tcp.office.example"],
      ["A a.office.example", "A b.office.example"],
    ]);
    expect(follow("sip:office.example", office, [dual("udp")]).targets).toEqual([
      "udp 2001:db8::1 5080",
      "udp 192.0.2.1 5080",
    ]);
  });

  it("NAPTR: TLS first where its preference is lower and we speak it, then TCP of the same order, never the next order", () => {
    const spoken = ["udp", "tcp", "tls"].map((protocol) => ({ ...dual(protocol), v6: false }));
    expect(follow("sip:office.example", office, spoken).targets).toEqual([
      "tls 192.0.2.1 5061",
      "tcp 192.0.2.1 5060",
      "tcp 192.0.2.2 5070",
      "tcp 192.0.2.3 5070",
    ]);
  });

  it("sips: nothing but TLS, whatever else is offered", () => {
    expect(follow("sips:office.example", office, everything).targets).toEqual([
      "tls 2001:db8::1 5061",
      "tls 192.0.2.1 5061",
    ]);
    expect(follow("sips:office.example", office, plain).targets).toEqual([]);
  });

  it("no NAPTR: the SRV records of all that is spoken, in our order", () => {
    const zone: Zone = {
      "SRV _sip._tcp.x.example": [srv(1, 5071, "a.office.example")],
      "SRV _sip._udp.x.example": [srv(1, 5072, "a.office.example")],
      "A a.office.example": ["192.0.2.1"],
    };
    expect(follow("sip:x.example", zone)).toEqual({
      asked: [["NAPTR x.example"], ["SRV _sip._udp.x.example", "SRV _sip._tcp.x.example"], ["A a.office.example"]],
      targets: ["udp 192.0.2.1 5072", "tcp 192.0.2.1 5071"],
    });
  });

  it("neither NAPTR nor SRV: the addresses, UDP and 5060; for sips TLS and 5061", () => {
    const zone: Zone = { "A y.example": ["192.0.2.4", "192.0.2.5"] };
    expect(follow("sip:y.example", zone).targets).toEqual(["udp 192.0.2.4 5060", "udp 192.0.2.5 5060"]);
    expect(follow("sips:y.example", zone, everything).targets).toEqual(["tls 192.0.2.4 5061", "tls 192.0.2.5 5061"]);
  });

  it("a service that is decidedly not there is not looked for elsewhere", () => {
    const zone: Zone = { "SRV _sip._tcp.z.example": [srv(0, 0, "")], "A z.example": ["192.0.2.4"] };
    expect(follow("sip:z.example;transport=tcp", zone).targets).toEqual([]);
  });

  it("NAPTR records that rewrite, or lead nowhere, are passed over", () => {
    const zone: Zone = {
      "NAPTR w.example": [
        { ...(naptr(1, 1, ["sip+d2t", ""]) as object), regexp: "!^.*$!sip:x@y!" } as AnyRecord,
        { ...(naptr(1, 1, ["sip+d2t", "a.example"]) as object), flags: "u" } as AnyRecord,
        naptr(1, 2, ["sip+d2s", "_sip._sctp.w.example"]),
      ],
      "SRV _sip._udp.w.example": [srv(1, 5072, "192.0.2.1")],
    };
    expect(follow("sip:w.example", zone).targets).toEqual(["udp 192.0.2.1 5072"]);
  });

  it("IPv6 comes before IPv4, local addresses last (RFC 6724)", () => {
    const zone: Zone = { "A v.example": ["192.0.2.4"], "AAAA v.example": ["fd00::1", "2001:db8::7"] };
    expect(follow("sip:v.example:5060", zone, everything).targets).toEqual([
      "udp 2001:db8::7 5060",
      "udp 192.0.2.4 5060",
      "udp fd00::1 5060",
    ]);
  });
});

describe("whatever a zone says", () => {
  const label = fc.constantFrom("a.example", "b.example", "c.example", "192.0.2.77");
  const record: Record<string, fc.Arbitrary<AnyRecord>> = {
    NAPTR: fc.record({
      order: fc.nat(3),
      preference: fc.nat(3),
      flags: fc.constantFrom("s", "a", "u", ""),
      service: fc.constantFrom("sip+d2u", "sip+d2t", "sips+d2t", "sip+d2s", ""),
      regexp: fc.constantFrom("", "!x!y!"),
      replacement: label,
    }),
    SRV: fc.record({
      priority: fc.nat(3),
      weight: fc.nat(9),
      port: fc.integer({ min: 1, max: 65_535 }),
      target: label,
    }),
    A: fc.ipV4(),
    AAAA: fc.ipV6(),
  };
  const records = (type: string): fc.Arbitrary<AnyRecord[]> => fc.array(record[type] ?? fc.ipV4(), { maxLength: 30 });
  const zone = fc.record({ NAPTR: records("NAPTR"), SRV: records("SRV"), A: records("A"), AAAA: records("AAAA") });
  const uris = fc.constantFrom("sip:a.example", "sips:a.example", "sip:a.example;transport=tcp", "sip:a.example:99");

  it("it ends after three rounds, with at most 16 targets, all of them spoken, no question twice", () => {
    fc.assert(
      fc.property(uris, fc.subarray(everything), zone, (uri, spoken, says) => {
        const destination = destinationOf(parseSipUri(uri) ?? expect.fail());
        if (destination === null || usableFor(destination, spoken).length === 0) return;
        const answers = new Map<string, readonly AnyRecord[]>();
        let plan = planTargets(destination, { spoken, answers, random: () => 0.5 });
        for (let round = 0; plan.kind === "ask"; round += 1) {
          expect(round).toBeLessThan(3);
          expect(plan.questions.length).toBeGreaterThan(0);
          for (const question of plan.questions) {
            expect(answers.has(questionKey(question))).toBe(false);
            answers.set(questionKey(question), says[question.type]);
          }
          plan = planTargets(destination, { spoken, answers, random: () => 0.5 });
        }
        expect(plan.targets.length).toBeLessThanOrEqual(16);
        for (const { protocol } of plan.targets) {
          expect(spoken.map((each) => each.protocol)).toContain(protocol);
          if (destination.isSecure) expect(["tls", "wss"]).toContain(protocol);
        }
      }),
      { numRuns: 500 },
    );
  });
});
